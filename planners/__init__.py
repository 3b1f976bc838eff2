"""Planners: whatever they emit, the analyzer accepts."""

from typing import Protocol

from p2c_dsl.planners.automaton import DEFAULT_BUDGET, Automaton, Position, Unplannable
from p2c_dsl.planners.lexemes import END
from p2c_dsl.planners.sampling import RandomPlanner
from p2c_dsl.planners.search import SearchPlanner
from p2c_dsl.spec import Spec, Task


class Planner(Protocol):
    """What every planner can do."""

    def plan(self, spec: Spec, task: Task) -> str:
        """An accepted composition of the task, as the text of a `compose`. Raises `Unplannable`."""


__all__ = [
    "DEFAULT_BUDGET",
    "END",
    "Automaton",
    "Planner",
    "Position",
    "RandomPlanner",
    "SearchPlanner",
    "Unplannable",
]
