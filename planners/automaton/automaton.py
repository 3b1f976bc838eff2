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
from random import Random

from p2c_dsl.planners.anytime.first import first, greedy
from p2c_dsl.planners.anytime.improve import improve
from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.outcome import header_of, machine_of, none_found
from p2c_dsl.planners.anytime.space import Beginning, SearchSpace
from p2c_dsl.planners.automaton.beginnings import LineBeginnings
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.completion.adapt import Completion, Planned
from p2c_dsl.planners.completion.completions import Completions
from p2c_dsl.planners.lines.node import Node, ends
from p2c_dsl.planners.lines.pattern import Line, Weigh, unit_weight
from p2c_dsl.planners.lines.prefix import LinePrefix
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Spec, Task

DEFAULT_BUDGET = 200
EFFORT = 100
"""An effort that misses almost nothing and keeps the first look at a position short (docs/measured/decoding.md)."""
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
        self._beginnings = LineBeginnings(self.completions, weigh)
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
        end = self.effort and self.completions.spent + self.effort
        return tuple(lexeme for lexeme in self.candidates(position) if self._is_legal(position, lexeme, end))

    def drawn(self, position: Position, random: Random, starting: str = "") -> str:
        """One of the legal lexemes that start with some letters, each with the same probability.

        It is drawn from all that continue a line, and struck out if it is not legal (rejection sampling): only what is
        drawn is judged, and has the position's whole effort for itself. Raises `ValueError` if there is none.
        """
        candidates = [lexeme for lexeme in self.candidates(position) if lexeme.startswith(starting)]
        while candidates:
            lexeme = candidates.pop(random.randrange(len(candidates)))
            if self.is_legal(position, lexeme):
                return lexeme
        raise ValueError("no legal lexeme starts like this")

    def is_legal(self, position: Position, lexeme: str) -> bool:
        """Whether a lexeme that continues a line is legal; it has the position's whole effort for itself."""
        return self._is_legal(position, lexeme, self.effort and self.completions.spent + self.effort)

    def candidates(self, position: Position) -> tuple[str, ...]:
        """What continues some line, and `END` between lines."""
        if position.ended:
            return ()
        return (*self.words(position), *(() if position.words else (END,)))

    def _is_legal(self, position: Position, lexeme: str, end: int | None) -> bool:
        """Whether a composition can be completed behind a lexeme, trying lines until there are `end` in all."""
        if lexeme == END:
            return ends(self.machine, position.node)
        branch, left = self._inside(position).branches[lexeme], position.left - self._weigh(lexeme)
        return self._beginnings.completes(position.node, branch, left, end)

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
            and self._beginnings.within(prefix, line, position.left)
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
        rests = [self._beginnings.rest(line, prefix, position.left) for line in prefix.lines()]
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

    def _inside(self, position: Position) -> LinePrefix:
        return self._beginnings.of(position.node, position.words)
