"""The machine of compositions seen lexeme by lexeme: what may come next, and how much is still needed.

Between two lines a state is a node; within a line it is a node and the words written so far. A lexeme is
legal when some line that begins so leads to a node that can still be completed within the lexemes left, so
no walk along legal lexemes ends in a dead end, and every accepted canonical composition within the
budget can be reached.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from p2c_dsl.machine import Machine
from p2c_dsl.planners.distance import EFFORT, Distances
from p2c_dsl.planners.lines import Line
from p2c_dsl.planners.node import Node
from p2c_dsl.rules import Rule, read_rules
from p2c_dsl.spec import Spec, Task

END = ""
"""The lexeme that ends a composition. It costs nothing."""
DEFAULT_BUDGET = 200


class Unplannable(Exception):
    """No accepted composition fits the budget; the message says what stands in the way, where that is known."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point within a composition: the node before the line, the line's words so far, the budget left."""

    node: Node
    words: tuple[str, ...]
    left: int
    ended: bool = False


class Automaton:
    """The accepted compositions of a task within a budget of lexemes.

    `rules` are further rules besides the task's; `effort` bounds each search for a completion (see `Distances`).
    Raises `Unplannable` if there is none, and `ValueError` for rules that cannot be read: a planner must
    not leave one out.
    """

    def __init__(
        self,
        spec: Spec,
        task: Task,
        budget: int = DEFAULT_BUDGET,
        rules: Sequence[Rule] = (),
        effort: int = EFFORT,
    ) -> None:
        read, wrong = read_rules(spec, task)
        if wrong:
            raise ValueError("; ".join(d.message for d in wrong))
        self.machine = Machine(spec, task, [*read, *rules])
        self.distances = Distances(self.machine, effort)
        inputs = ", ".join(p.name for p in task.parameters)
        self.header = f"compose {task.name}({inputs}):"
        self.start = Position(Node(self.machine.start(), True), (), budget)
        self._tries: dict[object, _Trie] = {}
        if self.distances.within(self.start.node, budget) is None:
            raise Unplannable(_reason(task, read, budget))

    def legal(self, position: Position) -> tuple[str, ...]:
        """The lexemes that may come next, in a fixed order; `END` where the composition may end."""
        if position.ended:
            return ()
        node, left = position.node, position.left
        found = [w for w, branch in self._branches(position).items() if self._completes(node, branch, left)]
        if not position.words and self._may_end(position):
            found.append(END)
        return tuple(found)

    def step(self, position: Position, lexeme: str) -> Position:
        """The position after a legal lexeme. Raises `KeyError` for one that begins no line."""
        if lexeme == END:
            return Position(position.node, (), position.left, ended=True)
        branch = self._branches(position)[lexeme]
        left = position.left - 1
        if branch.line is not None:
            return Position(branch.line.node, (), left)
        return Position(position.node, (*position.words, lexeme), left)

    def distance(self, position: Position) -> int | None:
        """The fewest lexemes to an accepted end, `None` if that is more than the budget left."""
        if position.ended or (not position.words and self._may_end(position)):
            return 0
        if not position.words:
            return self.distances.within(position.node, position.left)
        written, lines = len(position.words), self._inside(position).all
        rests = (self._rest(line, written, position.left) for line, _ in lines)
        return min((rest for rest in rests if rest is not None), default=None)

    # ------------------------------------------------------------ inside a line

    def _may_end(self, position: Position) -> bool:
        return not position.node.empty and self.distances.ends(position.node)

    def _branches(self, position: Position) -> dict[str, _Trie]:
        return self._inside(position).branches

    def _inside(self, position: Position) -> _Trie:
        key = self.distances.key(position.node)
        trie = self._tries.get(key)
        if trie is None:
            trie = self._tries[key] = _Trie()
            for line, after in self.distances.lines(position.node):
                trie.add(line, after)
        for word in position.words:
            trie = trie.branches[word]
        return trie

    def _completes(self, node: Node, trie: _Trie, left: int) -> bool:
        """Whether one of the lines below can be written and completed; `left` counts the lexeme into the trie."""
        written = trie.depth - 1
        return any(
            self.distances.completes(node, line, key, left - len(line.words) + written)
            for line, key in trie.all
        )

    def _rest(self, line: Line, written: int, left: int) -> int | None:
        own = len(line.words) - written
        if own > left:
            return None
        rest = self.distances.within(line.node, left - own)
        return None if rest is None else own + rest


class _Trie:
    """The lines after a node, by their words. No line is the beginning of another."""

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.branches: dict[str, _Trie] = {}
        self.all: list[tuple[Line, Hashable]] = []
        self.line: Line | None = None

    def add(self, line: Line, key: Hashable) -> None:
        """Takes in one more line, with the key of the node after it."""
        trie = self
        trie.all.append((line, key))
        for word in line.words:
            trie = trie.branches.setdefault(word, _Trie(trie.depth + 1))
            trie.all.append((line, key))
        trie.line = line


def _reason(task: Task, rules: Sequence[Rule], budget: int) -> str:
    listed = "; ".join(rule.text for rule in rules) or "none"
    return (
        f"no composition of `{task.name}` with at most {budget} lexemes keeps all its rules ({listed}); "
        "relax a rule, declare the subtask that is missing, bound a collection, or raise the budget"
    )
