"""Run-time values: how Python objects stand for the language's values.

A text, number or truth value is Python's own. A value of a nominal type is any hashable object, a record
a mapping or an object with its fields, a collection any list, tuple, set or mapping, an enum's
member an `EnumMember`, of which a tool may give the name. Equality is Python's. Values are taken not to change:
a tool that alters an argument, or later what it gave, makes the trace wrong.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from typing import Any

from p2c_dsl.spec import EnumMember, Spec
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
    Base,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    NoneType,
    Optional,
    Record,
    SetOf,
    Type,
    show,
)

_MISSING = object()
_PYTHON: tuple[tuple[Base, type], ...] = ((BOOL, bool), (INT, int), (FLOAT, float), (TEXT, str))


class Fields(dict[str, Any]):
    """A record as a mapping of its fields that can be a key, too."""

    def __init__(self, type_: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.type = type_

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(comparable(dict(self)))


class Distinct(Set[Any]):
    """A set that keeps an order, so that a loop over it always runs the same."""

    def __init__(self, elements: Iterable[Any] = ()) -> None:
        self._elements = {comparable(element): element for element in elements}

    def __contains__(self, element: object) -> bool:
        return comparable(element) in self._elements

    def __iter__(self) -> Iterator[Any]:
        return iter(self._elements.values())

    def __len__(self) -> int:
        return len(self._elements)

    def __repr__(self) -> str:
        return shown(self)


class WrongValue(Exception):
    """A value that does not have the type it should have; the message says where and why."""


def field_of(value: object, name: str) -> object:
    """A record's field. Raises `WrongValue` where there is none."""
    found = value.get(name, _MISSING) if isinstance(value, Mapping) else getattr(value, name, _MISSING)
    if found is _MISSING:
        raise WrongValue(f"it has no field `{name}`")
    return found


def item_of(value: object, key: object) -> object:
    """What a map holds under a key. Raises `WrongValue` where it holds nothing."""
    if not isinstance(value, Mapping):
        raise WrongValue(f"{shown(value)} is no map")
    if not is_hashable(key) or key not in value:
        raise WrongValue(f"the map has no key {shown(key)}")
    found: object = value[key]
    return found


def elements_of(value: object) -> list[Any]:
    """What a loop over a collection yields, a plain set in the order of its elements' texts.

    Raises `WrongValue` for what is no collection.
    """
    if not isinstance(value, Iterable):
        raise WrongValue(f"{shown(value)} is no collection")
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else list(value)


def is_hashable(value: object) -> bool:
    """Whether the value can be a key; a frozen dataclass that holds a list only looks as if it could."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def comparable(value: object) -> Hashable:
    """A hashable stand-in that is equal exactly when the values are."""
    match value:
        case bool():
            return ("bool", value)
        case str() | int() | float() | EnumMember() | None:
            return value
        case Mapping():
            return ("map", frozenset((comparable(k), comparable(v)) for k, v in value.items()))
        case Set():
            return ("set", frozenset(comparable(v) for v in value))
        case Sequence():
            return ("list", tuple(comparable(v) for v in value))
    if is_hashable(value):
        return value
    if is_dataclass(value):
        return (type(value), tuple(comparable(getattr(value, f.name)) for f in fields(value) if f.compare))
    return ("object", id(value))


# ---------------------------------------------------------------- types


def conform(value: object, of: Type, spec: Spec) -> object:
    """The value as one of a type (an enum's member by its name becomes the member).

    Raises `WrongValue` for one that is not.
    """
    match of:
        case Optional(inner):
            return None if value is None else conform(value, inner, spec)
        case NoneType() if value is None:
            return None
        case Base() if _is_base(value, of):
            return value
        case NewType(_, base):
            return conform(value, base, spec)
        case Enum(name, members):
            member = value.member if isinstance(value, EnumMember) else getattr(value, "name", value)
            if member in members:
                return EnumMember(name, str(member))
        case Nominal() if value is not None and is_hashable(value):
            return value
        case Record(name):
            return _record(value, name, spec)
        case ListOf(element) if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return _sized([conform(v, element, spec) for v in value], of)
        case SetOf(element) if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
            return _sized(Distinct(conform(v, element, spec) for v in elements_of(value)), of)
        case MapOf(key, held) if isinstance(value, Mapping):
            return _sized({conform(k, key, spec): conform(v, held, spec) for k, v in value.items()}, of)
    raise WrongValue(f"{shown(value)} is no {show(of)}")


def _is_base(value: object, of: Type) -> bool:
    if of == FLOAT:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return any(of == base and type(value) is python for base, python in _PYTHON)


def _record(value: object, name: str, spec: Spec) -> object:
    """A mapping becomes `Fields`; an object stays as it is, so it has to hold true sets and `EnumMember`s."""
    found = {}
    for field, of in spec.records[name].items():
        try:
            own = field_of(value, field)
            found[field] = conform(own, of, spec)
            if not isinstance(value, Mapping) and not _same(own, found[field]):
                raise WrongValue(f"an object has to hold {shown(own)} as {shown(found[field])} itself")
        except WrongValue as error:
            raise WrongValue(f"{shown(value)} is no {name}: `{field}`: {error}") from None
    return Fields(name, {**value, **found}) if isinstance(value, Mapping) else value


def _same(own: object, conforming: object) -> bool:
    """Whether nothing but the kind of a collection had to be changed."""
    if isinstance(conforming, list | Distinct):
        given = elements_of(own)
        return len(given) == len(conforming) and all(map(_same, given, conforming))
    return comparable(own) == comparable(conforming)


def _sized(value: list[Any] | Distinct | dict[Any, Any], of: ListOf | SetOf | MapOf) -> object:
    if len(value) < of.size.low or (of.size.high is not None and len(value) > of.size.high):
        raise WrongValue(f"{len(value)} elements are not {show(of)}")
    return value


# ---------------------------------------------------------------- text


def shown(value: object, width: int = 60) -> str:
    """A value as short text."""
    match value:
        case EnumMember(enum, member):
            text = f"{enum}.{member}"
        case Fields():
            text = f"{value.type}({', '.join(f'{k}={shown(v)}' for k, v in value.items())})"
        case Mapping():
            text = "{" + ", ".join(f"{shown(k)}: {shown(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            text = "[" + ", ".join(shown(v) for v in value) + "]"
        case Set():
            text = "{" + ", ".join(shown(v) for v in elements_of(value)) + "}"
        case _:
            text = repr(value)
    return text if len(text) <= width else text[: width - 1] + "…"
