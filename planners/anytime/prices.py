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
from p2c_dsl.planners.anytime.asked_for import AskedFor
from p2c_dsl.planners.anytime.wants import ANYHOW, Call, Manner, Want, parts_of_accumulator
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


class Supplier(NamedTuple):
    """The way to a value: a call (if any), then loops over and tests of values of these types.

    `collected` says that the value is an accumulator, `carrier` is the one that it is looked up in.
    """

    call: Call | None = None
    loops: tuple[Type, ...] = ()
    tests: tuple[Type, ...] = ()
    collected: bool = False
    carrier: Want | None = None


class Prices(NamedTuple):
    """The prices of wanted values and of calls, and the cheapest way to each value."""

    values: dict[Want, int]
    ways: dict[Want, Supplier]
    calls: dict[Call, int]


class Supply(NamedTuple):
    """A value at hand: its type, the facets that accept its origin, and how the blocks run that it is in."""

    type: Type
    accepted: frozenset[int]
    manner: Manner


class Unfilled(NamedTuple):
    """An accumulator that nothing is in yet: its kind, whether its loop is open, and how its block runs."""

    is_map: bool
    looped: bool
    manner: Manner

    def serves(self, wanted: Want) -> bool:
        """Whether it can become what is wanted."""
        return self.is_map == isinstance(wanted.type, MapOf) and self.manner.suits(wanted.manner)


class Situation(NamedTuple):
    """All that the prices depend on.

    Attributes:
        supplies: What is in scope.
        waiting: What waits to be filled.
        prerequisites: For each subtask with prerequisites, these.
        untested: For each subtask that needs the outcomes of tests, how many.
        exhausted: The subtasks that rules forbid from here on.
        later: Whether some subtask is forbidden until the open loops are closed.
    """

    supplies: frozenset[Supply]
    waiting: tuple[Unfilled, ...]
    prerequisites: tuple[tuple[str, Groups], ...]
    untested: tuple[tuple[str, int], ...]
    exhausted: frozenset[str]
    later: bool

    def parts(self, collection: Want) -> tuple[Want, ...]:
        """What has to be written into a collection: if its loop is open, what is in the loop will do."""
        return parts_of_accumulator(collection, not any(u.looped and u.serves(collection) for u in self.waiting))


class PriceLists:
    """Computes prices, once for each situation."""

    def __init__(self, machine: Machine, asked_for: AskedFor) -> None:
        self._records, self._asked_for = machine.spec.records, asked_for
        self.loops = _deepest(machine, "forbids_loop")
        self.tests = _deepest(machine, "forbids_branch")
        self.own = {name: statement_cost(subtask) for name, subtask in asked_for.subtasks.items()}
        self.accepted = {
            name: frozenset(at.index for at, facet in machine.placed if facet.supplies(subtask))
            for name, subtask in asked_for.subtasks.items()
        }
        self.users: dict[Want, list[Call]] = {}
        for call, wants in asked_for.takes.items():
            for want in wants:
                self.users.setdefault(want, []).append(call)
        self.by_type: dict[tuple[Type, Manner], list[Want]] = {}
        for want in asked_for.wants:
            self.by_type.setdefault((want.type, want.manner), []).append(want)
        self._known: dict[Situation, Prices] = {}
        self._parts: dict[tuple[Type, Manner], dict[Type, tuple[int, Supplier]]] = {}

    def of(self, situation: Situation) -> Prices:
        """The prices in a situation."""
        prices = self._known.get(situation)
        if prices is None:
            prices = self._known[situation] = _Pricing(self, self._asked_for, situation).prices
        return prices

    def parts(self, of: Type, manner: Manner = ANYHOW) -> dict[Type, tuple[int, Supplier]]:
        """The wanted types of which values can be taken out of one of type `of`, with the price and the way."""
        parts = self._parts.get((of, manner))
        if parts is None:
            parts = self._parts[of, manner] = self._taken_out(of, manner)
        return parts

    def _taken_out(self, of: Type, manner: Manner) -> dict[Type, tuple[int, Supplier]]:
        found: dict[Type, tuple[int, Supplier]] = {}
        order, seen = count(), set[Type]()
        pending: list[tuple[int, int, Type, Supplier]] = [(0, next(order), of, Supplier())]
        while pending:
            price, _, part, way = heappop(pending)
            if part in seen or not self._allowed(way, manner):
                continue
            seen.add(part)
            for wanted in self._asked_for.types:
                if wanted not in found and is_subtype(part, wanted):
                    found[wanted] = price, way
            for more, inner, loops, tests in self._opened(part):
                further = way._replace(loops=way.loops + loops, tests=way.tests + tests)
                heappush(pending, (price + more, next(order), inner, further))
        return found

    def _allowed(self, way: Supplier, manner: Manner) -> bool:
        if len(way.loops) > self.loops or len(way.tests) > self.tests:
            return False
        sizes = [size_of(of) for of in way.loops]
        if manner.certain and (way.tests or not all(size.low for size in sizes)):
            return False
        often: int | None = min(len(sizes), 1)
        for size in sizes:
            often = times(often, size.high)
        return Manner(often).suits(Manner(manner.rounds))

    def _opened(self, part: Type) -> Iterable[tuple[int, Type, tuple[Type, ...], tuple[Type, ...]]]:
        """The parts of a value with the price, and what is looped over or tested to get them."""
        match part:
            case ListOf(element) | SetOf(element):
                return ((LOOP, element, (part,), ()),)
            case MapOf(key, value):
                # A look-up under any key at hand gives a value, too: a missing key ends the run.
                return (LOOP, key, (part,), ()), (LOOP + LOOK_UP, value, (part,), ()), (LOOK_UP + 4, value, (), ())
            case Optional(inner):
                return ((BRANCH, inner, (), (part,)),)
            case Record(name):
                return ((0, field, (), ()) for field in self._records.get(name, {}).values())
        return ()


