"""What a quick look for any repair tries: of the lines that could be inserted, those that seem to help."""

from __future__ import annotations

from collections.abc import Iterator

from p2c_dsl.machine import Machine
from p2c_dsl.machine.moves import CallMove, CreateMove, Move
from p2c_dsl.planners.anytime.helpful import HelpfulLines
from p2c_dsl.planners.anytime.pruning import Pruning
from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.priced_plan import PricedPlans
from p2c_dsl.planners.automaton.units import Original
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.repair.bound import Bound
from p2c_dsl.planners.repair.points import EDIT, Point
from p2c_dsl.planners.repair.successors import STEPS, Following, Successors
from p2c_dsl.planners.repair.wanted import Wanted
from p2c_dsl.spec import Subtask

_GREED = 2
"""The weight of what is to come against what has been paid (weighted A*)."""


class HelpfulSuccessors(Successors):
    """Finds the actions that may follow a point, and of the lines to insert only those of the relaxed plan.

    The relaxed plan does not know what the original has to offer, so a guess takes off what is still to come there.
    """

    def __init__(self, machine: Machine, original: Original, bound: Bound, wanted: Wanted) -> None:
        super().__init__(machine, original, bound, wanted)
        asked_for = AskedFor(machine, bound.lower)
        self._plans = PricedPlans(machine, asked_for)
        pruning = Pruning(machine, self.lines, asked_for, self._plans.prices.parts)
        self._helpful = HelpfulLines(machine, self.lines, asked_for, self._plans, pruning)
        units = original.units
        rest = [units[place:] for place in range(len(units) + 1)]
        self._calls = [frozenset(u.move.subtask.name for u in r if isinstance(u.move, CallMove)) for r in rest]
        self._creates = [sum(isinstance(u.move, CreateMove) for u in r) for r in rest]

    def guess(self, point: Point, least: int) -> int:
        """What may be to come, weighed; `least` is a lower bound on it."""
        plan = self._plans.of(point.node)
        # An accumulator takes a line that creates it and one that writes.
        accumulators = max(len(plan.collections) - self._creates[point.place], 0)
        missing = len(plan.calls - self._calls[point.place]) + 2 * accumulators
        return _GREED * max(least, EDIT * missing)

    def _lines_after(self, node: Node) -> Iterator[tuple[Move, Node]]:
        for line in self._helpful.named(node):
            if not line.closes and isinstance(line.move, STEPS):
                yield line.move, line.node

    def _calls_of(self, subtask: Subtask, node: Node) -> Following:
        patterns = (p for block in self.lines.blocks(node) for p in block.calls(subtask))
        return tuple((line.move, line.node) for p in patterns for line in p.lines() if not line.closes)
