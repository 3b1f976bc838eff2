"""The lines that may follow a node, in its block or, closing blocks, further out.

A line is a tuple of lexemes, the words that a planner chooses one by one. Canonical programs have no nested calls and
no aliases, positional arguments, optional ones as a prefix, every result assigned or written straight into an
accumulator, and names that follow from `p2c_dsl.naming`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from p2c_dsl.machine import Machine
from p2c_dsl.machine.moves import ElseMove
from p2c_dsl.naming import reserved
from p2c_dsl.planners.lines.compared import Comparing
from p2c_dsl.planners.lines.node import Keyed, Node, after_else, closings
from p2c_dsl.planners.lines.pattern import Block, Line, Pattern, Trials, Weigh, unit_weight
from p2c_dsl.planners.lines.statements import Order, Statements
from p2c_dsl.planners.lines.terms import Terms


class Lines:
    """Finds the lines that may follow a node.

    `key` is what nodes with the same lines have in common, `order` the order in which arguments are tried, by default
    that of the variables.
    """

    def __init__(self, machine: Machine, key: Keyed, weigh: Weigh = unit_weight, order: Order | None = None) -> None:
        self.machine, self._key, self._weigh, self._order = machine, key, weigh, order
        self._taken = reserved(machine.spec, machine.task)
        self._terms = Terms(machine)
        self._comparing = Comparing(machine, self._terms.constants)
        self._blocks: dict[Hashable, tuple[tuple[Statements, ...], tuple[Pattern, ...]]] = {}
        self.trials = Trials()

    def after(self, node: Node) -> Iterator[Line]:
        """All lines that may follow, in the node's block or, closing blocks, further out."""
        for pattern in self.patterns(node):
            yield from pattern.lines()

    def patterns(self, node: Node) -> Iterator[Pattern]:
        """The patterns of these lines."""
        for block in self.blocks(node):
            yield from block.patterns()
        yield from self.elses(node)

    def blocks(self, node: Node) -> tuple[Statements, ...]:
        """The statements that may stand in each block that the next line can be in, the innermost first."""
        return self._at(node)[0]

    def elses(self, node: Node) -> tuple[Pattern, ...]:
        """The patterns of the `else:` lines."""
        return self._at(node)[1]

    def _at(self, node: Node) -> tuple[tuple[Statements, ...], tuple[Pattern, ...]]:
        key = self._key(node)
        known = self._blocks.get(key)
        if known is None:
            levels = tuple(enumerate(closings(self.machine, node)))
            blocks = tuple(
                Statements(self._terms, self._comparing, self._taken, self._block(level, closes), self._order)
                for closes, level in levels
                if not level.state.returned and self.machine.may_step(level.state)
            )
            inner = ((closes, level, after_else(self.machine, level)) for closes, level in levels)
            elses = tuple(
                Pattern(self._block(level, closes, arm), (("else:",),), (), lambda _: ElseMove(), None)
                for closes, level, arm in inner
                if arm is not None
            )
            known = self._blocks[key] = blocks, elses
        return known

    def _block(self, level: Node, closes: int, arm: Node | None = None) -> Block:
        return Block(self.machine, self._key, self._weigh, level.state, closes, self.trials, arm)
