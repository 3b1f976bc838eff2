"""What it costs to have a value of a type, or to call a subtask, if nothing that is done is ever in the way.

The additive heuristic of Bonet and Geffner (2001) over types of values: every way to a value is kept, and the cheapest
is remembered. Loops, branches and the filling of collections have prices, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.asked_for import AskedFor, taken_by
from p2c_dsl.planners.completion.lower_bound import statement_cost
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.types import ListOf, MapOf, Optional, Record, SetOf, Type, is_subtype

LOOP, BRANCH, LOOK_UP = 3, 3, 1
"""The lexemes of a loop's or branch's head, and those that a look-up adds to a loop over the map's keys."""
_LIST, _MAP = 2, 4
"""The lexemes of a write, without the value and a map's key."""
_NEW_LIST, _NEW_MAP = _LIST + 2 + LOOP + 2, _MAP + 2 + LOOP + 2
"""The same with the creation and the loop, where the accumulator does not exist yet."""
_DEEPEST = 3
"""How many loops deep values are looked for."""

Groups = tuple[frozenset[str], ...]
"""Sets of subtasks of which one each is needed."""


class Way(NamedTuple):
    """The way to a value of a type: a call (if any), then loops over and tests of values of these types.

    `collected` says that the value is an accumulator.
    """

    call: str | None = None
    loops: tuple[Type, ...] = ()
    tests: tuple[Type, ...] = ()
    collected: bool = False


class Prices(NamedTuple):
    """The prices of types and calls, and the cheapest way to each type."""

    types: dict[Type, int]
    ways: dict[Type, Way]
    calls: dict[str, int]


class Situation(NamedTuple):
    """All that the prices depend on.

    Attributes:
        types: The types of what is in scope.
        waiting: Whether a list and whether a map waits to be filled.
        prerequisites: For each subtask with prerequisites, these.
        untested: For each subtask that needs the outcomes of tests, how many.
    """

    types: frozenset[Type]
    waiting: tuple[bool, bool]
    prerequisites: tuple[tuple[str, Groups], ...]
    untested: tuple[tuple[str, int], ...]


class PriceLists:
    """Computes prices, once for each situation."""

    def __init__(self, machine: Machine, asked_for: AskedFor) -> None:
        self._records, self._asked_for = machine.spec.records, asked_for
        self._subtasks = asked_for.subtasks
        self.own = {name: statement_cost(subtask) for name, subtask in self._subtasks.items()}
        self.takes = {name: taken_by(subtask) for name, subtask in self._subtasks.items()}
        self._known: dict[Situation, Prices] = {}
        self._parts: dict[Type, dict[Type, tuple[int, Way]]] = {}

    def of(self, situation: Situation) -> Prices:
        """The prices in a situation."""
        prices = self._known.get(situation)
        if prices is None:
            prices = self._known[situation] = _Pricing(self, self._asked_for, situation).prices
        return prices

    def parts(self, of: Type) -> dict[Type, tuple[int, Way]]:
        """The wanted types of which values can be taken out of one of type `of`, with the price and the way."""
        parts = self._parts.get(of)
        if parts is None:
            parts = self._parts[of] = self._taken_out(of)
        return parts

    def _taken_out(self, of: Type) -> dict[Type, tuple[int, Way]]:
        found: dict[Type, tuple[int, Way]] = {}
        order, seen = count(), set[Type]()
        pending: list[tuple[int, int, Type, Way]] = [(0, next(order), of, Way())]
        while pending:
            price, _, part, way = heappop(pending)
            if part in seen or len(way.loops) > _DEEPEST:
                continue
            seen.add(part)
            for wanted in self._asked_for.types:
                if wanted not in found and is_subtype(part, wanted):
                    found[wanted] = price, way
            for more, inner, loops, tests in self._opened(part):
                further = way._replace(loops=way.loops + loops, tests=way.tests + tests)
                heappush(pending, (price + more, next(order), inner, further))
        return found

    def _opened(self, part: Type) -> Iterable[tuple[int, Type, tuple[Type, ...], tuple[Type, ...]]]:
        """The parts of a value with the price, and what is looped over or tested to get them."""
        match part:
            case ListOf(element) | SetOf(element):
                return ((LOOP, element, (part,), ()),)
            case MapOf(key, value):
                return (LOOP, key, (part,), ()), (LOOP + LOOK_UP, value, (part,), ())
            case Optional(inner):
                return ((BRANCH, inner, (), (part,)),)
            case Record(name):
                return ((0, field, (), ()) for field in self._records.get(name, {}).values())
        return ()


class _Pricing:
    """The computation for one situation: prices fall until none changes any more."""

    def __init__(self, lists: PriceLists, asked_for: AskedFor, situation: Situation) -> None:
        self._lists, self._asked_for = lists, asked_for
        self._prerequisites, self._untested = dict(situation.prerequisites), dict(situation.untested)
        self._waiting = situation.waiting
        self.prices = Prices({}, {}, {})
        self._stale: dict[str, None] = dict.fromkeys(asked_for.subtasks)
        self._users = self._all_users()
        for declared in asked_for.types:
            if declared in asked_for.declared:
                self._offer(declared, 0, Way())
        for of in sorted(situation.types, key=repr):
            for wanted, (price, way) in lists.parts(of).items():
                self._offer(wanted, price, way)
        self._settle()

    def _all_users(self) -> dict[Type | str, list[str]]:
        users: dict[Type | str, list[str]] = {}
        for name, taken in self._lists.takes.items():
            for needed in (*taken, *(s for group in self._prerequisites.get(name, ()) for s in sorted(group))):
                users.setdefault(needed, []).append(name)
        return users

    def _settle(self) -> None:
        while self._stale:
            name = next(iter(self._stale))
            del self._stale[name]
            price = self._call(name)
            if price < self.prices.calls.get(name, NEVER):
                self.prices.calls[name] = price
                self._stale |= dict.fromkeys(self._users.get(name, ()))
                result = self._asked_for.subtasks[name].result
                for wanted, (more, way) in ({} if result is None else self._lists.parts(result)).items():
                    self._offer(wanted, price + more, way._replace(call=name))

    def _call(self, name: str) -> int:
        price = self._lists.own[name] + BRANCH * self._untested.get(name, 0)
        price += sum(self.prices.types.get(taken, NEVER) for taken in self._lists.takes[name])
        for group in self._prerequisites.get(name, ()):
            price += min((self.prices.calls.get(s, NEVER) for s in group), default=NEVER)
        return price

    def _offer(self, wanted: Type, price: int, way: Way) -> None:
        types = self.prices.types
        if price >= min(types.get(wanted, NEVER), NEVER):
            return
        types[wanted], self.prices.ways[wanted] = price, way
        self._stale |= dict.fromkeys(self._users.get(wanted, ()))
        for collection in self._asked_for.collections.get(wanted, ()):
            self._offer(collection, self._collected(collection), Way(collected=True))

    def _collected(self, collection: ListOf | MapOf) -> int:
        """The price of a collection that is filled in a loop."""
        types, (list_waits, map_waits) = self.prices.types, self._waiting
        if isinstance(collection, MapOf):
            own = _MAP if map_waits else _NEW_MAP
            return own + types.get(collection.key, NEVER) + types.get(collection.value, NEVER)
        return (_LIST if list_waits else _NEW_LIST) + types.get(collection.element, NEVER)


def write_price(is_map: bool, exists: bool) -> int:
    """The lexemes that fill an accumulator, without values; with its creation and loop if it does not exist yet."""
    if exists:
        return _MAP if is_map else _LIST
    return _NEW_MAP if is_map else _NEW_LIST
