"""How values drift over time from one set of values to another."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Protocol


class Drift(Protocol):
    """A course of change."""

    def share(self, time: float) -> float:
        """How far the values have moved at a time: 0 is the old values, 1 the new ones."""


@dataclass(frozen=True, slots=True)
class NoDrift:
    """No change."""

    def share(self, time: float) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """All at once, at a known time."""

    at: float

    def share(self, time: float) -> float:
        return float(time >= self.at)


@dataclass(frozen=True, slots=True)
class Slow:
    """Evenly, between two times. Raises `ValueError` if they are not in order."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError("a slow drift must start before it ends")

    def share(self, time: float) -> float:
        return min(max((time - self.start) / (self.end - self.start), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Cyclic:
    """To the new values and back again, once in each period. Raises `ValueError` for a period that is not positive."""

    period: float

    def __post_init__(self) -> None:
        if self.period <= 0:
            raise ValueError("a period must be positive")

    def share(self, time: float) -> float:
        return (1 - cos(2 * pi * time / self.period)) / 2
