"""Bounds on numbers: what a type says of its values, and how two numbers compare where only their bounds are known."""

from __future__ import annotations

from typing import NamedTuple

Number = int | float


class NumberRange(NamedTuple):
    """The numbers from `low` to `high`, both among them; `None` where there is no bound."""

    low: Number | None = None
    high: Number | None = None

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int | float):
            return False
        return NumberRange(number, number).within(self)

    @property
    def is_empty(self) -> bool:
        """Whether there is no number in it."""
        return self.low is not None and self.high is not None and self.low > self.high

    def within(self, other: NumberRange) -> bool:
        """Whether every number in it is in the other."""
        from_low = other.low is None or (self.low is not None and other.low <= self.low)
        return from_low and (other.high is None or (self.high is not None and self.high <= other.high))

    def meet(self, other: NumberRange) -> NumberRange:
        """The numbers in both."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return NumberRange(max(lows, default=None), min(highs, default=None))

    def hull(self, other: NumberRange) -> NumberRange:
        """The least range that has both in it."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return NumberRange(low, high)

    def at_most(self, other: NumberRange) -> bool | None:
        """Whether each number in it is at most each in the other (no number, for `False`), if that is known."""
        if self.high is not None and other.low is not None and self.high <= other.low:
            return True
        return False if self.low is not None and other.high is not None and self.low > other.high else None

    def equal(self, other: NumberRange) -> bool | None:
        """Whether each number in it equals each in the other (no number, for `False`), if that is known."""
        if self.meet(other).is_empty:
            return False
        return True if self == other and self.low is not None and self.low == self.high else None

    @property
    def nearest(self) -> Number:
        """The number in it that is nearest to 0."""
        if self.low is not None and self.low > 0:
            return self.low
        return self.high if self.high is not None and self.high < 0 else 0


ANY_NUMBER = NumberRange()
