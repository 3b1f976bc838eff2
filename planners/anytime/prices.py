"""What it costs to have a value, or to call a subtask, if nothing that is done is ever in the way.

The additive heuristic of Bonet and Geffner (2001) over types of values: every way to a value is kept, and the cheapest
is remembered. Loops, branches and the filling of collections have prices, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.bounds import times
from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.asked_for import AskedFor, Want, parts_of_accumulator
from p2c_dsl.planners.completion.lower_bound import statement_cost
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.types import ListOf, MapOf, Optional, Record, SetOf, Type, is_subtype, size_of

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
Call = tuple[str, int | None]
"""A call of a subtask, with how often it may run at most."""


class Way(NamedTuple):
    """The way to a value: a call (if any), then loops over and tests of values of these types.

    `collected` says that the value is an accumulator.
    """

    call: Call | None = None
    loops: tuple[Type, ...] = ()
    tests: tuple[Type, ...] = ()
    collected: bool = False


class Prices(NamedTuple):
    """The prices of wanted values and of calls, and the cheapest way to each value."""

    values: dict[Want, int]
    ways: dict[Want, Way]
    calls: dict[Call, int]


class Supply(NamedTuple):
    """A value at hand: its type, the facets that accept its origin, and how often the loops that it is in may run."""

    type: Type
    accepted: frozenset[int]
    rounds: int | None


class Situation(NamedTuple):
    """All that the prices depend on.

    Attributes:
        supplies: What is in scope.
        waiting: Whether a list and whether a map waits to be filled.
        prerequisites: For each subtask with prerequisites, these.
        untested: For each subtask that needs the outcomes of tests, how many.
        exhausted: The subtasks that rules forbid from here on.
    """

    supplies: frozenset[Supply]
    waiting: tuple[bool, bool]
    prerequisites: tuple[tuple[str, Groups], ...]
    untested: tuple[tuple[str, int], ...]
    exhausted: frozenset[str]


class PriceLists:
    """Computes prices, once for each situation."""

    def __init__(self, machine: Machine, asked_for: AskedFor) -> None:
        self._records, self._asked_for = machine.spec.records, asked_for
        self.own = {name: statement_cost(subtask) for name, subtask in asked_for.subtasks.items()}
        self.accepted = {
            name: frozenset(at.index for at, facet in machine.placed if facet.supplies(subtask))
            for name, subtask in asked_for.subtasks.items()
        }
        self.users: dict[Want, list[Call]] = {}
        for call, wants in asked_for.takes.items():
            for want in wants:
                self.users.setdefault(want, []).append(call)
        self.by_type: dict[tuple[Type, int | None], list[Want]] = {}
        for want in asked_for.wants:
            self.by_type.setdefault((want.type, want.rounds), []).append(want)
        self._known: dict[Situation, Prices] = {}
        self._parts: dict[tuple[Type, int | None], dict[Type, tuple[int, Way]]] = {}

    def of(self, situation: Situation) -> Prices:
        """The prices in a situation."""
        prices = self._known.get(situation)
        if prices is None:
            prices = self._known[situation] = _Pricing(self, self._asked_for, situation).prices
        return prices

    def parts(self, of: Type, rounds: int | None = None) -> dict[Type, tuple[int, Way]]:
        """The wanted types of which values can be taken out of one of type `of`, with the price and the way.

        `rounds` limits how often the loops on the way may run.
        """
        parts = self._parts.get((of, rounds))
        if parts is None:
            parts = self._parts[of, rounds] = self._taken_out(of, rounds)
        return parts

    def _taken_out(self, of: Type, rounds: int | None) -> dict[Type, tuple[int, Way]]:
        found: dict[Type, tuple[int, Way]] = {}
        order, seen = count(), set[Type]()
        pending: list[tuple[int, int, Type, Way]] = [(0, next(order), of, Way())]
        while pending:
            price, _, part, way = heappop(pending)
            if part in seen or len(way.loops) > _DEEPEST or not _within(way.loops, rounds):
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


def _within(loops: tuple[Type, ...], rounds: int | None) -> bool:
    """Whether nested loops over collections of these types run no more often than is allowed."""
    if rounds is None:
        return True
    most: int | None = 1
    for of in loops:
        most = times(most, size_of(of).high)
    return most is not None and most <= rounds


class _Pricing:
    """The computation for one situation: prices fall until none changes any more."""

    def __init__(self, lists: PriceLists, asked_for: AskedFor, situation: Situation) -> None:
        self._lists, self._asked_for = lists, asked_for
        self._prerequisites, self._untested = dict(situation.prerequisites), dict(situation.untested)
        self._waiting, self._exhausted = situation.waiting, situation.exhausted
        self._after: dict[str, list[str]] = {}
        for name, groups in situation.prerequisites:
            for before in sorted(frozenset().union(*groups)):
                self._after.setdefault(before, []).append(name)
        self.prices = Prices({}, {}, {})
        self._stale: dict[Call, None] = dict.fromkeys(asked_for.takes)
        for supply in sorted(situation.supplies, key=repr):
            for rounds in asked_for.rounds:
                if rounds is None or (supply.rounds is not None and supply.rounds <= rounds):
                    self._supply(supply.type, supply.accepted, rounds, 0, None)
        self._settle()

    def _supply(self, of: Type, accepted: frozenset[int], rounds: int | None, price: int, call: Call | None) -> None:
        """Offers all parts of a value to those that want them."""
        for wanted, (more, way) in self._lists.parts(of, rounds).items():
            for want in self._lists.by_type.get((wanted, rounds), ()):
                if want.judges <= accepted:
                    self._offer(want, price + more, way._replace(call=call))

    def _settle(self) -> None:
        while self._stale:
            call = name, rounds = next(iter(self._stale))
            del self._stale[call]
            price = self._call(call)
            if price < self.prices.calls.get(call, NEVER):
                self.prices.calls[call] = price
                if rounds is None:
                    later = self._after.get(name, ())
                    self._stale |= dict.fromkeys((n, r) for n in later for r in self._asked_for.rounds)
                result = self._asked_for.subtasks[name].result
                if result is not None:
                    self._supply(result, self._lists.accepted[name], rounds, price, call)

    def _call(self, call: Call) -> int:
        name, _ = call
        if name in self._exhausted:
            return NEVER
        price = self._lists.own[name] + BRANCH * self._untested.get(name, 0)
        price += sum(self.prices.values.get(want, NEVER) for want in self._asked_for.takes[call])
        for group in self._prerequisites.get(name, ()):
            price += min((self.prices.calls.get((s, None), NEVER) for s in group), default=NEVER)
        return price

    def _offer(self, want: Want, price: int, way: Way) -> None:
        values = self.prices.values
        if price >= min(values.get(want, NEVER), NEVER):
            return
        values[want], self.prices.ways[want] = price, way
        self._stale |= dict.fromkeys(self._lists.users.get(want, ()))
        for collection in self._asked_for.collections.get(want, ()):
            self._offer(collection, self._collected(collection), Way(collected=True))

    def _collected(self, collection: Want) -> int:
        """The price of a collection that is filled in a loop."""
        is_map = isinstance(collection.type, MapOf)
        own = write_price(is_map, exists=self._waiting[is_map])
        return own + sum(self.prices.values.get(part, NEVER) for part in parts_of_accumulator(collection))


def write_price(is_map: bool, exists: bool) -> int:
    """The lexemes that fill an accumulator, without values; with its creation and loop if it does not exist yet."""
    if exists:
        return _MAP if is_map else _LIST
    return _NEW_MAP if is_map else _NEW_LIST