def _deepest(machine: Machine, forbids: str) -> int:
    """How deep blocks of a kind may be nested, as far as values are looked for."""
    return next(
        (outer for outer in range(_DEEPEST) if any(getattr(f, forbids)(outer) for f in machine.facets)), _DEEPEST
    )


class _Pricing:
    """The computation for one situation: prices fall until none changes any more."""

    def __init__(self, lists: PriceLists, asked_for: AskedFor, situation: Situation) -> None:
        self._lists, self._asked_for, self._situation = lists, asked_for, situation
        self._prerequisites, self._untested = dict(situation.prerequisites), dict(situation.untested)
        self._waiting, self._exhausted = situation.waiting, situation.exhausted
        self._after: dict[str, list[str]] = {}
        for name, groups in situation.prerequisites:
            for before in sorted(frozenset().union(*groups)):
                self._after.setdefault(before, []).append(name)
        self.prices = Prices({}, {}, {})
        self._stale: dict[Call, None] = dict.fromkeys(asked_for.takes)
        for supply in sorted(situation.supplies, key=repr):
            for manner in asked_for.manners:
                if supply.manner.suits(manner):
                    self._supply(supply.type, supply.accepted, manner, 0, None)
        self._settle()

    def _supply(self, of: Type, accepted: frozenset[int], manner: Manner, price: int, call: Call | None) -> None:
        """Offers all parts of a value to those that want them."""
        for wanted, (more, way) in self._lists.parts(of, manner).items():
            for want in self._lists.by_type.get((wanted, manner), ()):
                if want.judges <= accepted:
                    self._offer(want, price + more, way._replace(call=call))

    def _settle(self) -> None:
        while self._stale:
            call = name, manner = next(iter(self._stale))
            del self._stale[call]
            price = self._call(call)
            if price < self.prices.calls.get(call, NEVER):
                self.prices.calls[call] = price
                if manner.rounds is None:
                    later = self._after.get(name, ())
                    users = ((n, m) for n in later for m in self._asked_for.manners)
                    self._stale |= dict.fromkeys(call for call in users if call in self._asked_for.takes)
                result = self._asked_for.subtasks[name].result
                if result is None:
                    continue
                for served in self._served(name, manner):
                    self._supply(result, self._lists.accepted[name], served, price, call)

    def _served(self, name: str, manner: Manner) -> tuple[Manner, ...]:
        """The manners of those that may take a result: some may not be in the loop of the call."""
        if not manner.apart or name not in self._asked_for.closed:
            return (manner,)
        return tuple(m for m in self._asked_for.manners if manner.suits(m)) if manner.rounds == 0 else ()

    def _call(self, call: Call) -> int:
        name, manner = call
        untested = self._untested.get(name, 0)
        if name in self._exhausted or (untested and (manner.certain or not self._lists.tests)):
            return NEVER
        price = self._lists.own[name] + BRANCH * untested
        price += sum(self.prices.values.get(want, NEVER) for want in self._asked_for.takes[call])
        for group in self._prerequisites.get(name, ()):
            price += min(
                (self.prices.calls.get((s, Manner(certain=manner.certain)), NEVER) for s in group), default=NEVER
            )
        return price

    def _offer(self, want: Want, price: int, way: Supplier) -> None:
        values = self.prices.values
        if price >= min(values.get(want, NEVER), NEVER):
            return
        values[want], self.prices.ways[want] = price, way
        self._stale |= dict.fromkeys(self._lists.users.get(want, ()))
        if want in self._asked_for.carried:
            self._offer(self._asked_for.carried[want], price + LOOP + LOOK_UP, Supplier(carrier=want))
        for collection in self._asked_for.collections.get(want, ()):
            self._offer(collection, self._collected(collection), Supplier(collected=True))

    def _collected(self, collection: Want) -> int:
        """The price of a collection that is filled in a loop."""
        if not self._lists.loops:
            return NEVER
        is_map = isinstance(collection.type, MapOf)
        own = write_price(is_map, exists=any(unfilled.serves(collection) for unfilled in self._waiting))
        return own + sum(self.prices.values.get(part, NEVER) for part in self._situation.parts(collection))


def write_price(is_map: bool, exists: bool) -> int:
    """The lexemes that fill an accumulator, without values; with its creation and loop if it does not exist yet."""
    if exists:
        return _MAP if is_map else _LIST
    return _NEW_MAP if is_map else _NEW_LIST
