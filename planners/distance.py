"""How many lexemes a composition still needs, and whether it can be completed at all.

Two questions are kept apart. *Can it be completed within a limit?* is asked for every lexeme that a planner may
choose, and one completion answers it: mostly the one that was known before the last line still works after it.
*How far is the end?* is a shortest-path search over nodes, guided by an estimate that never exceeds the truth.
"""

from __future__ import annotations

from collections.abc import Hashable
from heapq import heappop, heappush
from itertools import count, dropwhile
from typing import NamedTuple

from p2c_dsl.machine import Machine
from p2c_dsl.planners.estimate import NEVER, Estimate
from p2c_dsl.planners.lines import Line, Lines, tried
from p2c_dsl.planners.moves import ElseMove, Move
from p2c_dsl.planners.node import Node, accepted, after_else, closed, closings, key_of

EFFORT = 2_000_000
_PATCHES = 40


class Planned(NamedTuple):
    """A line of a completion: how deep it stands, what it does, how many lexemes it costs."""

    depth: int
    move: Move
    cost: int


Completion = tuple[Planned, ...]


class Distances:
    """Completions and distances of nodes, as far as they have been asked for.

    `effort` bounds how many lines one search looks at. A node whose search is given up counts as one that cannot be
    completed: no dead end is let in, but a composition that only such a node leads to may be left out.
    """

    def __init__(self, machine: Machine, effort: int = EFFORT) -> None:
        self.machine = machine
        self._effort = effort
        self._lines = Lines(machine)
        self._estimate = Estimate(machine)
        self._keys: dict[Hashable, Hashable] = {}
        self._after: dict[Hashable, tuple[tuple[Line, Hashable], ...]] = {}
        self._exact: dict[Hashable, int] = {}
        self._at_least: dict[Hashable, int] = {}
        self._completions: dict[Hashable, Completion] = {}
        self.given_up = 0

    def lines(self, node: Node) -> tuple[tuple[Line, Hashable], ...]:
        """The lines that may follow a node, with the keys of the nodes after them."""
        key = self.key(node)
        found = self._after.get(key)
        if found is None:
            found = tuple((line, self.key(line.node)) for line in self._lines.after(node))
            self._after[key] = found
        return found

    def key(self, node: Node) -> Hashable:
        """The node's key, one object for all nodes that share it."""
        key = key_of(self.machine, node)
        return self._keys.setdefault(key, key)

    def ends(self, node: Node) -> bool:
        """Whether the composition may end here, after closing what is open."""
        return any(accepted(self.machine, level) for level in closings(self.machine, node))

    # ------------------------------------------------------------ can it be completed?

    def completes(self, parent: Node, line: Line, key: Hashable, limit: int) -> bool:
        """Whether the node after `parent`'s line can be completed within `limit` lexemes."""
        if limit < 0 or self._at_least.get(key, 0) > limit:
            return False
        if self._cost(key) <= limit:
            return True
        known = self._completions.get(self.key(parent))
        if known is not None:
            self._adapt(parent, line, key, known)
            if self._cost(key) <= limit:
                return True
        return self.within(line.node, limit) is not None

    def _cost(self, key: Hashable) -> int:
        exact = self._exact.get(key)
        if exact is not None:
            return exact
        known = self._completions.get(key)
        return NEVER if known is None else sum(p.cost for p in known)

    def _adapt(self, parent: Node, line: Line, key: Hashable, known: Completion) -> None:
        """Looks for a completion after a line that ends like the one known before it."""
        level = closings(self.machine, parent)[line.closes]
        order = count()
        queue = [(_debts(line.node), 0, next(order), line.node, Completion())]
        for _ in range(_PATCHES):
            if not queue:
                return
            debts, way, _, node, before = heappop(queue)
            rest = self._replayed(node, level, known)
            if rest is not None:
                self._completions[key] = (*before, *rest)
                return
            if debts == 0:
                continue
            for further, _ in self.lines(node):
                depth = node.depth - further.closes
                after = _debts(further.node)
                if depth >= level.depth and after <= debts and not isinstance(further.move, ElseMove):
                    planned = Planned(depth, further.move, len(further.words))
                    entry = (after, way + planned.cost, next(order), further.node, (*before, planned))
                    heappush(queue, entry)

    def _replayed(self, node: Node, level: Node, known: Completion) -> Completion | None:
        """The completion that was known at `level`, from a node further on, if it works there."""
        base, by = level.state.slots, 0
        here: Node | None = self._down_to(node, level.depth)
        if here is None:
            return None
        by = here.state.slots - base
        steps: list[Planned] = []
        for planned in dropwhile(lambda p: p.depth > level.depth, known):
            if planned.depth < level.depth:
                by = 0
            here = self._down_to(here, planned.depth)
            if here is None or (here.state.returned and not isinstance(planned.move, ElseMove)):
                return None
            move = planned.move.shifted(base, by) if by else planned.move
            if isinstance(move, ElseMove):
                here = after_else(self.machine, here)
            else:
                state = tried(self.machine, here.state, move)
                opens = state is not None and len(state.frames) > here.depth
                here = None if state is None else Node(state, opens)
            if here is None:
                return None
            steps.append(planned._replace(move=move))
        return tuple(steps) if not here.empty and self.ends(here) else None

    def _down_to(self, node: Node, depth: int) -> Node | None:
        while node.depth > depth:
            outer = closed(self.machine, node)
            if outer is None:
                return None
            node = outer
        return node if node.depth == depth else None

    # ------------------------------------------------------------ how far is the end?

    def within(self, node: Node, limit: int) -> int | None:
        """The distance if it is at most `limit`, else `None`. The end itself costs nothing."""
        start = self.key(node)
        if start in self._exact:
            return self._exact[start] if self._exact[start] <= limit else None
        if self.at_least(node, start) > limit:
            return None
        return self._search(node, start, limit)

    def _search(self, node: Node, start: Hashable, limit: int) -> int | None:
        """A*: the open nodes in the order of the way so far and the estimate of the rest."""
        order = count()
        best: dict[Hashable, int] = {start: 0}
        parents: dict[Hashable, tuple[Hashable, Planned]] = {}
        queue = [(self.at_least(node, start), next(order), start, node, 0)]
        spent = 0
        while spent < self._effort:
            if not queue or queue[0][0] > limit:
                self._at_least[start] = max(self._at_least[start], limit + 1)
                return None
            total, _, key, here, way = heappop(queue)
            if way > best[key]:
                continue
            rest = self._known(here, key)
            if rest is not None:
                if way + rest <= total:
                    self._remember(key, rest, best, parents)
                    return way + rest
                heappush(queue, (way + rest, next(order), key, here, way))
                continue
            following = self.lines(here)
            spent += len(following) + 1
            for line, after in following:
                further = way + len(line.words)
                if further < best.get(after, further + 1):
                    best[after] = further
                    planned = Planned(here.depth - line.closes, line.move, len(line.words))
                    parents[after] = key, planned
                    estimate = further + self.at_least(line.node, after)
                    if estimate <= limit:
                        heappush(queue, (estimate, next(order), after, line.node, further))
        self.given_up += 1
        self._at_least[start] = max(self._at_least[start], limit + 1)
        return None

    def _known(self, node: Node, key: Hashable) -> int | None:
        if key not in self._exact and not node.empty and self.ends(node):
            self._exact[key] = 0
            self._completions[key] = ()
        return self._exact.get(key)

    def _remember(
        self,
        key: Hashable,
        rest: int,
        best: dict[Hashable, int],
        parents: dict[Hashable, tuple[Hashable, Planned]],
    ) -> None:
        total = best[key] + rest
        self._exact[key] = rest
        completion = self._completions[key]
        while key in parents:
            key, planned = parents[key]
            completion = (planned, *completion)
            self._exact[key] = total - best[key]
            self._completions[key] = completion

    def at_least(self, node: Node, key: Hashable) -> int:
        """A lower bound on the distance, the distance itself where it is known."""
        known = self._exact.get(key)
        if known is not None:
            return known
        found = self._at_least.get(key)
        if found is None:
            found = self._at_least[key] = self._estimate.of(node)
        return found


def _debts(node: Node) -> int:
    """What has to be put right before the composition can go on as if nothing had happened."""
    unfilled = sum(2 - (a.loop is not None) for a in node.state.accumulators.values() if not a.filled)
    return unfilled + node.empty
