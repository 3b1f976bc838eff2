"""When two run-time values are equal, and whether a value belongs to a type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from p2c_dsl.program.conditions import Test
from p2c_dsl.runtime.trace import AnyKey
from p2c_dsl.spec import EnumMember, Spec
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


@dataclass(frozen=True, slots=True)
class Atom:
    """A value of a nominal type of which nothing is known but which one it is."""

    type: str
    number: int


@dataclass(frozen=True)
class Rec:
    """A record's value; its fields can be read as attributes."""

    type: str
    fields: tuple[tuple[str, Any], ...]

    def __getattr__(self, name: str) -> Any:
        for field, value in self.fields:
            if field == name:
                return value
        raise AttributeError(name)


class SmallSet(tuple[Any, ...]):
    """A set whose order does not depend on hashes, so that a seed names one run."""


def canon(value: object) -> Any:
    """A hashable stand-in: equal for equal values of the language, different for all others."""
    match value:
        case None | Atom() | EnumMember() | AnyKey():
            return value
        case bool() | int() | float():
            # As in Python, 1.0 and `True` are the same key as 1.
            return ("number", value)
        case str():
            return ("text", value)
        case Rec(type, fields):
            return ("record", type, tuple((name, canon(v)) for name, v in fields))
        case SmallSet() | Set():
            return ("set", frozenset(canon(v) for v in value))
        case tuple() | list():
            return ("list", tuple(canon(v) for v in value))
        case Mapping():
            return ("map", frozenset((canon(k), canon(v)) for k, v in value.items()))
    raise TypeError(f"no value of the language: {value!r}")


OPERATORS = {
    "==": Test.EQUAL,
    "!=": Test.DIFFERENT,
    "<": Test.LESS,
    "<=": Test.AT_MOST,
    ">": Test.GREATER,
    ">=": Test.AT_LEAST,
}
OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def compared(one: Any, operator: str, other: Any) -> bool:
    """Whether a comparison holds."""
    if operator in ("==", "!="):
        return bool((canon(one) == canon(other)) == (operator == "=="))
    return bool({"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator])


def atoms(value: object) -> Iterator[Atom]:
    """All values of nominal types that a value is or holds."""
    match value:
        case Atom():
            yield value
        case Rec(_, fields):
            for _, part in fields:
                yield from atoms(part)
        case Mapping():
            for key, part in value.items():
                yield from atoms(key)
                yield from atoms(part)
        case tuple() | list() | Set():
            for part in value:
                yield from atoms(part)


def belongs(value: object, of: Type, spec: Spec) -> bool:
    """Whether a run-time value is one of a type's."""
    match of:
        case Optional(inner):
            return value is None or belongs(value, inner, spec)
        case Base("Bool"):
            return isinstance(value, bool)
        case Base("Int"):
            return isinstance(value, int) and not isinstance(value, bool)
        case Base("Float"):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Base():
            return isinstance(value, str)
        case Bounded(base, (low, high)):
            fits = belongs(value, base, spec) and isinstance(value, int | float)
            return fits and (low is None or low <= value) and (high is None or value <= high)  # type: ignore[operator]
        case NewType(_, base):
            return belongs(value, base, spec)
        case Nominal():
            return isinstance(value, Atom) and is_subtype(spec.types[value.type], of)
        case Enum(name):
            return isinstance(value, EnumMember) and value.enum == name
        case Record(name):
            fields = spec.records[name]
            return (
                isinstance(value, Rec)
                and value.type == name
                and all(belongs(v, fields[f], spec) for f, v in value.fields)
            )
        case ListOf(element, size):
            return (
                isinstance(value, tuple | list)
                and not isinstance(value, SmallSet)
                and all(belongs(v, element, spec) for v in value)
                and _within(len(value), size)
            )
        case SetOf(element, size):
            return (
                isinstance(value, SmallSet)
                and all(belongs(v, element, spec) for v in value)
                and _within(len(value), size)
            )
        case MapOf(key, element, size):
            return (
                isinstance(value, Mapping)
                and all(belongs(k, key, spec) and belongs(v, element, spec) for k, v in value.items())
                and _within(len(value), size)
            )
    return False


def _within(count: int, size: Size) -> bool:
    return count >= size.low and (size.high is None or count <= size.high)
