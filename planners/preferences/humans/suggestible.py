"""A person whose values are shifted by what they are shown, which a learner could exploit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman, Weights
from p2c_dsl.planners.preferences.solution import PartialSolution


@dataclass(frozen=True, slots=True)
class _Moved:
    """A drift that has come a certain way, at any time."""

    moved: float

    def share(self, time: float) -> float:
        return self.moved


@dataclass(frozen=True, slots=True)
class SuggestibleHuman:
    """Someone who comes to like what they see often (the influenceable reward of DR-MDP, arXiv 2405.17713).

    Attributes:
        values, later: What they value before, and when they have been shifted all the way.
        bait: The feature that shifts them when shown: by its mean over the solutions of a round, times `rate`.
        moved: How far they have been shifted, from 0 to 1.
        temperature, seed: As in `SimulatedHuman`.
    """

    values: Weights
    later: Weights
    bait: str
    rate: float
    moved: float = 0.0
    temperature: float = 1.0
    seed: int = 0

    def compare(self, left: PartialSolution, right: PartialSolution, time: float) -> int | None:
        """The answer by their present values."""
        now = SimulatedHuman(self.values, self.later, _Moved(self.moved), temperature=self.temperature, seed=self.seed)
        return now.compare(left, right, time)

    def shown(self, solutions: Sequence[PartialSolution]) -> SuggestibleHuman:
        """The same person after having seen solutions."""
        seen = sum(s.feature(self.bait) for s in solutions) / len(solutions)
        return replace(self, moved=min(1.0, self.moved + self.rate * seen))
