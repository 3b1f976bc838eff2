"""The planner without a model: the cheapest accepted compositions, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf

from p2c_dsl.machine import Machine
from p2c_dsl.planners.automaton.automaton import DEFAULT_BUDGET, Automaton
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.automaton.resume import Start, resume
from p2c_dsl.planners.completion.completions import Completions
from p2c_dsl.planners.distinct import distinct
from p2c_dsl.planners.lines.node import Node, ends
from p2c_dsl.spec import Spec, Task

_EFFORT = 2000
"""How many lines are tried before a start is taken to have no continuation."""


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
        # The search for a continuation of a start that has none might never end.
        bounded = Automaton(spec, task, self.budget, effort=_EFFORT) if partial.strip() else automaton
        starts = _line_ends(bounded, resume(bounded, partial))
        yield from cheapest(automaton.machine, automaton.completions, starts, self.budget)


def cheapest(
    machine: Machine,
    completions: Completions,
    starts: Iterable[tuple[Node, int, str]],
    budget: int,
    effort: int | None = None,
) -> Iterator[str]:
    """The accepted compositions within a budget, the cheapest first, as texts.

    `starts` are nodes, what has been spent by then, and the texts so far. `effort` bounds how many lines are tried;
    then the search ends, even if more could be found.
    """
    order, end = count(), inf if effort is None else completions.spent + effort
    queue: list[tuple[int, int, int, Node | None, str]] = []
    for first, way, text in starts:
        estimate = way + completions.at_least(first, completions.key(first))
        heappush(queue, (estimate, next(order), way, first, text))
    while queue and queue[0][0] <= budget and completions.spent <= end:
        _, _, way, node, text = heappop(queue)
        if node is None:
            yield text + "\n"
            continue
        if ends(machine, node):
            heappush(queue, (way, next(order), way, None, text))
        for line in completions.lines.after(node):
            further = way + line.cost
            estimate = further + completions.at_least(line.node, line.key)
            heappush(queue, (estimate, next(order), further, line.node, text + "".join(line.words)))


def _line_ends(automaton: Automaton, start: Start) -> Iterator[tuple[Node, int, str]]:
    """Where the line that `start` is in can end: the node, what has been spent by then, and the text."""
    pending = [start]
    while pending:
        reached = pending.pop()
        position = reached.position
        if not position.words and not reached.rest:
            yield position.node, automaton.start.left - position.left, reached.text
            continue
        words = (word for word in reversed(reached.lexemes(automaton)) if word != END)
        pending += [Start(reached.text + word, automaton.step(position, word)) for word in words]
