"""Small worlds: every value of a type up to a size, chosen by numbers, so that runs can be enumerated.

Values are made on demand, and each part of a value counts as work: there are no small worlds for a type whose
values are too large.

A world is a sequence of choices. `explore` enumerates them depth first, so that the first choice varies last;
another sequence is another world in which the program is run again. Calls never fail here: a failing call only
shortens a run, and each run is judged as far as it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NoReturn

from p2c_dsl.program import Branch, ConstantOf, Program, steps
from p2c_dsl.program.conditions import values_of
from p2c_dsl.runtime.values import Fields, comparable
from p2c_dsl.spec import ConstantValue, EnumMember, Spec, Subtask, Task
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
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

Choose = Callable[[int], int]
"""Picks one of n: a number from 0 to n - 1."""

_STEP = 0.5
"""How far small numbers of `Float` lie apart, so that some are not whole."""
_DEEPEST = 4
_MOST_NESTED = 64
MOST_PARTS = 2_000
"""How many parts the values of one world may have."""


class TooLarge(Exception):
    """A world is too large: its values have too many parts, or are nested too deeply."""


@dataclass(slots=True)
class Meter:
    """How much work is left, in parts of values and events of runs."""

    left: int = MOST_PARTS
    exceeded: bool = False
    """Whether the work was not enough."""

    def spend(self, amount: int = 1) -> None:
        """Spends work. Raises `TooLarge` if there is not enough left."""
        if self.left < amount:
            self.left = 0
            self.exceed()
        self.left -= amount

    def exceed(self) -> NoReturn:
        """Gives up because more work is needed than is left. Raises `TooLarge`."""
        self.exceeded = True
        raise TooLarge("this world is too large to try")


@dataclass(frozen=True, order=True, slots=True)
class Atom:
    """A value of a nominal type, which has only an identity."""

    type: str
    number: int

    def __repr__(self) -> str:
        return f"{self.type[:1].lower()}{self.type[1:]}#{self.number + 1}"


@dataclass(slots=True)
class SmallWorld:
    """Inputs and tools whose values `choose` decides; collections have at most `size` elements.

    `compared` are further values of base types: those with which a program compares, so that it can find them equal.
    All methods that make values raise `TooLarge`.
    """

    spec: Spec
    choose: Choose
    size: int
    meter: Meter = field(default_factory=Meter)
    compared: Mapping[Base, Sequence[ConstantValue]] = field(default_factory=dict)

    def inputs(self, task: Task) -> dict[str, Any]:
        """The task's inputs."""
        return {p.name: self.value(p.type) for p in task.parameters}

    def tools(self) -> dict[str, Callable[..., Any]]:
        """A tool for each subtask: its results are chosen when it is called."""
        return {s.name: self._tool(s) for s in self.spec.subtasks.values()}

    def _tool(self, subtask: Subtask) -> Callable[..., Any]:
        def tool(*arguments: object) -> Any:
            return None if subtask.result is None else self.value(subtask.result)

        return tool

    def value(self, of: Type, depth: int = 0) -> Any:
        """A value of a type."""
        self.meter.spend()
        if depth > _MOST_NESTED:
            self.meter.exceed()
        match of:
            case Nominal():
                return Atom(_root(of), self.choose(self.size))
            case NewType(_, base):
                return self.value(base, depth)
            case Bounded():
                return self._number(of)
            case Enum(name, members):
                return EnumMember(name, members[self.choose(len(members))])
            case Record(name):
                fields = self.spec.records[name]
                return Fields(name, {f: self.value(t, depth + 1) for f, t in fields.items()})
            case Optional(inner):
                return None if depth >= _DEEPEST or self.choose(2) == 0 else self.value(inner, depth)
            case ListOf(element, size):
                return [self.value(element, depth + 1) for _ in range(self._count(size, depth))]
            case SetOf(element, size):
                return self._distinct(element, size, depth)
            case MapOf(key, value, size):
                return {k: self.value(value, depth + 1) for k in self._distinct(key, size, depth)}
            case Base():
                return self._base(of)
        return None

    def _base(self, of: Base) -> Any:
        if of == BOOL:
            return self.choose(2) == 0
        others = self.compared.get(of, ())
        number = self.choose(self.size + len(others))
        if number >= self.size:
            return others[number - self.size]
        if of == INT:
            return number
        return number * _STEP if of == FLOAT else f"text {number}"

    def _number(self, of: Bounded) -> ConstantValue:
        """A number within bounds: one near 0, a bound, or one with which the program compares."""
        base: Base = INT if is_subtype(of, INT) else FLOAT
        start, (low, high) = of.range.nearest, of.range
        step = 1 if base == INT else _STEP
        near = [start + sign * by * step for by in range(self.size) for sign in (1, -1)]
        wanted = [n for n in (*near, low, high, *self.compared.get(base, ())) if n in of.range]
        found = list(dict.fromkeys(wanted))
        return found[self.choose(len(found))]

    def _count(self, size: Size, depth: int) -> int:
        high = self.size if size.high is None else min(size.high, max(self.size, size.low))
        if depth >= _DEEPEST:
            high = size.low
        return size.low + self.choose(max(high - size.low, 0) + 1)

    def _distinct(self, element: Type, size: Size, depth: int) -> list[Any]:
        """Different values; fewer than wanted if the type has fewer (the run then fails its type check)."""
        wanted, found = self._count(size, depth), dict[Any, Any]()
        for _ in range(8 * wanted):
            if len(found) == wanted:
                break
            value = self.value(element, depth + 1)
            if comparable(value) in found and isinstance(value, Atom):
                value = Atom(value.type, len(found))
            found.setdefault(comparable(value), value)
        return list(found.values())


