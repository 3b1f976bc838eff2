"""What comes out well even in the worst run, as values have it then."""

from __future__ import annotations

from dataclasses import replace

from p2c_dsl.rules.worst_run import Chance
from p2c_dsl.types import ListOf, MapOf, Optional, SetOf, Type, size_of


def is_possible(chance: Chance) -> bool:
    """Whether there is a run in which that comes out well."""
    return chance.filled is None or size_of(filled(chance.filled.of)).high != 0


def filled(of: Type) -> Type:
    """A type without the values that have no element, and without `None`."""
    match of:
        case Optional(inner):
            return filled(inner)
        case ListOf() | SetOf() | MapOf():
            return replace(of, size=of.size._replace(low=max(of.size.low, 1)))
    return of
