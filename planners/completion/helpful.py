"""The lines that a search for any completion tries: those that seem to help first, and then those that might.

Helpful actions in the manner of FF (Hoffmann and Nebel 2001): the calls of the relaxed plan, with the
accumulators that their arguments have to be collected in, and writes into those that are still empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from p2c_dsl.machine import Accumulator, Machine
from p2c_dsl.planners.completion.relaxed_plan import RelaxedPlan, RelaxedPlans
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import Line, Pattern
from p2c_dsl.planners.lines.statements import Statements
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.planners.lines.terms import Term
from p2c_dsl.types import BOTTOM, ListOf, MapOf, Type, is_subtype

_WAYS = 4
"""How many calls are tried whose results are written straight into an accumulator."""


class HelpfulActions:
    """Finds the lines."""

    def __init__(self, machine: Machine, lines: Lines, relaxed_plans: RelaxedPlans) -> None:
        self._subtasks, self._lines, self._relaxed_plans = machine.spec.subtasks, lines, relaxed_plans

    def first(self, node: Node) -> Iterator[Line]:
        """The lines that seem to help."""
        plan = self._relaxed_plans.of(node)
        for block in self._lines.blocks(node):
            yield from self._writes(block, plan)
            for name in self._subtasks:
                if name in plan.helpful:
                    yield from _variations(block.calls(self._subtasks[name]))
            yield from _variations(block.loops())
            yield from _variations(block.returns())
            if plan.accumulated:
                yield from _variations(block.creations())
        yield from _variations(self._lines.elses(node))

    def later(self, node: Node) -> Iterator[Line]:
        """Branches, which may allow a helpful call; and any call where a block needs a line."""
        plan = self._relaxed_plans.of(node)
        for block in self._lines.blocks(node):
            yield from _variations(block.branches())
            if node.empty:
                for name, subtask in self._subtasks.items():
                    if name not in plan.helpful:
                        yield from _variations(block.calls(subtask))

    def last(self, node: Node) -> Iterator[Line]:
        """Other writes into empty accumulators."""
        for block in self._lines.blocks(node):
            for slot, _ in _unfilled(block):
                yield from _variations(block.writes(slot))

    def _writes(self, block: Statements, plan: RelaxedPlan) -> Iterator[Line]:
        """What the plan accumulates, into each empty accumulator; and the first write there is into any of them.

        Which one is filled first does not matter where the plan needs none of them.
        """
        unfilled = _unfilled(block)
        for slot, acc in unfilled:
            for collection in plan.accumulated:
                if isinstance(collection, MapOf) == acc.is_map:
                    for pattern in block.writes(slot):
                        yield from _fitting(pattern, acc, collection)
        anything = (line for slot, _ in unfilled for pattern in block.writes(slot) for line in pattern.lines())
        yield from islice(anything, 1)


def _unfilled(block: Statements) -> list[tuple[int, Accumulator]]:
    accumulators = block.state.accumulators
    return [(slot, accumulators[slot]) for slot in block.state.writable if not accumulators[slot].filled]


def _fitting(pattern: Pattern, acc: Accumulator, wanted: Type) -> Iterator[Line]:
    """The writes that give an accumulator the wanted type."""
    key, value = (wanted.key, wanted.value) if isinstance(wanted, MapOf) else (BOTTOM, BOTTOM)
    if isinstance(wanted, ListOf):
        value = wanted.element
    keys: list[tuple[Term, ...]] = [()]
    if acc.is_map:
        keys = [(term,) for term in pattern.choices[0] if is_subtype(term.type, key)]
    if pattern.subtask is not None:
        result = pattern.subtask.result
        if result is not None and is_subtype(result, value):
            for chosen in keys:
                yield from islice(pattern.lines(chosen), _WAYS)
        return
    values = [term for term in pattern.choices[-1] if is_subtype(term.type, value)]
    yield from (line for chosen in keys for term in values for line in pattern.lines((*chosen, term)))


def _variations(patterns: Iterable[Pattern]) -> Iterator[Line]:
    return (line for pattern in patterns for line in pattern.variations())
