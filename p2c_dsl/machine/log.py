"""A log of additions to a state, newest first, as nested pairs whose tails later states share.

With it, the end of a block only looks at what the block has added, so that the work is linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")
Log = tuple[T, "Log[T]"] | None


def since(log: Log[T], end: Log[T]) -> Iterator[T]:
    """The additions after `end`, an earlier state's log; newest first."""
    while log is not end:
        assert log is not None
        yield log[0]
        log = log[1]


def apart(log: Log[T], length: int, other: Log[T], other_length: int) -> list[T]:
    """The additions to the first of two logs with a common start, newest first; both lengths are known."""
    result: list[T] = []
    while log is not other:
        if length >= other_length:
            assert log is not None
            result.append(log[0])
            log, length = log[1], length - 1
        else:
            assert other is not None
            other, other_length = other[1], other_length - 1
    return result
