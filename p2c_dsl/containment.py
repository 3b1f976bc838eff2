"""Which types can contain values of another type, also through the fields of records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from p2c_dsl.spec import Spec
from p2c_dsl.types import ListOf, MapOf, Nominal, Optional, Record, SetOf, Type, is_subtype

Records = Mapping[str, Mapping[str, Type]]


def contains(of: Type, wanted: Type, spec: Spec) -> bool:
    """Whether values of a type may be, or hold, values of the wanted one (a declared `Place` may be a `Bistro`)."""
    holders = spec.holders.get(wanted)
    if holders is None:
        holders = spec.holders[wanted] = _holders(wanted, spec.records)
    return any(_is(part, wanted) or (isinstance(part, Record) and part.name in holders) for part in _parts(of))


def may_be(of: Type, wanted: Type) -> bool:
    """Whether a value of a type may itself be one of the wanted type."""
    return _is(of.inner if isinstance(of, Optional) else of, wanted)


def holds_record(of: Type) -> bool:
    """Whether values of a type are, or hold, records."""
    return any(isinstance(part, Record) for part in _parts(of))


def _holders(wanted: Type, records: Records) -> frozenset[str]:
    """The records that hold the type, searched from the inside out so that each field is visited once."""
    outer: dict[str, list[str]] = {}
    pending: list[str] = []
    for name, fields in records.items():
        for part in (part for of in fields.values() for part in _parts(of)):
            if _is(part, wanted):
                pending.append(name)
            elif isinstance(part, Record):
                outer.setdefault(part.name, []).append(name)
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += outer.get(name, ())
    return frozenset(found)


def _parts(of: Type) -> Iterator[Type]:
    """The type, and the element types of collections and Optionals in it; records are not opened."""
    pending = [of]
    while pending:
        part = pending.pop()
        yield part
        match part:
            case ListOf(element) | SetOf(element) | Optional(element):
                pending.append(element)
            case MapOf(key, value):
                pending += (key, value)


def _is(part: Type, wanted: Type) -> bool:
    return is_subtype(part, wanted) or (isinstance(part, Nominal) and is_subtype(wanted, part))
