"""Arithmetic on lower and upper bounds; an upper bound is `None` if there is no limit.

Sizes multiply through loops, and lists that are filled from lists square them: their digits would soon fill the
memory. An upper bound above `MOST`, which is more than any rule or type can state, counts as no limit.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST = 10**18


def at_least(number: int) -> int:
    """A lower bound, cut off where larger numbers make no difference."""
    return min(number, MOST)


def add(a: int | None, b: int | None) -> int | None:
    """The sum of two upper bounds."""
    if a is None or b is None:
        return None
    # The searches add and multiply at each step, so what is too much is not looked for in a function of its own.
    return a + b if a + b <= MOST else None


def total(bounds: Iterable[int | None]) -> int | None:
    """The sum of upper bounds."""
    result: int | None = 0
    for bound in bounds:
        result = add(result, bound)
    return result


def times(a: int | None, b: int | None) -> int | None:
    """The product of two upper bounds; zero times no limit is zero."""
    if a == 0 or b == 0:
        return 0
    if a is None or b is None:
        return None
    return a * b if a * b <= MOST else None


def greatest(a: int | None, b: int | None) -> int | None:
    """The greater of two upper bounds."""
    return None if a is None or b is None else max(a, b)
