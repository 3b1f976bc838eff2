"""The bounds of numbers in a JSON Schema, as those of a type."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, isfinite
from typing import Any

from p2c_dsl.ranges import NumberRange

NUMBER_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
_EXACT = 2**53 - 1
"""From here on, a bound says what JSON's numbers can tell apart, and nothing about the tool."""


def number_range(schema: Mapping[str, Any], whole: bool) -> tuple[NumberRange, list[str]]:
    """The numbers that a schema allows, and which of its bounds a type cannot express, or not exactly.

    A `Float` type has its bounds among its values, also one that the schema excludes.
    """
    found, dropped = NumberRange(), []
    for word in (w for w in NUMBER_BOUNDS if schema.get(w) is not None and schema[w] is not False):
        bound = _bound(word, schema, whole)
        tighter = found if bound is None else found.meet(bound)
        is_exact = whole or not word.startswith("exclusive")
        if bound is None or tighter.is_empty or not is_exact:
            dropped.append(word)
        if bound is not None and not tighter.is_empty:
            found = tighter
    return found, dropped


def bounds_text(range_: NumberRange) -> str:
    """Bounds as they stand behind a type."""
    return "".join(f" {op} {n}" for op, n in ((">=", range_.low), ("<=", range_.high)) if n is not None)


def _bound(word: str, schema: Mapping[str, Any], whole: bool) -> NumberRange | None:
    is_low, excludes, bound = word.endswith("inimum"), word.startswith("exclusive"), schema[word]
    if bound is True:
        # In old schemas, this says of the other bound that it is excluded.
        bound = schema.get("minimum" if is_low else "maximum")
    if not isinstance(bound, int | float) or isinstance(bound, bool) or not isfinite(bound) or abs(bound) >= _EXACT:
        return None
    if not whole:
        return NumberRange(bound, None) if is_low else NumberRange(None, bound)
    if is_low:
        return NumberRange(floor(bound) + 1 if excludes else ceil(bound), None)
    return NumberRange(None, ceil(bound) - 1 if excludes else floor(bound))
