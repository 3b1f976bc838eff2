"""The planner without a model: the cheapest accepted compositions, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from p2c_dsl.planners.automaton import DEFAULT_BUDGET, Automaton
from p2c_dsl.planners.begun import Begun
from p2c_dsl.planners.distinct import distinct
from p2c_dsl.planners.node import Node, ends
from p2c_dsl.planners.partial import beginning
from p2c_dsl.spec import Spec, Task


@dataclass(frozen=True, slots=True)
class SearchPlanner:
    """Plans the accepted composition with the fewest lexemes; the order of the spec breaks ties."""

    budget: int = DEFAULT_BUDGET

    def plan(self, spec: Spec, task: Task, partial: str = "") -> str:
        """The cheapest accepted composition, as text. Raises `Unplannable` and `NoContinuation`."""
        return next(self.plans(spec, task, 1, partial))

    def plans(self, spec: Spec, task: Task, n: int | None = None, partial: str = "") -> Iterator[str]:
        """The accepted compositions within the budget, the cheapest first. Raises what `plan` raises."""
        return distinct(self._found(spec, task, partial), n)

    def _found(self, spec: Spec, task: Task, partial: str) -> Iterator[str]:
        automaton = Automaton(spec, task, self.budget)
        completions, order = automaton.completions, count()
        queue: list[tuple[int, int, int, Node | None, str]] = []
        for first, way, text in _line_ends(automaton, beginning(automaton, partial)):
            estimate = way + completions.at_least(first, completions.key(first))
            heappush(queue, (estimate, next(order), way, first, text))
        while queue and queue[0][0] <= self.budget:
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


def _line_ends(automaton: Automaton, begun: Begun) -> Iterator[tuple[Node, int, str]]:
    """Where the line that has been begun can end: the node, what has been spent by then, and the text."""
    pending = [(begun.position, begun.text)]
    while pending:
        position, text = pending.pop()
        if not position.words:
            yield position.node, automaton.start.left - position.left, text
            continue
        pending += [
            (automaton.step(position, word), text + word) for word in reversed(automaton.legal(position))
        ]
