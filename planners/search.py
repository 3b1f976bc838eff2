"""The planner without a model: the cheapest accepted compositions, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf

from p2c_dsl.planners.automaton import DEFAULT_BUDGET, Automaton
from p2c_dsl.planners.node import Node, ends
from p2c_dsl.spec import Spec, Task


@dataclass(frozen=True, slots=True)
class SearchPlanner:
    """Plans the accepted composition with the fewest lexemes; the order of the spec breaks ties.

    `effort` is how many lines `plans` tries before it stops looking for more of them; without it, it finds all.
    """

    budget: int = DEFAULT_BUDGET
    effort: int | None = None

    def plan(self, spec: Spec, task: Task) -> str:
        """The cheapest accepted composition, as text. Raises `Unplannable` if none fits the budget."""
        return next(self.plans(spec, task))

    def plans(self, spec: Spec, task: Task) -> Iterator[str]:
        """All accepted compositions within the budget (and the effort), the cheapest first.

        Raises `Unplannable` if there is none.
        """
        automaton = Automaton(spec, task, self.budget, effort=self.effort)
        completions, order = automaton.completions, count()
        first = automaton.start.node
        queue: list[tuple[int, int, int, Node | None, str]] = []
        heappush(queue, (0, next(order), 0, first, automaton.header))
        end = inf if self.effort is None else completions.spent + self.effort
        while queue and queue[0][0] <= self.budget and completions.spent <= end:
            _, _, way, node, text = heappop(queue)
            if node is None:
                yield text + "\n"
                continue
            if ends(automaton.machine, node):
                heappush(queue, (way, next(order), way, None, text))
            for line in completions.lines.after(node):
                further = way + line.cost
                estimate = further + completions.at_least(line.node, line.key)
                heappush(queue, (estimate, next(order), further, line.node, text + "".join(line.words)))
