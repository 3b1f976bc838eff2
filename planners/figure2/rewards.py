"""The rewards of an attempt: R at its end, and partial rewards where the judged subtasks were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from p2c_dsl.planners.figure2.summary import summary_of
from p2c_dsl.planners.rl.environments.environment import Credit, EpisodeOutcome

if TYPE_CHECKING:
    from p2c_dsl.planners.figure2.human_proxy import HumanProxy, Solved
    from p2c_dsl.planners.figure2.problem import Problem
    from p2c_dsl.planners.figure2.verification import Complete

UNCOMPOSABLE = -0.5
"""The reward for asking for parts that cannot be composed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt: the subtasks, their solutions and judgements, the complete solution and its reward."""

    problem: Problem
    world: int
    solved: tuple[Solved, ...]
    judged: tuple[float, ...]
    solution: Complete
    reward: float


@dataclass(frozen=True, slots=True)
class Rewards:
    """The weights of R + Σ partial rewards, and the two terms of section 5 that can be switched off.

    Attributes:
        partial: Of each judgement, which is between −1 and 1. R is earned only by the whole: many good parts that lead
            nowhere must not be worth as much.
        mean: Whether the mean of the judgements is added instead of their sum, which Figure 2 has: by a sum, asking for
            one more part that is liked always pays.
        balance: Of the spread in the parts' sizes, (most − least) / `human_steps`: balanced subtask complexity,
            section 5(2).
        summary: Of φ's judgement of the complete solution's summary, section 5(3).
    """

    partial: float = 0.1
    balance: float = 0.1
    summary: float = 0.1
    mean: bool = False

    def outcome(self, tried: Tried, human: HumanProxy) -> EpisodeOutcome:
        """An attempt's outcome for PPO."""
        solution = tried.solution
        whole = solution.program is not None
        return EpisodeOutcome(
            reward=tried.reward if solution.composition else UNCOMPOSABLE,
            verified=tried.reward == 1.0,
            accepted=solution.sound,
            credits=tuple(self._credits(tried, human)),
            info={"cost": 0.0, "whole": float(whole)},
        )

    def _credits(self, tried: Tried, human: HumanProxy) -> Iterator[Credit]:
        end = 0
        weight = self.partial / len(tried.judged) if self.mean and tried.judged else self.partial
        for solved, judged in zip(tried.solved, tried.judged, strict=True):
            end += len(solved.contract.text)
            yield Credit(0, end - 1, weight * judged, "part")
        if self.balance:
            yield Credit(0, end - 1, -self.balance * unbalance(tried, human), "balance")
        if self.summary and tried.solution.program is not None:
            summary = summary_of(tried.solution.program, human.features)
            judged = human.judged(summary)
            yield Credit(1, len(tried.solution.composition) - 1, self.summary * judged, "summary")


def unbalance(tried: Tried, human: HumanProxy) -> float:
    """How unevenly the work is divided: the longest part's steps less the shortest one's, over `human_steps`."""
    sizes = [solved.steps for solved in tried.solved if solved.program is not None]
    return (max(sizes) - min(sizes)) / human.human_steps if sizes else 0.0
