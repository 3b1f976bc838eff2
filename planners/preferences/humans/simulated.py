"""A simulated person: explicit values over features, which drift, and noisy answers.

Only `oracle.py` reads the values at a time, and it is for measurements: nothing that trains reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import exp, sqrt
from random import Random

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT
from p2c_dsl.planners.preferences.humans.drift import Drift, NoDrift
from p2c_dsl.planners.preferences.solution import PartialSolution

Weights = Mapping[str, float]
"""Values as weights by feature name; features that are not named do not matter."""


class SimulatedHuman:
    """Answers by Bradley–Terry: P(left) = σ((value(left) − value(right)) / temperature).

    The answer to a pair at a time is a fixed draw: the same question gets the same answer, in either order, so that
    runs can be resumed and done in parallel. At another time the answer may differ.

    Attributes:
        values, later: What matters to them before and after the drift.
        temperature: Noise; 0 never errs.
        indifference: Differences in value up to this much get no answer.
        who: Their name in records.
    """

    def __init__(
        self,
        values: Weights,
        later: Weights | None = None,
        drift: Drift | None = None,
        *,
        temperature: float = 1.0,
        indifference: float = 0.0,
        seed: int = 0,
        who: str = "simulated",
    ) -> None:
        if temperature < 0 or indifference < 0:
            raise ValueError("temperature and indifference must not be negative")
        self._values, self._later = dict(values), dict(values if later is None else later)
        self._drift: Drift = NoDrift() if drift is None else drift
        self.temperature, self.indifference, self.seed, self.who = temperature, indifference, seed, who

    def compare(self, left: PartialSolution, right: PartialSolution, time: float) -> int | None:
        """`LEFT`, `RIGHT`, or `None` where they are indifferent. Raises `ValueError` for unknown features."""
        difference = self._value(left, time) - self._value(right, time)
        if abs(difference) <= self.indifference and self.indifference > 0:
            return None
        # One draw decides both orders: whether the solution with the lesser key wins.
        first = left.key <= right.key
        one, other = sorted((left.key, right.key))
        draw = self._draw(one, other, time)
        wins = self._chance(difference if first else -difference) > draw
        return LEFT if wins == first else RIGHT

    def _chance(self, difference: float) -> float:
        if self.temperature == 0:
            return 0.5 if difference == 0 else float(difference > 0)
        logit = min(max(difference / self.temperature, -700.0), 700.0)
        return 1 / (1 + exp(-logit))

    def _draw(self, one: str, other: str, time: float) -> float:
        digest = sha256(f"{self.seed}\0{self.who}\0{one}\0{other}\0{time!r}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64

    def _weights(self, time: float) -> dict[str, float]:
        share = self._drift.share(time)
        names = dict.fromkeys([*self._values, *self._later])
        return {name: (1 - share) * self._values.get(name, 0.0) + share * self._later.get(name, 0.0) for name in names}

    def _value(self, solution: PartialSolution, time: float) -> float:
        features = dict(zip(solution.feature_names, solution.features, strict=True))
        weights = self._weights(time)
        unknown = weights.keys() - features.keys()
        if unknown:
            raise ValueError(f"solutions here have no feature `{min(unknown)}`")
        return sum(weight * features[name] for name, weight in weights.items())


def drawn_values(solutions: Sequence[PartialSolution], seed: int, spread: float = 2.0) -> dict[str, float]:
    """Random values over the features in which solutions differ.

    The values of the solutions then have about the standard deviation `spread`, in the units of a temperature.
    Raises `ValueError` where the solutions do not differ.
    """
    draw = Random(f"values {seed}")
    columns = zip(*(s.features for s in solutions), strict=True)
    varying = {n: _deviation(c) for n, c in zip(solutions[0].feature_names, columns, strict=True)}
    weights = {name: draw.gauss(0, 1) / width for name, width in varying.items() if width > 0}
    if not weights:
        raise ValueError("the solutions do not differ in any feature")
    totals = [sum(w * s.feature(n) for n, w in weights.items()) for s in solutions]
    scale = spread / _deviation(totals)
    return {name: weight * scale for name, weight in weights.items()}


def _deviation(numbers: Sequence[float]) -> float:
    mean = sum(numbers) / len(numbers)
    return sqrt(sum((n - mean) ** 2 for n in numbers) / len(numbers))
