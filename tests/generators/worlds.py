"""Small worlds: inputs and results with few different values, so that equalities happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from p2c_dsl.spec import EnumMember, Spec, Subtask, Task
from p2c_dsl.types import (
    Base,
    Bounded,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    is_subtype,
)
from tests.oracle.interpreter import Outcome
from tests.oracle.values import Atom, Rec, SmallSet, canon

Choose = Callable[[int], int]
"""Picks a number below its argument; 0 is the simplest choice."""

_DEEPEST = 3


class SmallWorld:
    """A world in which every value, every `may` effect and every failure is chosen by `choose`."""

    def __init__(self, spec: Spec, choose: Choose, *, largest: int = 3, atoms: int = 2, failures: int = 0) -> None:
        self._spec, self._choose = spec, choose
        self._largest, self._atoms, self._failures = largest, atoms, failures

    def inputs(self, task: Task) -> Mapping[str, Any]:
        return {p.name: self.value(p.type) for p in task.parameters}

    def call(self, subtask: Subtask) -> Outcome:
        """The outcome of a call; one call in `failures` fails (none if 0), perhaps with some effects."""
        if self._failures and self._choose(self._failures) == self._failures - 1:
            return Outcome(tuple(self._choose(2) == 1 for _ in subtask.effects), None, failed=True)
        happened = tuple(use.certain or self._choose(2) == 1 for use in subtask.effects)
        result = None if subtask.result is None else self.value(subtask.result)
        return Outcome(happened, result)

    def value(self, of: Type, depth: int = 0, wide: int = 0) -> Any:
        """Some value of a type; `wide` adds that many values to choose from."""
        match of:
            case Base("Bool"):
                return self._choose(2) == 1
            case Base("Int"):
                return self._choose(self._atoms + wide)
            case Base("Float"):
                number = self._choose(self._atoms + wide + 1)
                return 0.5 if number == self._atoms + wide else number
            case Base():
                number = self._choose(self._atoms + wide)
                return chr(ord("a") + number % 26) + str(number // 26 or "")
            case Bounded(_, range_):
                few = [n for n in range(-self._atoms, self._atoms + wide + 1) if n in range_] or [range_.nearest]
                return few[self._choose(len(few))]
            case NewType(_, base):
                return self.value(base, depth, wide)
            case Nominal():
                names = [n for n, t in self._spec.types.items() if isinstance(t, Nominal) and is_subtype(t, of)]
                return Atom(names[self._choose(len(names))], self._choose(self._atoms + wide))
            case Enum(name, members):
                return EnumMember(name, members[self._choose(len(members))])
            case Optional(inner):
                return None if depth > _DEEPEST or self._choose(2) == 0 else self.value(inner, depth + 1)
            case Record(name):
                fields = self._spec.records[name].items()
                return Rec(name, tuple((f, self.value(t, depth + 1, wide)) for f, t in fields))
            case ListOf(element, size):
                return tuple(self.value(element, depth + 1) for _ in range(self._size(size, depth)))
            case SetOf(element, size):
                return SmallSet(self._distinct(element, self._size(size, depth), size.low, depth))
            case MapOf(key, element, size):
                keys = self._distinct(key, self._size(size, depth), size.low, depth)
                return {k: self.value(element, depth + 1) for k in keys}
        raise TypeError(f"no values of {of}")

    def _size(self, size: Size, depth: int) -> int:
        high = max(size.low, self._largest if depth < _DEEPEST else 0)
        high = high if size.high is None else min(high, size.high)
        return size.low + self._choose(high - size.low + 1)

    def _distinct(self, of: Type, wanted: int, least: int, depth: int) -> list[Any]:
        found: dict[Any, Any] = {}
        for attempt in range(50 * wanted):
            value = self.value(of, depth + 1, wide=max(0, wanted - self._atoms) + attempt // 2)
            found.setdefault(canon(value), value)
            if len(found) == wanted or (attempt > 4 * wanted and len(found) >= least):
                break
        if len(found) < least:
            raise ValueError(f"fewer than {least} values of {of}")
        return list(found.values())


def random_world(spec: Spec, random: Random) -> SmallWorld:
    """A world drawn at random; one in four has failing calls."""
    failures = random.choice((0, 0, 0, 6))
    largest = random.choice((1, 2, 2, 3))
    atoms = random.choice((1, 2, 2, 3))
    return SmallWorld(spec, random.randrange, largest=largest, atoms=atoms, failures=failures)


def all_choices(limit: int) -> Iterator[Choose]:
    """Choosers that together go through every sequence of choices, simplest first, at most `limit` of them.

    A run has to be finished with one before the next is taken.
    """
    prefix: list[int] = []
    for _ in range(limit):
        taken: list[tuple[int, int]] = []

        def choose(n: int, prefix: list[int] = prefix, taken: list[tuple[int, int]] = taken) -> int:
            picked = prefix[len(taken)] if len(taken) < len(prefix) else 0
            taken.append((picked, n))
            return picked

        yield choose
        while taken and taken[-1][0] + 1 >= taken[-1][1]:
            taken.pop()
        if not taken:
            return
        last, _ = taken.pop()
        prefix = [picked for picked, _ in taken] + [last + 1]
