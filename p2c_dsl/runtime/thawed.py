"""Values of a run for others: as tools are given them, to be changed or kept without an effect on the run."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from types import MemberDescriptorType, SimpleNamespace
from typing import Any

from p2c_dsl.runtime.frozen import (
    Distinct,
    FrozenList,
    FrozenMap,
    FrozenRecord,
    Handle,
    comparable,
    is_hashable,
    is_plain,
)


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

    def parts(self, items: Mapping[str, Hashable], others: Mapping[Hashable, Hashable]) -> FrozenMap:
        """By what such objects are equal: as their dataclass says, or else by all that is not private."""
        held: dict[Hashable, Hashable] = dict(others) | dict(items)
        names = _compared(self.cls)
        if names is None:
            held = {name: v for name, v in held.items() if name in items or str(name)[:1] != "_"}
        else:
            held = {name: held[name] for name in names if name in held}
        return FrozenMap({Handle(self.cls, id(self.cls)): None, **held})


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
def _compared(cls: type) -> tuple[str, ...] | None:
    """The fields by which objects of a dataclass are equal, `None` for another class."""
    return tuple(f.name for f in fields(cls) if f.compare) if is_dataclass(cls) else None


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
            own = {name: thaw(v) for name, v in value.items()}
            if value.like is not None:
                return value.like.made(own)
            others: dict[Any, Any] = {_key(k): thaw(v) for k, v in value.parts.items() if k not in own}
            return Fields(value.type, {**others, **own})
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
