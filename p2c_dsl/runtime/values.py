"""Run-time values: how Python objects stand for the language's values.

A text, number or truth value is Python's own. A value of a nominal type is any hashable object, a record
a mapping or an object with its fields, a collection any list, tuple, set or mapping, an enum's
member an `EnumMember` (a tool may give its name). Equality is Python's.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
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


class Distinct(list[Any]):
    """A set that keeps an order, so that a loop over it always runs the same."""


class ValueError_(Exception):
    """A value that does not have the type it should have; the message says where and why."""


def field_of(value: object, name: str) -> object:
    """A record's field. Raises `ValueError_` where there is none."""
    found = value.get(name, _MISSING) if isinstance(value, Mapping) else getattr(value, name, _MISSING)
    if found is _MISSING:
        raise ValueError_(f"it has no field `{name}`")
    return found


def item_of(value: object, key: object) -> object:
    """What a map holds under a key. Raises `ValueError_` where it holds nothing."""
    assert isinstance(value, Mapping)
    for candidate in (key, key.member if isinstance(key, EnumMember) else key):
        if candidate in value:
            found: object = value[candidate]
            return found
    raise ValueError_(f"the map has no key {shown(key)}")


def elements_of(value: object) -> list[Any]:
    """What a loop over a collection yields, a plain set in the order of its elements' texts."""
    if isinstance(value, Set) and isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    assert isinstance(value, Iterable)
    return list(value)


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
        case Distinct():
            return ("set", frozenset(comparable(v) for v in value))
        case Sequence():
            return ("list", tuple(comparable(v) for v in value))
    return value if isinstance(value, Hashable) else ("object", id(value))


def conform(value: object, of: Type, spec: Spec) -> object:
    """The value as one of a type (an enum's member by its name becomes the member).

    Raises `ValueError_` for one that is not.
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
        case Record(name):
            return _record(value, name, spec)
        case ListOf(element) if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return _sized([conform(v, element, spec) for v in value], of, len(value))
        case SetOf(element) if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
            return _distinct([conform(v, element, spec) for v in elements_of(value)], of)
        case MapOf(key, held) if isinstance(value, Mapping):
            found = {conform(k, key, spec): conform(v, held, spec) for k, v in value.items()}
            return _sized(found, of, len(found))
    if of.__class__.__name__ == "Nominal" and value is not None and isinstance(value, Hashable):
        return value
    raise ValueError_(f"{shown(value)} is no {show(of)}")


def _is_base(value: object, of: Type) -> bool:
    if of == FLOAT:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return any(of == base and type(value) is python for base, python in _PYTHON)


def _record(value: object, name: str, spec: Spec) -> object:
    """A record is kept as it is if its fields fit; enum members by name are not replaced inside."""
    for field, of in spec.records[name].items():
        try:
            conform(field_of(value, field), of, spec)
        except ValueError_ as error:
            raise ValueError_(f"{shown(value)} is no {name}: `{field}`: {error}") from None
    return value


def _distinct(values: list[object], of: SetOf) -> object:
    """A set as a list without repetitions, so that loops over it have an order."""
    unique = {comparable(v): v for v in values}
    return _sized(Distinct(unique.values()), of, len(unique))


def _sized(value: object, of: ListOf | SetOf | MapOf, count: int) -> object:
    if count < of.size.low or (of.size.high is not None and count > of.size.high):
        raise ValueError_(f"{count} elements are not {show(of)}")
    return value


def shown(value: object, width: int = 60) -> str:
    """A value as short text."""
    match value:
        case EnumMember(enum, member):
            text = f"{enum}.{member}"
        case Fields():
            text = f"{value.type}({', '.join(f'{k}={shown(v)}' for k, v in value.items())})"
        case Distinct():
            text = "{" + ", ".join(shown(v) for v in value) + "}"
        case Mapping():
            text = "{" + ", ".join(f"{shown(k)}: {shown(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            text = "[" + ", ".join(shown(v) for v in value) + "]"
        case set() | frozenset():
            text = "{" + ", ".join(shown(v) for v in elements_of(value)) + "}"
        case _:
            text = repr(value)
    return text if len(text) <= width else text[: width - 1] + "…"
