"""Planners: whatever they emit, the analyzer accepts."""

from collections.abc import Iterator
from typing import Protocol

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.automaton import DEFAULT_BUDGET, Automaton, Position
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.automaton.resume import NoContinuation
from p2c_dsl.planners.distinct import FewerPlans
from p2c_dsl.planners.random import RandomPlanner
from p2c_dsl.planners.search import SearchPlanner
from p2c_dsl.spec import Spec, Task


class Planner(Protocol):
    """What every planner can do.

    `partial` is the first part of a composition, from `compose` on, which the plan continues: whole lines, or in the
    planners' own form also a line that is cut off anywhere. Comments and names other than the planners' are read, and
    come back in the planners' form.
    """

    def plan(self, spec: Spec, task: Task, partial: str = "") -> str:
        """An accepted composition of the task, as the text of a `compose`.

        Raises `Unplannable`, and `NoContinuation` if no accepted composition starts with `partial`.
        """

    def plans(self, spec: Spec, task: Task, n: int | None = None, partial: str = "") -> Iterator[str]:
        """Different ones, as they are found: `n`, or fewer with a warning (`FewerPlans`). Raises what `plan` raises."""


__all__ = [
    "DEFAULT_BUDGET",
    "END",
    "Automaton",
    "FewerPlans",
    "NoContinuation",
    "Planner",
    "Position",
    "RandomPlanner",
    "SearchPlanner",
    "Unplannable",
]
