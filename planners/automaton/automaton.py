"""The machine of compositions seen lexeme by lexeme: what may come next, and how much is still needed.

Between two lines a state is a node; within a line it is a node and the words written so far. A lexeme is
legal when some line that starts with it leads to a node that can still be completed within the lexemes left, so
no walk along legal lexemes ends in a dead end, and every accepted canonical composition within the
budget can be reached.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice

from p2c_dsl.planners.anytime.first import first, greedy
from p2c_dsl.planners.anytime.improve import improve
from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.outcome import header_of, machine_of, none_found
from p2c_dsl.planners.anytime.space import Beginning, SearchSpace
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.completion.adapt import Completion, Planned
from p2c_dsl.planners.completion.completions import Completions
from p2c_dsl.planners.lines.node import Node, ends
from p2c_dsl.planners.lines.pattern import Line, Weigh, unit_weight
from p2c_dsl.planners.lines.prefix import LinePrefix, opening
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Spec, Task

DEFAULT_BUDGET = 200
EFFORT = 100
"""An effort that misses almost nothing and keeps the first look at a position short (docs/measured/decoding.md)."""
_ADAPTED = 8
"""How many lines are tried with adapted completions before a search."""
_LEAST = 10
"""How many lines each lexeme gets when a position's effort is spent."""
_FIRST = 20_000
"""Lines tried for the first completion, without which there is no automaton."""
_SHORTENED = 200
"""Lines tried to make the first completion shorter."""
_CONTINUED = 5_000
"""Lines tried for a completion after a given start."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point within a composition: the node before the line, the line's words so far, the budget left."""

    node: Node
    words: tuple[str, ...]
    left: int
    ended: bool = False


