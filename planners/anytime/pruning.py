"""The lines that a cheapest composition may contain.

Each kind of line is left out by an argument of this form: take it out of an accepted composition, and the rest is
accepted still, and cheaper. `tests/planners/test_generated_specs.py` holds the arguments against trying every line.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice

from p2c_dsl.machine import LoopFrame, Machine, State
from p2c_dsl.machine.facet import AnyFacet
from p2c_dsl.machine.guidance import Arguments, Place
from p2c_dsl.machine.moves import CallMove, CreateMove
from p2c_dsl.machine.state import Accumulator, BranchFrame, Value
from p2c_dsl.naming import visible
from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.parts import Parts
from p2c_dsl.planners.lines.makers import PartMaker
from p2c_dsl.planners.lines.node import POSITIVE, Node
from p2c_dsl.planners.lines.pattern import Choices, Line, Pattern
from p2c_dsl.planners.lines.statements import Statements
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.planners.lines.terms import Term
from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.spec import Subtask
from p2c_dsl.types import ListOf, MapOf, Optional, Type, element_of, is_subtype, size_of

_ANY: Arguments = {}
"""No argument is fixed."""


class Pruning:
    """Leaves out what no cheapest composition contains."""

    def __init__(self, machine: Machine, lines: Lines, asked_for: AskedFor, parts: Parts) -> None:
        self._machine, self._lines, self._asked_for, self._parts = machine, lines, asked_for, parts
        start = machine.start()
        needs = [(at, f) for at, f in machine.placed if f.needed(at.state(start), start)]
        needs += [pair for pair in machine.having("dues") if pair not in needs]
        self._several = any(f.missing(at.state(start)) > 1 for at, f in needs)
        self._waiting = [
            (at, f)
            for at, f in machine.placed
            if any(
                f.prerequisites(at, start, s) or f.untested(at, start, s) or f.eased_by(s)
                for s in asked_for.subtasks.values()
            )
        ]
        self._progress = [*needs, *(pair for pair in self._waiting if pair not in needs)]
        self._deciding = machine.having("decides")
        self._comparisons = [
            comparison
            for at, f in machine.placed
            if any(f.limits(s) or f.untested(at, start, s) for s in asked_for.subtasks.values())
            for comparison in f.comparisons()
        ]
        self._splits = any(f.splits_loops() for f in machine.facets)
        self._collections = [t for t in asked_for.types if isinstance(t, ListOf | MapOf)]

    def after(self, node: Node) -> Iterator[Line]:
        """The lines after a node that a cheapest composition may contain."""
        if self._asked_for.nothing:
            # Then any line may be the whole composition.
            yield from self._lines.after(node)
            return
        for block in self._lines.blocks(node):
            yield from self.loops(block)
            yield from self._creations(block)
            if waits_for_loop(block.state):
                continue
            for subtask in self._asked_for.subtasks.values():
                yield from self.calls(block, subtask)
            yield from self.writes(block)
            yield from self._branches(block)
            for pattern in block.returns():
                yield from pattern.lines()
        for pattern in self._lines.elses(node):
            yield from pattern.lines()

    # ------------------------------------------------------------ calls

    def calls(self, block: Statements, subtask: Subtask, passed: Arguments = _ANY) -> Iterator[Line]:
        """The calls that make progress or give something new; those with certain arguments, if these are given.

        Of arguments that no rule tells apart, the cheapest are passed. Optional parameters are left out,
        unless the rules object to all calls without them.
        """
        for pattern in block.calls(subtask):
            callable_ = False
            for line in pattern.lines(among=self._distinguished(block.state, pattern, passed)):
                callable_ = True
                if not self._adds_nothing(block.state, line):
                    yield line
            if callable_:
                return

    def _distinguished(self, state: State, pattern: Pattern, passed: Arguments = _ANY) -> Choices:
        """Of the candidates for each argument that are alike for all rules, the first with the fewest lexemes."""
        subtask = pattern.subtask
        assert subtask is not None
        return tuple(
            choice if place < pattern.first else self._distinct(state, subtask, place - pattern.first, choice, passed)
            for place, choice in enumerate(pattern.choices)
        )

    def _distinct(
        self, state: State, subtask: Subtask, parameter: int, terms: tuple[Term, ...], passed: Arguments
    ) -> tuple[Term, ...]:
        if parameter in passed:
            of = (term for term in terms if self._machine.value(state, term.operand).identity == passed[parameter])
            return tuple(islice(of, 1))
        if isinstance(subtask, PartMaker):
            # What matters of a part is up to those who take the whole.
            return terms
        found: dict[Hashable, Term] = {}
        for term in sorted(terms, key=lambda t: len(t.words)):
            value = self._machine.value(state, term.operand)
            alike = tuple(f.tells_apart(at, state, subtask, parameter, value) for at, f in self._machine.placed)
            found.setdefault(alike, term)
        return tuple(found.values())

    def _adds_nothing(self, before: State, line: Line) -> bool:
        """Whether a call makes no progress, and its result serves no purpose that another value does not serve."""
        if self._asked_for.nothing or not isinstance(line.move, CallMove):
            return False
        after = line.node.state
        gained = after.facts.since(before.facts)
        if any(f.progresses(at.state(before), at.state(after), gained) for at, f in self._progress):
            return False
        if line.move.subtask.result is None:
            return True
        new = after.values[before.slots]
        old = (before.values[slot] for slot in visible(before) if slot in before.values)
        return any(self._serves(after, value, new) for value in old)

    def _serves(self, state: State, old: Value, new: Value) -> bool:
        alike = old[1:4] == new[1:4]
        return alike and all(f.serves(at, at.state(state), old, new) for at, f in self._machine.placed)

    # ------------------------------------------------------------ blocks

    def loops(self, block: Statements) -> Iterator[Line]:
        """The loops that fill something, or whose elements may be of use; not twice over the same collection."""
        state = block.state
        open_ = {frame.collection.identity for frame in state.loops}
        waiting = any(a.loop is None and not a.filled for a in state.accumulators.values())
        for pattern in block.loops():
            for line in pattern.lines():
                frame = line.node.state.frames[-1]
                assert isinstance(frame, LoopFrame)
                of = element_of(frame.collection.type)
                useful = waiting or (of is not None and self._parts.of(of))
                if frame.collection.identity not in open_ and (useful or (self._several and frame.size.low > 1)):
                    yield line

    def _branches(self, block: Statements) -> Iterator[Line]:
        for pattern in block.branches():
            for line in pattern.lines():
                frame = line.node.state.frames[-1]
                assert isinstance(frame, BranchFrame)
                condition = frame.condition
                assert isinstance(condition, Predicate)
                if condition.test.compares:
                    if self._compares(block.state, condition):
                        yield line
                    continue
                (tested,) = condition.of
                # What follows a negative test is another arm only behind a `return`, which loops cannot have.
                negative = condition.test in (Test.FALSE, Test.NONE)
                vain = negative and block.state.loops and not self._asks_for_no(block.state, tested)
                if not vain and self._tells_something(block.state, tested):
                    yield line

    def _compares(self, state: State, outcome: Predicate[Value]) -> bool:
        """Whether a rule can make use of a comparison; in a loop, only of one that comes out as the rule asks."""
        if any(comparison.asked(outcome) for comparison in self._comparisons):
            return True
        other = not state.loops or outcome.test in POSITIVE
        return other and any(comparison.asked(outcome.negated) for comparison in self._comparisons)

    def _asks_for_no(self, state: State, tested: Value) -> bool:
        """Whether a rule may ask for something where a test comes out negative."""
        told = any(facet.learns(at, Predicate(Test.FALSE, (tested,))) for at, facet in self._waiting)
        return told or any(facet.decides(at.state(state), tested) for at, facet in self._deciding)

    def _tells_something(self, state: State, tested: Value) -> bool:
        """Whether somebody can use the outcome of a test."""
        if isinstance(tested.type, Optional):
            if self._parts.of(tested.type.inner):
                return True
        elif any(learns(at, facet, Predicate(Test.TRUE, (tested,))) for at, facet in self._waiting):
            return True
        return any(facet.decides(at.state(state), tested) for at, facet in self._deciding)

    # ------------------------------------------------------------ accumulators

    def _creations(self, block: Statements) -> Iterator[Line]:
        """New accumulators of a kind that is taken, as many as are taken; any that may carry values between loops."""
        unfilled = [a.is_map for a in block.state.accumulators.values() if not a.filled]
        for pattern in block.creations():
            for line in pattern.lines():
                assert isinstance(line.move, CreateMove)
                is_map = line.move.is_map
                taken = sum(isinstance(c, MapOf) == is_map for c in self._collections)
                if unfilled.count(is_map) < (taken or self._splits):
                    yield line

    def writes(self, block: Statements) -> Iterator[Line]:
        """Writes of a type that is taken into accumulators that need more."""
        state = block.state
        for slot in state.writable:
            for pattern in block.writes(slot) if self._needs_more(state.accumulators[slot]) else ():
                subtask = pattern.subtask
                if subtask is None:
                    lines = pattern.lines()
                elif subtask.name in self._asked_for.subtasks:
                    lines = pattern.lines(among=self._distinguished(state, pattern))
                else:
                    continue
                yield from (line for line in lines if self._is_taken(line.node.state.accumulators[slot].type))

    def _needs_more(self, acc: Accumulator) -> bool:
        return not acc.filled or any(
            isinstance(c, MapOf) == acc.is_map and size_of(c).low > acc.size.low for c in self._collections
        )

    def _is_taken(self, of: Type) -> bool:
        """Whether a type, apart from its size, is one that somebody takes."""
        if self._splits:
            return True
        for wanted in self._collections:
            match of, wanted:
                case ListOf(a), ListOf(b):
                    taken = is_subtype(a, b)
                case MapOf(k, v), MapOf(l, w):
                    taken = is_subtype(k, l) and is_subtype(v, w)
                case _:
                    taken = False
            if taken:
                return True
        return False


def waits_for_loop(state: State) -> bool:
    """Whether an accumulator of the innermost block waits for its loop: what else there is to do can come before it."""
    depth = len(state.frames)
    return any(a.loop is None and not a.filled and a.depth == depth for a in state.accumulators.values())


def learns(at: Place[object, object], facet: AnyFacet, outcome: Predicate[Value]) -> bool:
    """Whether a rule learns something from a test that comes out like this, or the other way."""
    return bool(facet.learns(at, outcome) or facet.learns(at, outcome.negated))
