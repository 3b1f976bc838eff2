"""Bounds behind a type: on the size of a collection, or on a number."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.ranges import NumberRange
from p2c_dsl.syntax.nodes import TypeBound
from p2c_dsl.types import (
    FLOAT,
    INT,
    Collection,
    ListOf,
    MapOf,
    Optional,
    SetOf,
    Size,
    Type,
    bounded,
    is_subtype,
    range_of,
    show,
)


class BadBounds(Exception):
    """Bounds that a type cannot have: why, and what to write."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message, self.help = message, help


def with_bounds(of: Type, bounds: Sequence[TypeBound]) -> Type:
    """The type with the bounds that are written behind it. Raises `BadBounds`."""
    lows = [b.value for b in bounds if b.op == ">="]
    highs = [b.value for b in bounds if b.op == "<="]
    written = NumberRange(max(lows, default=None), min(highs, default=None))
    if written.is_empty:
        message = f"the lower bound {written.low} is greater than the upper bound {written.high}"
        raise BadBounds(message, "swap the two bounds")
    if isinstance(of, ListOf | SetOf | MapOf):
        return _sized(of, written)
    if isinstance(of, Optional) and (isinstance(of.inner, Collection) or is_subtype(of.inner, FLOAT)):
        behind = "".join(f" {bound.op} {bound.value}" for bound in bounds)
        message = f"{show(of)} may be None, which has no size and is no number"
        raise BadBounds(message, f"put the bounds behind the type inside: `Optional[{show(of.inner)}{behind}]`")
    if not is_subtype(of, FLOAT):
        message = f"{show(of)} has no size, so it cannot have size bounds"
        raise BadBounds(message, "only List, Set and Map, and numbers (Int and Float), can have bounds")
    if is_subtype(of, INT) and not all(isinstance(n, int) for n in (*lows, *highs)):
        raise BadBounds(f"{show(of)} is a whole number, but a bound is not", "use whole numbers as bounds")
    if written.meet(range_of(of)).is_empty:
        raise BadBounds(f"no {show(of)} is within these bounds", "use tighter bounds than those of the type itself")
    return bounded(of, written)


def _sized(of: Collection, written: NumberRange) -> Type:
    low, high = written.low or 0, written.high
    if not isinstance(low, int) or isinstance(high, float) or low < 0 or (high or 0) < 0:
        raise BadBounds("a size is a whole number, at least 0", "use whole numbers as bounds")
    size = Size(low, high)
    return MapOf(of.key, of.value, size) if isinstance(of, MapOf) else type(of)(of.element, size)
