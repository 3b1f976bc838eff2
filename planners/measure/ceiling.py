"""The ceiling: a planner trained on the hidden expert's own judgement of complete solutions.

The measure compares with it, in analogy to weak-to-strong generalization (Burns et al., 2024, arXiv 2312.09390). It
is the one exception to the rule that the expert never reaches training. It is a module of its own so that it stays the
only one: a test reads the imports of all others, and only the measure imports this.
"""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.planners.figure2.verification import Complete, WorldVerifier
from p2c_dsl.runtime.world import Expert


@dataclass(frozen=True, slots=True)
class ExpertVerifier(WorldVerifier):
    """V that also asks the expert: R is 1 only if the expert has no objection."""

    expert: type[Expert]

    def verify(self, solution: Complete, seed: int) -> float:
        trial = self.trial(solution, seed)
        if trial is None or not trial.verified:
            return 0.0
        return float(not self.expert(trial.world, seed).whole())
