"""The values of a simulated person at a time: for measurements and tests, never for training.

A test reads the imports: only code that measures may import this module.
"""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.planners.preferences.comparison import Pair
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman
from p2c_dsl.planners.preferences.solution import PartialSolution


class Oracle:
    """Looks into a simulated person."""

    def __init__(self, human: SimulatedHuman) -> None:
        self._human = human

    def values(self, time: float) -> dict[str, float]:
        """Their weights at a time."""
        return self._human._weights(time)

    def value(self, solution: PartialSolution, time: float) -> float:
        """What a solution is worth to them at a time."""
        return self._human._value(solution, time)

    def probability(self, pair: Pair, time: float) -> float:
        """How likely they are to prefer the left one."""
        left, right = pair
        return self._human._chance(self.value(left, time) - self.value(right, time))

    def best_accuracy(self, pairs: Sequence[Pair], time: float) -> float:
        """The Bayes-optimal accuracy: how often the likelier answer is given, which no predictor can beat."""
        chances = [self.probability(pair, time) for pair in pairs]
        return sum(max(chance, 1 - chance) for chance in chances) / len(chances)
