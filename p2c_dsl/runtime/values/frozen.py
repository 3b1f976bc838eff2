"""The values of a run: private copies that never change and can be keys.

A value is copied once when it comes in (`values.Freezer`), and copied again when it is passed on (`copies.thaw`):

| in the language | in the run | as passed to a tool |
| --- | --- | --- |
| `Bool`, `Int`, `Float`, `Text`, `None`, an enum's member | itself | itself |
| a nominal type | `Handle`, or itself where it is of a plain type | the same object that came in |
| a record | `FrozenRecord` | `Fields`, or an object of the class that came in |
| `List[T]` | `FrozenList` | `list` |
| `Set[T]` | `Distinct` | `Distinct` |
| `Map[K, V]` | `FrozenMap` | `dict` |

Two values are equal exactly when the originals are equal in Python; records, lists, sets and maps by their parts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol, Self

from p2c_dsl.runtime.values.display import described, shown
from p2c_dsl.spec import EnumMember

_WIDTH = 200


class WrongValue(Exception):
    """A value that does not have the expected type; the message says where and why."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Handle:
    """An opaque value, of which only the identity and equality are known.

    Its hash is computed once, so that an object stays the same key even if it is changed.
    """

    held: object
    hash: int

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        theirs = other.held if isinstance(other, Handle) else other
        if self.held is theirs:
            return True
        try:
            return bool(self.held == theirs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise WrongValue(f"{shown(self.held)} cannot be compared: {described(error)}") from None

    def __repr__(self) -> str:
        return shown(self.held, _WIDTH)


class FrozenList(tuple[Any, ...]):
    """A list."""

    __slots__ = ()


class Distinct(Set[Any]):
    """A set that keeps its order, so that a loop over it always runs in the same way."""

    __slots__ = ("_elements",)

    def __init__(self, elements: Iterable[Any] = ()) -> None:
        self._elements = {comparable(element): element for element in elements}

    @classmethod
    def of(cls, elements: dict[Hashable, Any]) -> Self:
        """The set of elements whose keys are known."""
        made = cls()
        made._elements = elements
        return made

    def __contains__(self, element: object) -> bool:
        return comparable(element) in self._elements

    def __iter__(self) -> Iterator[Any]:
        return iter(self._elements.values())

    def __len__(self) -> int:
        return len(self._elements)

    def __hash__(self) -> int:
        return hash(frozenset(self._elements))

    def __repr__(self) -> str:
        return shown(self)


class FrozenMap(Mapping[Any, Any]):
    """A map."""

    __slots__ = ("_hash", "_items")

    def __init__(self, items: Mapping[Any, Any]) -> None:
        self._items: dict[Any, Any] = dict(items)
        self._hash: int | None = None

    def __getitem__(self, key: object) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self._items == (other._items if isinstance(other, FrozenMap) else other)

    def __repr__(self) -> str:
        return shown(self)


class Maker(Protocol):
    """What makes a record again as it came in."""

    @property
    def record(self) -> str:
        """The name of its type."""

    def made(self, own: Mapping[str, object]) -> object:
        """Another one with these fields."""


class FrozenRecord(FrozenMap):
    """A record: its declared fields by name.

    Attributes:
        parts: The data that decides equality: everything that the original mapping or object held.
        like: How to make another one like the original.
    """

    __slots__ = ("like", "parts")

    def __init__(self, items: Mapping[str, Any], parts: FrozenMap, like: Maker) -> None:
        super().__init__(items)
        self.parts, self.like = parts, like

    @property
    def type(self) -> str:
        """The record type's name."""
        return self.like.record

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return self.parts == (other.parts if isinstance(other, FrozenRecord) else other)


# ---------------------------------------------------------------- equality


_PLAIN = frozenset({str, int, float, bool, type(None), EnumMember})
_OWN = frozenset({Handle, FrozenList, Distinct, FrozenMap, FrozenRecord})


def is_plain(value: object) -> bool:
    """Whether the value is of a class that cannot have been modified."""
    return type(value) in _PLAIN


def is_hashable(value: object) -> bool:
    """Whether the value can be a key; a frozen dataclass that holds a list only appears to be hashable.

    Python's own hash of nested tuples is recursive and crashes the process if they are nested too deeply.
    """
    if _is_deep(value):
        return False
    try:
        hash(value)
    except TypeError:
        return False
    return True


_DEEPEST = 1_000


def _is_deep(value: object) -> bool:
    """Whether tuples and frozen sets are nested more deeply than a key could reasonably be."""
    level = [value] if isinstance(value, tuple | frozenset) else []
    for _ in range(_DEEPEST):
        level = [part for whole in level for part in whole if isinstance(part, tuple | frozenset)]
        if not level:
            return False
    return True


Several = Callable[[Iterable[Any]], Iterable[Any]]
"""Reads the elements of a collection; may raise if there are too many."""


def comparable(value: object, several: Several = iter) -> Hashable:
    """A hashable object that is equal exactly when the values are. For a value of a run, it is the value itself."""
    if type(value) in _PLAIN or type(value) in _OWN:
        return value
    match value:
        case str() | bytes() | bytearray() | memoryview():
            pass
        case Mapping():
            pairs = several(value.items())
            return FrozenMap({comparable(k, several): comparable(v, several) for k, v in pairs})
        case Set():
            return Distinct(comparable(v, several) for v in several(value))
        case Sequence():
            return FrozenList(comparable(v, several) for v in several(value))
    if is_hashable(value):
        return Handle(value, hash(value))
    if is_dataclass(value):
        own = (comparable(getattr(value, f.name), several) for f in fields(value) if f.compare)
        return FrozenList((Handle(type(value), hash(type(value))), *own))
    return Handle(value, id(value))
