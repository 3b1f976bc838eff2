"""What can be taken out of a value, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.bounds import times
from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.relaxed.situation import BRANCH, LOOK_UP, LOOP, NESTED, Supplier
from p2c_dsl.planners.anytime.relaxed.wants import ANYHOW, Manner
from p2c_dsl.types import ListOf, MapOf, Optional, Record, SetOf, Type, is_subtype, size_of

_DEEPEST = 3
"""How many loops deep values are looked for."""


class TakenOut(NamedTuple):
    """A wanted type, what it costs to take a value of it out of another one, and the way."""

    wanted: Type
    price: int
    way: Supplier


class Parts:
    """Finds the parts of values of some types.

    Attributes:
        loops, tests: How deep loops and branches may be nested, as far as values are looked for.
    """

    def __init__(self, machine: Machine, wanted: tuple[Type, ...]) -> None:
        self._records, self._wanted = machine.spec.records, wanted
        self.loops = _deepest(machine, "forbids_loop")
        self.tests = _deepest(machine, "forbids_branch")
        self._known: dict[tuple[Type, int | None, bool, bool], tuple[TakenOut, ...]] = {}
        self._suited: dict[Type, tuple[Type, ...]] = {}

    def of(self, of: Type, manner: Manner = ANYHOW) -> tuple[TakenOut, ...]:
        """The wanted types of which values can be taken out of one of type `of`, with the price and the way.

        A type occurs several times where look-ups with other keys give it, too.
        """
        key = of, manner.rounds, manner.steady, manner.inside
        parts = self._known.get(key)
        if parts is None:
            parts = self._known[key] = self._taken_out(of, manner)
        return parts

    def _taken_out(self, of: Type, manner: Manner) -> tuple[TakenOut, ...]:
        found: dict[tuple[Type, tuple[Type, ...]], TakenOut] = {}
        order, seen = count(), set[tuple[Type, tuple[Type, ...]]]()
        pending: list[tuple[int, int, Type, Supplier]] = [(0, next(order), of, Supplier())]
        while pending:
            price, _, part, way = heappop(pending)
            if (part, way.keys) in seen or (part, ()) in seen or not self._allowed(way, manner):
                continue
            seen.add((part, way.keys))
            for wanted in self._suits(part):
                if (wanted, ()) not in found:
                    found.setdefault((wanted, way.keys), TakenOut(wanted, price, way))
            for more, inner, step in self._opened(part):
                further = Supplier(
                    loops=way.loops + step.loops, tests=way.tests + step.tests, keys=way.keys + step.keys
                )
                nested = NESTED * len(step.loops) if manner.inside else 0
                heappush(pending, (price + more + nested, next(order), inner, further))
        return tuple(found.values())

    def _suits(self, part: Type) -> tuple[Type, ...]:
        """The wanted types that a value of a type has."""
        suited = self._suited.get(part)
        if suited is None:
            suited = self._suited[part] = tuple(wanted for wanted in self._wanted if is_subtype(part, wanted))
        return suited

    def _allowed(self, way: Supplier, manner: Manner) -> bool:
        if len(way.loops) > self.loops or len(way.tests) > self.tests or len(way.keys) > 1:
            return False
        sizes = [size_of(of) for of in way.loops]
        if manner.steady and (way.tests or not all(size.low for size in sizes)):
            return False
        often: int | None = min(len(sizes), 1)
        for size in sizes:
            often = times(often, size.high)
        return Manner(often).suits(Manner(manner.rounds))

    def _opened(self, part: Type) -> Iterable[tuple[int, Type, Supplier]]:
        """The parts of a value with the price, and what is looped over, tested or looked up to get them."""
        match part:
            case ListOf(element) | SetOf(element):
                return ((LOOP, element, Supplier(loops=(part,))),)
            case MapOf(key, value):
                # A look-up under any key gives a value: a missing key ends the run.
                looped = (LOOP, key, Supplier(loops=(part,))), (LOOP + LOOK_UP, value, Supplier(loops=(part,)))
                return (*looped, (LOOK_UP, value, Supplier(keys=(key,))))
            case Optional(inner):
                return ((BRANCH, inner, Supplier(tests=(part,))),)
            case Record(name):
                return ((0, field, Supplier()) for field in self._records.get(name, {}).values())
        return ()


def _deepest(machine: Machine, forbids: str) -> int:
    """How deep blocks of a kind may be nested, as far as values are looked for."""
    return next(
        (outer for outer in range(_DEEPEST) if any(getattr(f, forbids)(outer) for f in machine.facets)), _DEEPEST
    )
