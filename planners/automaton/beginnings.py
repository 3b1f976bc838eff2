"""The lines after a node by their first words, and which beginnings of lines can be completed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import chain, islice

from p2c_dsl.planners.automaton.hopes import LEAST, Hopes, kind_of
from p2c_dsl.planners.completion.completions import Completions
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import NEVER, Line, Weigh
from p2c_dsl.planners.lines.prefix import LinePrefix, opening

_ADAPTED = 4
"""How many lines are tried with adapted completions before a search."""


class LineBeginnings:
    """The beginnings of lines that have been looked at, and what is known of them."""

    def __init__(self, completions: Completions, weigh: Weigh) -> None:
        self.completions, self._weigh = completions, weigh
        self._openings: dict[Hashable, LinePrefix] = {}
        self._hopes = Hopes()

    def of(self, node: Node, words: Sequence[str]) -> LinePrefix:
        """The lines after a node that begin with some words."""
        prefix = self._opening(node)
        for word in words:
            prefix = prefix.branches[word]
        return prefix

    def _opening(self, node: Node) -> LinePrefix:
        key = self.completions.key(node)
        prefix = self._openings.get(key)
        if prefix is None:
            prefix = self._openings[key] = opening(self.completions.lines.patterns(node), self._weigh)
        if self.completions.cost(key) < prefix.cost:
            self._record_known(node, prefix)
        return prefix

    def _record_known(self, node: Node, prefix: LinePrefix) -> None:
        """Records the first line of the known completion: it is legal, whatever a search finds later."""
        known = self.completions.known(self.completions.key(node))
        if not known:
            return
        first = known[0]
        for pattern in self.completions.lines.patterns(node):
            if node.depth - pattern.block.closes == first.depth:
                line = pattern.line_of(first.move)
                if line is not None:
                    self.completions.adapt(node, line, NEVER)
                    prefix.record(line, line.cost + self.completions.cost(line.key))
                    return

    def completes(self, node: Node, prefix: LinePrefix, left: int, end: int | None) -> bool:
        """Whether one of the lines with this prefix can be written and completed within `left` more lexemes.

        Once `end` lines have been tried in all, only `LEAST` more are; and fewer where that was often in vain.
        """
        if prefix.cost <= left:
            return True
        if prefix.failed >= left:
            return False
        lines = prefix.lines()
        seen = list(islice(lines, _ADAPTED))
        for line in seen:
            if self._adapted(node, prefix, line, left):
                return True
        kind = kind_of(seen[0]) if seen else None
        begun = self.completions.spent
        end = end and begun + self._hopes.of(kind, max(end - begun, LEAST))
        for place, line in enumerate(chain(seen, lines)):
            effort = end and end - self.completions.spent
            if effort is not None and effort <= 0:
                self.completions.given_up += 1
                self._hopes.failed(kind, self.completions.spent - begun)
                break
            if place >= len(seen) and self._adapted(node, prefix, line, left):
                return True
            rest = left - line.cost + prefix.spent
            if self.completions.complete(line.node, rest, effort) and self.within(prefix, line, left):
                self.completions.keep_for_siblings(node, line)
                self._hopes.succeeded(kind)
                return True
        prefix.failed = left
        return False

    def _adapted(self, node: Node, prefix: LinePrefix, line: Line, left: int) -> bool:
        """Whether a line can be completed by what is known already."""
        self.completions.adapt(node, line, left - line.cost + prefix.spent)
        if self.within(prefix, line, left):
            self.completions.keep_for_siblings(node, line)
            return True
        return False

    def within(self, prefix: LinePrefix, line: Line, left: int) -> bool:
        """Whether the rest of a line and its known completion take at most `left` lexemes; keeps what they take."""
        cost = line.cost - prefix.spent + self.completions.cost(line.key)
        prefix.record(line, cost)
        return cost <= left

    def rest(self, line: Line, prefix: LinePrefix, left: int) -> int | None:
        """The fewest lexemes from the prefix over the line to an accepted end, `None` if they are more than `left`."""
        own = line.cost - prefix.spent
        if own > left:
            return None
        rest = self.completions.distance(line.node, left - own)
        return None if rest is None else own + rest
