"""Whether a composition can be completed, and what that costs (in lexemes, where each weighs 1).

Two questions are kept apart. *Can it be completed within a limit?* is asked for every lexeme that a planner may
choose, and one completion answers it: mostly the one that was known before the last line still works after it.
*How far is the end?* is a shortest-path search over nodes, guided by a lower bound.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.machine import Machine
from p2c_dsl.planners.completion.adapt import Adaptation, Completion, Planned, cost_of
from p2c_dsl.planners.completion.helpful import HelpfulActions
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.planners.completion.relaxed_plan import RelaxedPlans
from p2c_dsl.planners.lines.node import Keys, Node, ends
from p2c_dsl.planners.lines.pattern import NEVER, Line, Weigh
from p2c_dsl.planners.lines.successors import Lines

_GREED = 3
"""The weight of the relaxed plan against the cost so far, where any completion will do (weighted A*)."""
_LATER = 60
"""What is added to a node's priority after each stage of its lines."""
_SCOUT = 2_000
_ALL = 2_000_000
"""How many lines a search tries at most: helpful ones first (`_SCOUT`), then any. Then it is given up."""


class _Goal(NamedTuple):
    """What a search is for.

    Attributes:
        helpful: Whether only helpful lines are tried.
        shortest: Whether the shortest completion is wanted. Where any will do, what is known of a node ends the search.
        effort: How many lines are tried.
    """

    helpful: bool = False
    shortest: bool = False
    effort: int = _ALL


_HELPFUL, _ANY, _SHORTEST = _Goal(helpful=True, effort=_SCOUT), _Goal(), _Goal(shortest=True)


_Stages = tuple[Callable[[Node], Iterator[Line]], ...]
"""Functions that give the lines to try after a node, the most helpful lines first."""
_Open = tuple[int, int, Hashable, Node, int, _Stages]
"""An open node: its priority, its number, its key, itself, the cost so far, and the stages still to try."""


class _GivenUp(Exception):
    """The effort is spent."""


