"""Copies of a run's values for tools, which may change or keep them without an effect on the run."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from types import MemberDescriptorType, SimpleNamespace
from typing import Any

from p2c_dsl.runtime.values.frozen import (
    Distinct,
    FrozenList,
    FrozenMap,
    FrozenRecord,
    Handle,
    Several,
    comparable,
    is_hashable,
    is_plain,
)


class Fields(dict[str, Any]):
    """A record as a mapping of its fields that can also be a key."""

    def __init__(self, type_: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.type = type_

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(comparable(self))


class Attributes(SimpleNamespace):
    """A record as an object with its fields, if its own class cannot be constructed from them; it can be a key."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(comparable(vars(self)))


@dataclass(frozen=True, slots=True)
class Like:
    """The original of a record.

    Attributes:
        record: The name of its type.
        cls: The class of the object, `dict` for any mapping.
        state: Its other attributes by name; a field is `None`, to keep its position.
        kinds: The fields that held a tuple or frozenset, which its class may need to be hashable.
    """

    record: str
    cls: type
    state: Mapping[Any, object]
    kinds: Mapping[str, type]

    def made(self, own: Mapping[str, object]) -> object:
        """Another object with these fields, made without calling `__init__`."""
        held = {name: _spread(v) for name, v in self.state.items() if name not in own} | dict(own)
        if self.cls is dict:
            return Fields(self.record, held)
        try:
            held |= {name: kind(own[name]) for name, kind in self.kinds.items()}
            if issubclass(self.cls, tuple):
                return tuple.__new__(self.cls, (held[name] for name in self.state))
            made = _blank(self.cls)
            for name, value in held.items():
                object.__setattr__(made, name, value)
        except Exception:
            # A class may forbid even this. Then a plain object with the same fields is used.
            return Attributes(**own)
        return made

    def parts(self, items: Mapping[str, Hashable], others: Mapping[Any, Hashable]) -> FrozenMap:
        """By what they are equal: their declared fields, and what else a mapping holds, a class compares, or is open.

        Equal values have equal fields: a field that a plan can see counts, also if the class does not compare it.
        """
        if self.cls is dict:
            return FrozenMap({**others, **items})
        kind, names = _compared(self.cls)
        if names is None:
            open_ = {name: v for name, v in others.items() if str(name)[:1] != "_"}
            return FrozenMap({kind: None, **open_, **items})
        return FrozenMap({kind: None, **{n: others[n] for n in names if n in others}, **items})


def composed(record: str, given: Mapping[str, object], fields: Iterable[str]) -> FrozenRecord:
    """A record that a composition makes from the values of its fields; one that is left out is `None`."""
    items = {name: given.get(name) for name in fields}
    return FrozenRecord(items, FrozenMap(items), Like(record, dict, {}, {}))


def like(type_: str, value: object, own: Mapping[str, object], several: Several) -> Like:
    """The original of a record of which these fields have been read; `several` reads its collections."""
    cls: Any = type(value)
    kinds = {name: type(v) for name, v in own.items() if type(v) in (tuple, frozenset)}
    if isinstance(value, Mapping):
        held = {k: None if k in own else _taken(v, several) for k, v in several(value.items())}
        return Like(type_, dict, held, {})
    state: dict[str, object] = {}
    if isinstance(value, tuple):
        state.update(zip(getattr(cls, "_fields", ()), value, strict=False))
    else:
        for name, slot in _slots(cls):
            with suppress(AttributeError):
                state[name] = slot.__get__(value)
        state.update(getattr(value, "__dict__", {}))
    if not own.keys() <= state.keys():
        # Computed attributes cannot be set on a copy.
        return Like(type_, Attributes, own, kinds)
    held = {name: None if name in own else _taken(v, several) for name, v in state.items()}
    return Like(type_, cls, held, kinds)


def _taken(value: object, several: Several) -> object:
    """A copy of attributes that plans cannot see; the attributes themselves if they are too large."""
    try:
        return _spread(value, several)
    except Exception:
        return Handle(value, id(value))


def _spread(value: Any, several: Several = iter) -> Any:
    """A copy of Python's own collections in a value, so that copies do not share them."""
    kind = type(value)
    if kind is dict:
        return {k: _spread(v, several) for k, v in several(value.items())}
    if kind is list or kind is tuple or kind is set or kind is frozenset:
        return kind(_spread(v, several) for v in several(value))
    return value.held if kind is Handle else value


@lru_cache(maxsize=256)
def _compared(cls: type) -> tuple[Handle, tuple[str, ...] | None]:
    """A class as a value, and the fields by which its objects are equal: `None` for one that is not a dataclass."""
    kind = Handle(cls, id(cls))
    return kind, tuple(f.name for f in fields(cls) if f.compare) if is_dataclass(cls) else None


@lru_cache(maxsize=256)
def _slots(cls: type) -> tuple[tuple[str, MemberDescriptorType], ...]:
    own = (item for c in cls.__mro__ if c.__flags__ & _PYTHONS for item in vars(c).items())
    return tuple((name, slot) for name, slot in own if type(slot) is MemberDescriptorType)


def _blank(cls: type) -> object:
    """A new object of a class, made by the `__new__` of its nearest base class that is written in C."""
    origin: Any = next(c for c in cls.__mro__ if not c.__flags__ & _PYTHONS)
    return origin.__new__(cls)


_PYTHONS = 1 << 9
"""The flag of classes that are written in Python."""


def thaw(value: object) -> Any:
    """A value of a run as a Python value, which may be changed without an effect on the run."""
    if is_plain(value):
        return value
    match value:
        case Handle():
            return value.held
        case FrozenList():
            return [thaw(v) for v in value]
        case Distinct():
            return Distinct.of({comparable(v): thaw(v) for v in value})
        case FrozenRecord():
            return value.like.made({name: thaw(v) for name, v in value.items()})
        case FrozenMap():
            return {_key(k): thaw(v) for k, v in value.items()}
    return value


def _key(value: object) -> object:
    """A map's key as a hashable Python value: an equal one if its own type cannot be a key."""
    match value:
        case FrozenList():
            return tuple(map(_key, value))
        case FrozenMap():
            thawed, own = thaw(value), {name: _key(v) for name, v in value.items()}
            if is_hashable(thawed):
                return thawed
            return Attributes(**own) if isinstance(value, FrozenRecord) else Fields("Map", own)
    return thaw(value)
