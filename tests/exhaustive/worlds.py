"""Worlds whose values are chosen when somebody first looks at them.

Two worlds that differ only in what no run and no judge ever looks at are one; so are two that differ in the
names of their values. Each type has at most two values, numbers four, and each collection at most two elements.
A program that none of these breaks may still be wrong: of two elements, one that is not the first is the other, and a
map whose two values differ is onto. So it is tried in some larger worlds as well, which chance chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from p2c_dsl.runtime.trace import Instance
from p2c_dsl.spec import EnumMember, Spec, Task
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
    Type,
    is_subtype,
)
from tests.generators.worlds import Choose
from tests.oracle.values import Atom, Rec, SmallSet, canon

MOST = 2
"""How many values a type has, and how many elements a collection."""
MORE = 4
"""How many there are in larger worlds."""
NUMBERS = (-1, 0, 1, 2)
"""All numbers: of two, none lies between others or below a constant, and much is true by chance."""
HALF = 0.5
"""The fraction: it lies between two whole numbers."""
MORE_NUMBERS = (-2, -1, 0, 1, 2, 3, 4)
"""Those of larger worlds: of two numbers above each other, the lower one can be above what a spec names."""

_TEXTS = ("a", "b", "c", "d")


class Cell:
    """A value that may not have been chosen yet."""

    __slots__ = ("_make", "_value")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make
        self._value: Any = None

    def inside(self) -> Any:
        """The value, with cells for a record's fields, a collection's elements and a map's values."""
        if self._make is not None:
            self._value, self._make = self._make(), None
        return self._value

    def whole(self) -> Any:
        """The value as the oracle knows it."""
        match self.inside():
            case Rec(type, fields):
                return Rec(type, tuple((name, cell.whole()) for name, cell in fields))
            case dict() as entries:
                return {key.whole(): value.whole() for key, value in entries.values()}
            case SmallSet() as elements:
                return SmallSet(cell.whole() for cell in elements)
            case tuple() | list() as elements:
                return tuple(cell.whole() for cell in elements)
            case plain:
                return plain


class Seen(Instance):
    """An instance of a cell's value, which is chosen when it is asked for."""

    __slots__ = ("cell",)
    cell: Cell

    def __init__(self, id: int, cell: Cell) -> None:
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "cell", cell)

    @property
    def value(self) -> Any:
        """The whole value."""
        return self.cell.whole()


@dataclass(frozen=True, slots=True)
class _Kind:
    """Values of one kind; as long as none of them has been seen, those that are `alike` are one."""

    name: str
    values: tuple[Any, ...]
    alike: bool


class Values:
    """The values that a spec's types have in worlds with at most that many of each."""

    def __init__(self, spec: Spec, task: Task, most: int = MOST) -> None:
        self.records = spec.records
        self.most = most
        self._numbers = NUMBERS if most == MOST else MORE_NUMBERS
        self._types = spec.types
        self._kinds: dict[Type, tuple[_Kind, ...]] = {}
        constants = [c.value for c in spec.constants_of(task).values()]
        named = [_TEXTS.index(value) + 1 for value in constants if isinstance(value, str)]
        self.seen = {"Text": max(named)} if named else {}
        """How many values of each kind a spec names."""

    def kinds(self, of: Type) -> tuple[_Kind, ...]:
        """The kinds of values of a type that is neither a collection nor a record."""
        if of not in self._kinds:
            self._kinds[of] = tuple(self._new_kinds(of))
        return self._kinds[of]

    def _new_kinds(self, of: Type) -> Iterator[_Kind]:
        match of:
            case NewType(_, base):
                yield from self._new_kinds(base)
            case Enum(name, members):
                yield _Kind(name, tuple(EnumMember(name, m) for m in members), alike=False)
            case Bounded(_, range_):
                yield _Kind(f"numbers {range_}", tuple(n for n in self._numbers if n in range_), alike=False)
            case Base("Bool"):
                yield _Kind("Bool", (True, False), alike=False)
            case Base("Text"):
                yield _Kind("Text", _TEXTS[: self.most], alike=True)
            case Base("Float"):
                yield _Kind("Float", (*self._numbers, HALF), alike=False)
            case Base(name):
                yield _Kind(name, self._numbers, alike=False)
            case Nominal():
                for name, other in self._types.items():
                    if isinstance(other, Nominal) and is_subtype(other, of):
                        yield _Kind(name, tuple(Atom(name, n) for n in range(self.most)), alike=True)
            case _:
                raise TypeError(f"no values of {of}")


class LazyWorld:
    """A world in which `choose` picks every value, every `may` effect and every failure, eventful ones first."""

    def __init__(self, values: Values, choose: Choose) -> None:
        self._values, self._choose = values, choose
        self._seen = dict(values.seen)

    def fails(self) -> bool:
        """Whether a call fails. Its effects, all of them, may have happened."""
        return self._choose(2) == 1

    def happens(self) -> bool:
        """Whether an effect happens that may."""
        return self._choose(2) == 0

    def cell(self, of: Type) -> Cell:
        """Some value of a type."""
        return Cell(lambda: self._inside(of))

    def _inside(self, of: Type) -> Any:
        match of:
            case Optional(inner):
                return self._inside(inner) if self._choose(2) == 0 else None
            case Record(name):
                fields = self._values.records[name].items()
                return Rec(name, tuple((field, self.cell(t)) for field, t in fields))
            case ListOf(element, size):
                return [self.cell(element) for _ in range(self._size(size.low, size.high))]
            case SetOf(element, size):
                return SmallSet(self._distinct(element, self._size(size.low, size.high)))
            case MapOf(key, element, size):
                keys = self._distinct(key, self._size(size.low, size.high))
                return {canon(k.whole()): (k, self.cell(element)) for k in keys}
            case _:
                return self._scalar(of)

    def _size(self, low: int, high: int | None) -> int:
        most = max(low, self._values.most if high is None else min(high, self._values.most))
        return most - self._choose(most - low + 1)

    def _distinct(self, of: Type, wanted: int) -> list[Cell]:
        """That many different values, or fewer: as many as there are, or where two records turn out equal."""
        if isinstance(of, Record):
            cells = [self.cell(of) for _ in range(wanted)]
            return list({canon(c.whole()): c for c in cells}.values())
        values: list[Any] = []
        for _ in range(wanted):
            if self._options(of, values):
                values.append(self._scalar(of, values))
        return [settled(value) for value in values]

    def _scalar(self, of: Type, taken: Sequence[Any] = ()) -> Any:
        options = self._options(of, taken)
        kind, number, value = options[self._choose(len(options)) if len(options) > 1 else 0]
        self._seen[kind] = max(self._seen.get(kind, 0), number + 1)
        return value

    def _options(self, of: Type, taken: Sequence[Any]) -> list[tuple[str, int, Any]]:
        """The values to choose from: of those that are still alike, one."""
        return [
            (kind.name, number, value)
            for kind in self._values.kinds(of)
            for number, value in enumerate(kind.values)
            if (number <= self._seen.get(kind.name, 0) or not kind.alike) and value not in taken
        ]


class LargerWorld(LazyWorld):
    """A world in which no call fails: where some must, there is a small one."""

    def fails(self) -> bool:
        return False


def settled(value: Any) -> Cell:
    """A cell for a value that is chosen already."""
    return Cell(lambda: value)
