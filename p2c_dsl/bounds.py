"""Arithmetic on bounds: least numbers, and greatest ones, which are `None` where nothing bounds them.

Sizes multiply through loops, and lists that are filled from lists square them: their digits would soon fill the
memory. Above `MOST`, which is more than any rule or type can say, a greatest number is as good as none.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST = 10**18


def at_least(number: int) -> int:
    """A least number as far as it can matter."""
    return min(number, MOST)


def add(a: int | None, b: int | None) -> int | None:
    """The sum of two upper bounds."""
    return None if a is None or b is None else _within(a + b)


def total(bounds: Iterable[int | None]) -> int | None:
    """The sum of upper bounds."""
    found: int | None = 0
    for bound in bounds:
        found = add(found, bound)
    return found


def times(a: int | None, b: int | None) -> int | None:
    """The product of two upper bounds; nothing happens without bound zero times."""
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else _within(a * b)


def greatest(a: int | None, b: int | None) -> int | None:
    """The greater of two upper bounds."""
    return None if a is None or b is None else max(a, b)


def _within(number: int) -> int | None:
    return number if number <= MOST else None
