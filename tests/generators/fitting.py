"""Whether a type fits where another is wanted, whatever the sizes of collections: those are left to the analyzer."""

from __future__ import annotations

from p2c_dsl.types import ListOf, MapOf, Optional, SetOf, Type, is_subtype


def fits(of: Type, wanted: Type) -> bool:
    """Whether one type fits where the other is wanted, whatever the sizes."""
    return is_subtype(_unbounded(of), _unbounded(wanted))


def _unbounded(of: Type) -> Type:
    match of:
        case ListOf(element):
            return ListOf(_unbounded(element))
        case SetOf(element):
            return SetOf(_unbounded(element))
        case MapOf(key, value):
            return MapOf(_unbounded(key), _unbounded(value))
        case Optional(inner):
            return Optional(_unbounded(inner))
    return of