class Automaton:
    """The accepted compositions of a task within a budget of lexemes.

    `rules` are further rules besides the task's; `effort` bounds how many lines are
    tried at a position: a lexeme whose completion is not found by then is left out. Without it, none is left out.
    `weigh` says what a lexeme
    costs of the budget, by default 1.
    Raises `Unplannable` if there is none, and `ValueError` for rules that cannot be read: a planner must
    not leave one out.
    """

    def __init__(
        self,
        spec: Spec,
        task: Task,
        budget: int = DEFAULT_BUDGET,
        rules: Sequence[AnyRule] = (),
        effort: int | None = None,
        weigh: Weigh = unit_weight,
    ) -> None:
        self.machine = machine_of(spec, task, rules)
        self.completions, self.effort, self._weigh = Completions(self.machine, weigh), effort, weigh
        self.header = header_of(task)
        self.start = Position(Node(self.machine.start(), True), (), budget)
        self._space = SearchSpace(self.machine, self.completions.lines, self.completions.key)
        self._openings: dict[Hashable, LinePrefix] = {}
        self._find_first(budget, _FIRST if effort is None else max(effort, _FIRST))

    def _find_first(self, budget: int, effort: int) -> None:
        """Finds a first completion, without which there is no automaton. Raises `Unplannable`."""
        space = self._space
        try:
            found = first(space, [space.start], budget, SearchLimits(effort=effort))
        except Stopped:
            raise none_found(self.machine, budget, f"{effort:,} lines") from None
        *_, (found, _) = improve(space, [space.start], found, SearchLimits(effort=space.tried + _SHORTENED))
        self._learn(self.start.node, found.lines)

    def legal(self, position: Position) -> tuple[str, ...]:
        """The lexemes that may come next, in a fixed order; `END` where the composition may end."""
        if position.ended:
            return ()
        node, left = position.node, position.left
        branches = self._inside(position).branches.items()
        end = self.effort and self.completions.spent + self.effort
        legal = [w for w, branch in branches if self._completes(node, branch, left - self._weigh(w), end)]
        if not position.words and ends(self.machine, node):
            legal.append(END)
        return tuple(legal)

    def step(self, position: Position, lexeme: str) -> Position:
        """The position after a legal lexeme. Raises `KeyError` for one that no line starts with."""
        if lexeme == END:
            return Position(position.node, (), position.left, ended=True)
        branch = self._inside(position).branches[lexeme]
        left = position.left - self._weigh(lexeme)
        if branch.line is not None:
            return Position(branch.line.node, (), left)
        return Position(position.node, (*position.words, lexeme), left)

    def words(self, position: Position) -> tuple[str, ...]:
        """The lexemes that continue some line that the machine does not object to, even if nothing can follow it."""
        return tuple(self._inside(position).branches)

    def can_be_completed(self, position: Position) -> bool:
        """Whether an accepted composition within the budget left is found from here, by a long search."""
        if position.ended:
            return True
        if not position.words:
            return self._finds(position.node, position.left)
        prefix = self._inside(position)
        return any(
            self._finds(line.node, position.left - line.cost + prefix.spent)
            and self._within(prefix, line, position.left)
            for line in prefix.lines()
        )

    def _finds(self, node: Node, left: int) -> bool:
        """Whether a completion within some lexemes is known, or found by a long search, which keeps it."""
        space = self._space
        if self.completions.cost(self.completions.key(node)) <= left:
            return True
        limits = SearchLimits(effort=space.tried + _CONTINUED)
        with suppress(Stopped):
            found = next(greedy(space, [Beginning(node, 0, "")], left, limits), None)
            if found is not None:
                self._learn(node, found.lines)
                return True
        return False

    def distance(self, position: Position) -> int | None:
        """The fewest lexemes to an accepted end, `None` if that is more than the budget left."""
        if position.ended:
            return 0
        if not position.words:
            return self.completions.distance(position.node, position.left)
        prefix = self._inside(position)
        rests = [self._rest(line, prefix, position.left) for line in prefix.lines()]
        return min((rest for rest in rests if rest is not None), default=None)

    def completion(self, position: Position) -> tuple[str, ...]:
        """The lexemes of some completion of a position to which legal lexemes led; without `END`."""
        words: list[str] = []
        while not position.ended:
            prefix = self._inside(position)
            if not position.words and self.completions.known(self.completions.key(position.node)) == ():
                break
            if prefix.best is None:
                self.legal(position)
            assert prefix.best is not None
            words += prefix.best.words[prefix.written :]
            left = position.left - prefix.best.cost + prefix.spent
            position = Position(prefix.best.node, (), left)
        return tuple(words)

    def learn(self, position: Position, words: Sequence[str]) -> None:
        """Keeps a completion that is known already, as if a search had found it.

        Raises `ValueError` when it does not complete the composition within the budget left.
        """
        here, lines = position, list[Line]()
        for word in words:
            branch = self._inside(here).branches.get(word)
            if branch is None:
                break
            if branch.line is not None:
                lines.append(branch.line)
            here = self.step(here, word)
        else:
            if not here.words and here.left >= 0 and ends(self.machine, here.node):
                self._keep(position, lines)
                return
        raise ValueError("these words do not complete the composition here within the remaining budget")

    def _keep(self, position: Position, lines: Sequence[Line]) -> None:
        self._learn(position.node, lines)
        if lines:
            first_line, prefix = lines[0], self._inside(position)
            prefix.record(first_line, first_line.cost - prefix.spent + self.completions.cost(first_line.key))

    def _learn(self, node: Node, lines: Sequence[Line]) -> None:
        """Keeps the completion of a node by some lines, and those of the nodes on the way."""
        completion = Completion()
        before = (node, *(line.node for line in lines))
        self.completions.learn(self.completions.key(before[-1]), completion)
        for here, line in reversed(tuple(zip(before, lines, strict=False))):
            planned = Planned(here.depth - line.closes, line.move, line.words[0], line.cost)
            completion = (planned, *completion)
            self.completions.learn(self.completions.key(here), completion)

    def cost(self, position: Position) -> int:
        """What the known completion costs at a position to which legal lexemes led; it never rises."""
        if not position.words:
            return self.completions.cost(self.completions.key(position.node))
        return self._inside(position).cost

    def key(self, position: Position) -> Hashable:
        """What positions with the same future have in common, however much of the budget is left."""
        return self.completions.key(position.node), position.words

    def renewed(self, position: Position) -> Position:
        """The position with all of the budget left."""
        return replace(position, left=self.start.left)

    # ------------------------------------------------------------ inside a line

    def _inside(self, position: Position) -> LinePrefix:
        prefix = self._opening(position.node)
        for word in position.words:
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
                    self.completions.adapt(node, line)
                    prefix.record(line, line.cost + self.completions.cost(line.key))
                    return

    def _completes(self, node: Node, prefix: LinePrefix, left: int, end: int | None) -> bool:
        """Whether one of the lines with this prefix can be written and completed within `left` more lexemes.

        Once `end` lines have been tried in all, only `_LEAST` more are.
        """
        if prefix.cost <= left:
            return True
        if prefix.failed >= left:
            return False
        lines = prefix.lines()
        seen = list(islice(lines, _ADAPTED))
        for line in seen:
            self.completions.adapt(node, line)
            if self._within(prefix, line, left):
                return True
        end = end and max(end, self.completions.spent + _LEAST)
        for line in chain(seen, lines):
            effort = end and end - self.completions.spent
            if effort is not None and effort <= 0:
                self.completions.given_up += 1
                break
            rest = left - line.cost + prefix.spent
            if self.completions.complete(line.node, rest, effort) and self._within(prefix, line, left):
                return True
        prefix.failed = left
        return False

    def _within(self, prefix: LinePrefix, line: Line, left: int) -> bool:
        cost = line.cost - prefix.spent + self.completions.cost(line.key)
        prefix.record(line, cost)
        return cost <= left

    def _rest(self, line: Line, prefix: LinePrefix, left: int) -> int | None:
        own = line.cost - prefix.spent
        if own > left:
            return None
        rest = self.completions.distance(line.node, left - own)
        return None if rest is None else own + rest
