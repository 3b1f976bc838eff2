"""A measured number with the bounds of its interval, and Wilson's interval of a share."""

from __future__ import annotations

from math import isnan, nan
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """A number and the bounds of its interval; `nan` where it is not defined."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return "–" if isnan(self.value) else f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


UNDEFINED = Interval(nan, nan, nan)


def wilson(successes: int, count: int, level: float = LEVEL) -> Interval:
    """A share with its score interval (Wilson 1927)."""
    from scipy.stats import binomtest

    if not count:
        return UNDEFINED
    bounds = binomtest(successes, count).proportion_ci(level, method="wilson")
    return Interval(successes / count, float(bounds.low), float(bounds.high))