def compared_in(program: Program) -> dict[Base, list[ConstantValue]]:
    """The constants of base types with which a program compares, and the numbers beside them."""
    tested = (values_of(s.condition) for s in steps(program.body) if isinstance(s, Branch))
    found: dict[Base, list[ConstantValue]] = {}
    for value in (o.value for operands in tested for o in operands if isinstance(o, ConstantOf)):
        if isinstance(value, str):
            found.setdefault(TEXT, []).append(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.setdefault(FLOAT, []).extend(value + by for by in (0.0, -_STEP, _STEP))
            found.setdefault(INT, []).extend(value + by for by in (0, -1, 1) if isinstance(value, int))
    return {of: list(dict.fromkeys(values)) for of, values in found.items()}


def _root(of: Nominal) -> str:
    return of.name if of.parent is None else _root(of.parent)


@dataclass(slots=True)
class Choices:
    """A sequence of choices: a given prefix, then what `rest` chooses; `taken` records (choice, of how many)."""

    prefix: Sequence[int] = ()
    rest: Choose = field(default=lambda n: 0)
    taken: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, n: int) -> int:
        place = len(self.taken)
        choice = min(self.prefix[place], n - 1) if place < len(self.prefix) else self.rest(n)
        self.taken.append((choice, n))
        return choice

    @property
    def made(self) -> tuple[int, ...]:
        """The choices that were made."""
        return tuple(choice for choice, _ in self.taken)

    def next(self) -> tuple[int, ...] | None:
        """The prefix of the next sequence, `None` after the last."""
        for place in range(len(self.taken) - 1, -1, -1):
            choice, n = self.taken[place]
            if choice + 1 < n:
                return (*self.made[:place], choice + 1)
        return None


def explore(limit: int) -> Iterator[Choices]:
    """All sequences of choices in turn, at most `limit`; each must be used before the next is requested."""
    prefix: tuple[int, ...] | None = ()
    for _ in range(limit):
        if prefix is None:
            return
        choices = Choices(prefix)
        yield choices
        prefix = choices.next()


def sample(limit: int, seed: int) -> Iterator[Choices]:
    """`limit` random sequences of choices."""
    random = Random(seed)
    for _ in range(limit):
        yield Choices(rest=random.randrange)


def simpler(made: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Sequences that are simpler than a given one: with one choice omitted, or smaller."""
    for place, choice in enumerate(made):
        if choice > 0:
            yield (*made[:place], 0, *made[place + 1 :])
            yield (*made[:place], choice - 1, *made[place + 1 :])
        yield (*made[:place], *made[place + 1 :])
