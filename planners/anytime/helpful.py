"""The lines that a search for any plan tries, in stages: those that the relaxed plan names, useful ones, and all.

Helpful actions in the manner of FF (Hoffmann and Nebel 2001).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from p2c_dsl.machine import AnyFacet, LoopFrame, Machine, State, Value
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.moves import CreateMove
from p2c_dsl.machine.outcomes import fact_of
from p2c_dsl.machine.state import Accumulator, BranchFrame
from p2c_dsl.planners.anytime.pruning import Pruning, learns, waits_for_loop
from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.plan import PricedPlan
from p2c_dsl.planners.anytime.relaxed.priced_plan import PricedPlans
from p2c_dsl.planners.lines.node import POSITIVE, Node
from p2c_dsl.planners.lines.pattern import Line, Pattern
from p2c_dsl.planners.lines.statements import Statements
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.program import Var
from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.spec import Subtask
from p2c_dsl.types import BOTTOM, UNKNOWN, ListOf, MapOf, element_of, is_subtype

_MOST_CALLS = 24
"""How many calls of one subtask are tried at once."""
_MOST_WRITES = 4
"""How many calls are tried whose results are written straight into an accumulator."""
_FILLERS = 3
"""How many subtasks are tried for a block that needs a line and nothing else."""


class HelpfulLines:
    """Finds the lines."""

    def __init__(
        self, machine: Machine, lines: Lines, asked_for: AskedFor, relaxed_plans: PricedPlans, pruning: Pruning
    ) -> None:
        self._machine, self._lines, self._asked_for = machine, lines, asked_for
        self._relaxed_plans, self._pruning = relaxed_plans, pruning
        self._simplest = sorted(machine.spec.subtasks.values(), key=lambda s: (s.required, len(s.effects)))
        self.stages = self.named, pruning.after, lines.after

    def named(self, node: Node) -> Iterator[Line]:
        """The lines that the relaxed plan names, and those that pay debts.

        Those of outer blocks come first: few rules object to a call that comes too early, but many to one that happens
        too often or not in every run. Likewise, new blocks come last.
        """
        blocks = self._lines.blocks(node)
        for block in blocks[-1:]:
            if not waits_for_loop(block.state):
                yield from self._calls(block, self._plan(block, node))
        for block in reversed(blocks):
            plan = self._plan(block, node)
            if not waits_for_loop(block.state):
                yield from self._writes(block, plan)
                yield from self._calls(block, plan)
                if block.state is node.state and node.empty and not plan.calls:
                    yield from self._fillers(block)
                yield from self._branches(block, plan)
                for pattern in block.returns() if self._machine.task.result is not None else ():
                    yield from pattern.variations()
            yield from self._creations(block, plan.ready)
            yield from self._loops(block, plan)
            yield from self._creations(block, plan.collections - plan.ready)
        for pattern in self._lines.elses(node):
            yield from pattern.lines()

    def _plan(self, block: Statements, node: Node) -> PricedPlan:
        return self._relaxed_plans.of(node if block.state is node.state else Node(block.state, False))

    def _calls(self, block: Statements, plan: PricedPlan) -> Iterator[Line]:
        """The calls that the plan names; first those that lead to what is to be written in open loops."""
        named = [subtask for name, subtask in self._asked_for.subtasks.items() if name in plan.calls_here]
        for subtask in sorted(named, key=lambda s: s.name not in plan.inner):
            if subtask.name in plan.paying:
                yield from self._payments(block, subtask)
            else:
                yield from islice(self._pruning.calls(block, subtask), _MOST_CALLS)

    def _payments(self, block: Statements, subtask: Subtask) -> Iterator[Line]:
        """The calls for the keys that are due; where a due has several, or they are not at hand, none."""
        for passed in self._relaxed_plans.dues.passed(block.state, subtask):
            yield from islice(self._pruning.calls(block, subtask, passed), _MOST_CALLS)

    def _fillers(self, block: Statements) -> Iterator[Line]:
        """The first calls of the simplest subtasks: a block needs a line."""
        calls = (next((line for p in block.calls(s)[:1] for line in p.lines()), None) for s in self._simplest)
        yield from islice((line for line in calls if line is not None), _FILLERS)

    def _loops(self, block: Statements, plan: PricedPlan) -> Iterator[Line]:
        """Loops over collections that the plan names, then any others that fill an accumulator.

        The first loop after the creation of an accumulator is the one that fills it: those that give something for it
        come first.
        """
        waiting = any(a.loop is None and not a.filled for a in block.state.accumulators.values())
        elements, gathered = ({element_of(of) for of in loops} for loops in (plan.loops, plan.gathered))
        due = {identity for d in self._relaxed_plans.dues.here(block.state) for identity in d.collections}
        ranked: list[tuple[bool, bool, int, Line]] = []
        for line in self._pruning.loops(block) if waiting or elements or due else ():
            frame = line.node.state.frames[-1]
            assert isinstance(frame, LoopFrame)
            of = element_of(frame.collection.type)
            named = of in elements or frame.collection.identity in due
            if named or waiting:
                ranked.append((of not in gathered, not named, len(ranked), line))
        yield from (line for *_, line in sorted(ranked, key=lambda entry: entry[:3]))

    def _branches(self, block: Statements, plan: PricedPlan) -> Iterator[Line]:
        """Tests of values that the plan names, and those whose outcomes its calls need."""
        tests = {test for due in self._relaxed_plans.dues.here(block.state) for test in due.tests}
        if not plan.optionals and not plan.checks and not tests:
            return
        placed = [(at, facet) for at, facet in self._machine.placed if at.index in plan.checks]
        for pattern in block.branches():
            for line in pattern.lines():
                frame = line.node.state.frames[-1]
                assert isinstance(frame, BranchFrame)
                condition = frame.condition
                assert isinstance(condition, Predicate)
                wanted = condition.test is Test.SOME and condition.of[0].type in plan.optionals
                wanted = wanted or (not condition.test.compares and fact_of(condition) in tests)
                if wanted or any(self._teaches(at, facet, condition, block.state) for at, facet in placed):
                    yield line

    @staticmethod
    def _teaches(at: Place[object, object], facet: AnyFacet, outcome: Predicate[Value], state: State) -> bool:
        """Whether a rule learns what it needs from a test.

        What follows a negative test is another arm only behind a `return`, which loops cannot have.
        """
        if state.loops and outcome.test not in POSITIVE and not outcome.test.compares:
            return bool(facet.learns(at, outcome))
        return learns(at, facet, outcome)

    def _creations(self, block: Statements, collections: frozenset[ListOf | MapOf]) -> Iterator[Line]:
        """An accumulator for each kind of collection that the plan needs and that none waits for."""
        waiting = {acc.is_map for acc in block.state.accumulators.values() if not acc.filled}
        kinds = {isinstance(c, MapOf) for c in collections} - waiting
        for pattern in block.creations() if kinds else ():
            for line in pattern.lines():
                assert isinstance(line.move, CreateMove)
                if line.move.is_map in kinds:
                    yield line

    # ------------------------------------------------------------ writes

    def _writes(self, block: Statements, plan: PricedPlan) -> Iterator[Line]:
        """Writes of what the plan collects; where it collects nothing of these kinds, any first write."""
        state = block.state
        unfilled = [(slot, state.accumulators[slot]) for slot in state.writable]
        unfilled = [(slot, acc) for slot, acc in unfilled if not acc.filled and acc.loop is not None]
        kinds = {acc.is_map for _, acc in unfilled}
        wanted = [c for c in sorted(plan.filling or plan.collections, key=repr) if isinstance(c, MapOf) in kinds]
        for (slot, acc), collection in ((u, c) for u in unfilled for c in wanted):
            if isinstance(collection, MapOf) == acc.is_map:
                for pattern in block.writes(slot):
                    yield from self._fitting(pattern, acc, collection, plan)
        if unfilled and not wanted:
            yield from islice(chain.from_iterable(p.lines() for slot, _ in unfilled for p in block.writes(slot)), 1)

    def _fitting(self, pattern: Pattern, acc: Accumulator, wanted: ListOf | MapOf, plan: PricedPlan) -> Iterator[Line]:
        """The writes that give an accumulator the wanted type."""
        key, value = (wanted.key, wanted.value) if isinstance(wanted, MapOf) else (BOTTOM, wanted.element)
        keys = [(term,) for term in pattern.choices[0] if is_subtype(term.type, key)] if acc.is_map else [()]
        if key == UNKNOWN:
            # What carries values from one loop into another has the loop's variable as its key.
            variables = {frame.variable.number for frame in pattern.block.state.loops}
            mine = (t for t in pattern.choices[0] if isinstance(t.operand, Var) and t.operand.slot in variables)
            keys = [(term,) for term in mine]
        subtask = pattern.subtask
        if subtask is None:
            values = [term for term in pattern.choices[-1] if is_subtype(term.type, value)]
            yield from (line for chosen in keys for term in values for line in pattern.lines((*chosen, term)))
        elif subtask.name in plan.calls_here and subtask.result is not None and is_subtype(subtask.result, value):
            for chosen in keys:
                yield from islice(pattern.lines(chosen), _MOST_WRITES)
