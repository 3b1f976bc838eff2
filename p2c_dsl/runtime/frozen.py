"""What a run holds: values of its own that nobody else has, never change, and can be keys.

A value is copied once when it comes in (`values.Freezer`), and copied again for whoever is given it (`thaw`):

| in the language | in the run | as a tool is given it |
| --- | --- | --- |
| `Bool`, `Int`, `Float`, `Text`, `None`, an enum's member | itself | itself |
| a nominal type | `Handle`, or itself where it is of a plain type | the very object that came in |
| a record | `FrozenRecord` | `Fields`, or an object of the class that came in |
| `List[T]` | `FrozenList` | `list` |
| `Set[T]` | `Distinct` | `Distinct` |
| `Map[K, V]` | `FrozenMap` | `dict` |

Two of them are equal exactly when Python says so of what came in; records, lists, sets and maps by their parts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from types import MemberDescriptorType, SimpleNamespace
from typing import Any, Self

from p2c_dsl.runtime.showing import described, shown
from p2c_dsl.spec import EnumMember


class WrongValue(Exception):
    """A value that does not have the type it should have; the message says where and why."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Handle:
    """A value of which only its class knows more than which one it is.

    Its hash is asked once, so that one object stays one key whatever is done to it.
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
        return repr(self.held)


class FrozenList(tuple[Any, ...]):
    """A list."""

    __slots__ = ()


class Distinct(Set[Any]):
    """A set that keeps an order, so that a loop over it always runs the same."""

    __slots__ = ("_elements",)

    def __init__(self, elements: Iterable[Any] = ()) -> None:
        self._elements = {comparable(element): element for element in elements}

    @classmethod
    def of(cls, elements: dict[Hashable, Any]) -> Self:
        """The set of elements whose stand-ins are known."""
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


class FrozenRecord(FrozenMap):
    """A record: its fields by name. `like` says how to make the object again that it came in as."""

    __slots__ = ("like", "type")

    def __init__(self, type_: str, items: Mapping[str, Any], like: Like | None = None) -> None:
        super().__init__(items)
        self.type, self.like = type_, like


# ---------------------------------------------------------------- equality


_PLAIN = frozenset({str, int, float, bool, type(None), EnumMember})
_OWN = frozenset({Handle, FrozenList, Distinct, FrozenMap, FrozenRecord})


def is_plain(value: object) -> bool:
    """Whether the value is of a class that nobody can have changed."""
    return type(value) in _PLAIN


def is_hashable(value: object) -> bool:
    """Whether the value can be a key; a frozen dataclass that holds a list only looks as if it could."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def comparable(value: object) -> Hashable:
    """A hashable stand-in that is equal exactly when the values are. Of a value of a run, it is the value itself."""
    if type(value) in _PLAIN or type(value) in _OWN:
        return value
    match value:
        case str() | bytes() | bytearray() | memoryview():
            pass
        case Mapping():
            return FrozenMap({comparable(k): comparable(v) for k, v in value.items()})
        case Set():
            return Distinct(value)
        case Sequence():
            return FrozenList(map(comparable, value))
    if is_hashable(value):
        return Handle(value, hash(value))
    if is_dataclass(value):
        own = (comparable(getattr(value, f.name)) for f in fields(value) if f.compare)
        return FrozenList((Handle(type(value), hash(type(value))), *own))
    return Handle(value, id(value))


# ---------------------------------------------------------------- for others


class Fields(dict[str, Any]):
    """A record as a mapping of its fields that can be a key, too."""

    def __init__(self, type_: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.type = type_

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(comparable(self))


class Attributes(SimpleNamespace):
    """A record as an object with its fields, for one whose own class cannot be made with them; it can be a key."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(comparable(vars(self)))


@dataclass(frozen=True, slots=True)
class Like:
    """An object that stood for a record: its class, and all that it held.

    `kinds` are the fields that held a tuple or frozenset, which its class may need as one to be hashable.
    """

    cls: type
    state: Mapping[str, object]
    kinds: Mapping[str, type]

    def made(self, own: Mapping[str, object]) -> object:
        """A new object of the class with these fields; its `__init__` is not asked."""
        try:
            own = {name: self.kinds[name](v) if name in self.kinds else v for name, v in own.items()}
            if not own.keys() <= self.state.keys():
                return Attributes(**own)
            if issubclass(self.cls, tuple):
                return tuple.__new__(self.cls, {**self.state, **own}.values())
            made = _blank(self.cls)
            for name, value in {**self.state, **own}.items():
                object.__setattr__(made, name, value)
        except Exception:
            # A class may forbid even this: what it holds counts, not what it is.
            return Attributes(**own)
        return made


def like(value: object, own: Mapping[str, object]) -> Like:
    """How to make an object again of which these fields have been read."""
    cls: Any = type(value)
    kinds = {name: type(v) for name, v in own.items() if type(v) in (tuple, frozenset)}
    if isinstance(value, tuple):
        return Like(cls, dict(zip(getattr(cls, "_fields", ()), value, strict=False)), kinds)
    state: dict[str, object] = {}
    for name, slot in _slots(cls):
        try:
            state[name] = slot.__get__(value)
        except AttributeError:
            continue
    state.update(getattr(value, "__dict__", {}))
    return Like(cls, state, kinds)


@lru_cache(maxsize=256)
def _slots(cls: type) -> tuple[tuple[str, MemberDescriptorType], ...]:
    return tuple(
        (n, slot) for c in cls.__mro__ for n, slot in vars(c).items() if type(slot) is MemberDescriptorType
    )


def _blank(cls: type) -> object:
    """A new object of a class as the class written in C that it comes from makes it."""
    written_in_python = 1 << 9
    origin: Any = next(c for c in cls.__mro__ if not c.__flags__ & written_in_python)
    return origin.__new__(cls)


def thaw(value: object) -> Any:
    """A value of a run as one of Python's, which may be changed without an effect on the run."""
    match value:
        case Handle():
            return value.held
        case FrozenList():
            return [thaw(v) for v in value]
        case Distinct():
            return Distinct.of({comparable(v): thaw(v) for v in value})
        case FrozenRecord():
            own = {name: thaw(v) for name, v in value.items()}
            return Fields(value.type, own) if value.like is None else value.like.made(own)
        case FrozenMap():
            return {_key(k): thaw(v) for k, v in value.items()}
    return value


def _key(value: object) -> object:
    """A map's key as one that Python takes: an equal one where its own kind cannot be a key."""
    match value:
        case FrozenList():
            return tuple(map(_key, value))
        case FrozenMap():
            thawed = thaw(value)
            own = {name: _key(v) for name, v in value.items()}
            if is_hashable(thawed):
                return thawed
            return (
                Fields(getattr(value, "type", "Map"), own) if isinstance(thawed, dict) else Attributes(**own)
            )
    return thaw(value)