class Completions:
    """The completions and distances of nodes that have been computed so far.

    Attributes:
        given_up: How many searches have been given up. A node whose search is given up counts as one that cannot be
            completed: no dead end is let in, but a composition that only such a node leads to may be left out.
    """

    def __init__(self, machine: Machine, weigh: Weigh) -> None:
        self.machine = machine
        self.key = Keys(machine).of
        self.lines = Lines(machine, self.key, weigh)
        self._adaptation = Adaptation(machine, self.lines)
        self._lower_bound = LowerBound(machine)
        self._relaxed_plans = RelaxedPlans(machine, self._lower_bound, self.key)
        helpful = HelpfulActions(machine, self.lines, self._relaxed_plans)
        self._stages = helpful.first, helpful.later, helpful.last
        self._exact: dict[Hashable, int] = {}
        self._at_least: dict[Hashable, int] = {}
        self._known: dict[Hashable, Completion] = {}
        self._costs: dict[Hashable, int] = {}
        self._siblings: dict[Hashable, Line] = {}
        self._abandoned: dict[Hashable, int] = {}
        """The limits up to which the search for a completion has been given up."""
        self.given_up = 0

    @property
    def spent(self) -> int:
        """How many lines have been tried so far."""
        return self.lines.trials.count

    # ------------------------------------------------------------ can it be completed?

    def known(self, key: Hashable) -> Completion | None:
        """The cheapest known completion."""
        return self._known.get(key)

    def cost(self, key: Hashable) -> int:
        """The cost of the cheapest known completion, `NEVER` where there is none."""
        return self._costs.get(key, NEVER)

    def adapt(self, parent: Node, line: Line, limit: int) -> None:
        """Adapts what is known to the node after a line: the completion before it, or of another line in its place."""
        key = self.key(parent)
        before, sibling = self._known.get(key), self._siblings.get(key)
        if before and before[0][:2] == (parent.depth - line.closes, line.move):
            self.learn(line.key, before[1:])
        if line.key in self._known or self.at_least(line.node, line.key) > limit:
            return
        adapted = None if before is None else self._adaptation.adapted(parent, line, before, limit)
        if adapted is None and sibling is not None:
            adapted = self._adaptation.of_sibling(sibling.node, line, self._known[sibling.key])
        if adapted is not None:
            self.learn(line.key, adapted)

    def keep_for_siblings(self, parent: Node, line: Line) -> None:
        """Keeps a line with a known completion, for other lines that may stand in its place."""
        self._siblings[self.key(parent)] = line

    def complete(self, node: Node, limit: int, effort: int | None) -> bool:
        """Whether a completion within `limit` lexemes is known, or can be found by trying `effort` helpful lines.

        If the search is given up, the answer is no, now and later. Without `effort` all lines are tried.
        """
        key = self.key(node)
        if self.cost(key) <= limit:
            return True
        if self.at_least(node, key) > limit:
            return False
        if effort is None:
            return self._finds(node, key, limit, _HELPFUL) or self._finds(node, key, limit, _ANY)
        if self._abandoned.get(key, -1) >= limit:
            return False
        if self._finds(node, key, limit, _HELPFUL._replace(effort=effort)):
            return True
        self._abandoned[key] = limit
        return False

    def _finds(self, node: Node, key: Hashable, limit: int, goal: _Goal) -> bool:
        try:
            return self._search(node, key, limit, goal) is not None
        except _GivenUp:
            self.given_up += goal is not _HELPFUL
            return False

    def learn(self, key: Hashable, completion: Completion) -> None:
        """Keeps a completion if it is cheaper than the known one. It is not checked."""
        cost = cost_of(completion)
        if cost < self.cost(key):
            self._known[key], self._costs[key] = completion, cost

    # ------------------------------------------------------------ how far is the end?

    def distance(self, node: Node, limit: int) -> int | None:
        """The fewest lexemes to an accepted end if they are at most `limit`, else `None`."""
        key = self.key(node)
        if key in self._exact:
            return self._exact[key] if self._exact[key] <= limit else None
        if self.at_least(node, key) > limit:
            return None
        return self._search(node, key, limit, _SHORTEST)

    def at_least(self, node: Node, key: Hashable) -> int:
        """A lower bound on the distance, the distance itself where it is known."""
        bound = self._at_least.get(key)
        if bound is None:
            bound = self._at_least[key] = self._lower_bound.of(node)
        return bound

    def _search(self, node: Node, start: Hashable, limit: int, goal: _Goal) -> int | None:
        """A*: takes the open nodes in the order of the cost so far plus the bound on the rest. Raises `_GivenUp`."""
        order, end = count(), self.spent + goal.effort
        best: dict[Hashable, int] = {start: 0}
        parents: dict[Hashable, tuple[Hashable, Planned]] = {}
        every = self._stages if goal.helpful else (self.lines.after,)
        queue: list[_Open] = [(0, next(order), start, node, 0, every)]
        while queue:
            total, _, key, here, way, stages = heappop(queue)
            if way > best[key]:
                continue
            rest = self._rest(here, key, goal.shortest)
            if way + rest <= (total if goal.shortest else limit):
                self._remember(key, rest, best, parents, goal.shortest)
                return way + rest
            if goal.shortest and rest < NEVER:
                if way + rest <= limit:
                    heappush(queue, (way + rest, next(order), key, here, way, every))
                continue
            if len(stages) > 1:
                heappush(queue, (total + _LATER, next(order), key, here, way, stages[1:]))
            for line in stages[0](here):
                if self.spent > end:
                    raise _GivenUp
                further = way + line.cost
                if further < best.get(line.key, further + 1):
                    lower = self.at_least(line.node, line.key)
                    if further + lower <= limit:
                        best[line.key] = further
                        planned = Planned(here.depth - line.closes, line.move, line.words[0], line.cost)
                        parents[line.key] = key, planned
                        rest = lower if goal.shortest else _GREED * self._relaxed_plans.of(line.node).cost
                        priority = further + rest
                        heappush(queue, (priority, next(order), line.key, line.node, further, every))
        if not goal.helpful:
            for key, way in best.items():
                self._at_least[key] = max(self._at_least.get(key, 0), limit - way + 1)
        return None

    def _rest(self, node: Node, key: Hashable, exact: bool) -> int:
        """The known distance, or the cost of a known completion; `NEVER` where nothing is known."""
        if key not in self._exact and ends(self.machine, node):
            self._exact[key] = self._at_least[key] = 0
            self.learn(key, ())
        return self._exact.get(key, NEVER) if exact else self.cost(key)

    def _remember(
        self,
        key: Hashable,
        rest: int,
        best: dict[Hashable, int],
        parents: dict[Hashable, tuple[Hashable, Planned]],
        exact: bool,
    ) -> None:
        total = best[key] + rest
        completion = self._known[key]
        while True:
            self.learn(key, completion)
            if exact:
                self._exact[key] = self._at_least[key] = total - best[key]
            if key not in parents:
                return
            key, planned = parents[key]
            completion = (planned, *completion)
