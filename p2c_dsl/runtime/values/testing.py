"""Whether a test holds of the values of a run."""

from __future__ import annotations

from typing import Any

from p2c_dsl.program.conditions import Test
from p2c_dsl.runtime.values.frozen import comparable


def holds(test: Test, value: Any, other: Any = None) -> bool:
    """Whether a test holds of a value, or of two. Raises `WrongValue` if they cannot be compared."""
    match test:
        case Test.TRUE:
            return value is True
        case Test.FALSE:
            return value is not True
        case Test.NONE:
            return value is None
        case Test.SOME:
            return value is not None
        case Test.EQUAL:
            return comparable(value) == comparable(other)
        case Test.DIFFERENT:
            return comparable(value) != comparable(other)
        case Test.LESS:
            return bool(value < other)
        case Test.AT_MOST:
            return bool(value <= other)
        case Test.GREATER:
            return bool(value > other)
        case Test.AT_LEAST:
            return bool(value >= other)
