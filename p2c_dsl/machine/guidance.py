"""What a facet tells those who look for compositions: bounds, what is of no use, and estimates."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from p2c_dsl.machine.facts import Fact, Facts
from p2c_dsl.machine.identity import Identity, number_of
from p2c_dsl.machine.state import Accumulator, State, Value
from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.ranges import NumberRange
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Type, is_subtype

S = TypeVar("S")
"""A facet's own state: immutable and hashable."""
M = TypeVar("M")
"""A facet's mark of a value, which is what it knows about the value: immutable and hashable."""


@dataclass(frozen=True, slots=True)
class Place(Generic[S, M]):
    """Where the machine keeps a facet's own state and marks: at `index` among those of all facets."""

    index: int

    def state(self, state: State) -> S:
        """The facet's own part of a state."""
        own: S = state.facets[self.index]
        return own

    def mark(self, value: Value | Accumulator) -> M:
        """The facet's own mark of a value."""
        mark: M = value.marks[self.index]
        return mark


class Due(NamedTuple):
    """What a rule still asks for: a call of one of some subtasks.

    Attributes:
        group: The subtasks.
        collections: The value numbers of collections whose elements it is for: each needs a loop, outermost first.
        tests: What has to be found out before, by tests.
        depth: How many blocks are open where it is to be done: it would be in vain in a further one that is open.
        values: The value numbers of the keys. That of an element is the slot which its loop's variable would get.
    """

    group: frozenset[str]
    collections: tuple[Identity, ...] = ()
    tests: tuple[Fact, ...] = ()
    depth: int = 0
    values: tuple[Identity, ...] = ()


Arguments = Mapping[int, Identity]
"""The value numbers of some of a call's arguments, by the places of the parameters."""


class Comparand(NamedTuple):
    """The values on one side of a comparison: those of a type (in a field of that name), or some constants.

    Constants are told by their value number, or by the numbers that they may be.
    """

    type: Type
    field: str | None = None
    constant: Identity | None = None
    numbers: NumberRange | None = None

    @property
    def is_constant(self) -> bool:
        """Whether only constants stand on this side."""
        return self.constant is not None or self.numbers is not None

    def covers(self, value: Value) -> bool:
        """Whether a value may stand on this side."""
        if self.constant is not None:
            return value.identity == self.constant
        if self.numbers is not None:
            return number_of(value.identity) in self.numbers
        return is_subtype(value.type, self.type) and (self.field is None or is_field(value.identity, self.field))


class Compared(NamedTuple):
    """The comparisons that a rule can make use of: the test that it asks for, between a left and a right side."""

    test: Test
    left: Comparand
    right: Comparand

    def asked(self, outcome: Predicate[Value]) -> bool:
        """Whether a comparison has come out as the rule asks."""
        one, other = outcome.of
        if self.test in _IMPLIED[outcome.test] and self.left.covers(one) and self.right.covers(other):
            return True
        return self.test in _IMPLIED[_SWAPPED[outcome.test]] and self.left.covers(other) and self.right.covers(one)


_IMPLIED = {
    Test.LESS: (Test.LESS, Test.AT_MOST, Test.DIFFERENT),
    Test.GREATER: (Test.GREATER, Test.AT_LEAST, Test.DIFFERENT),
    Test.EQUAL: (Test.EQUAL, Test.AT_MOST, Test.AT_LEAST),
    **{test: (test,) for test in (Test.AT_MOST, Test.AT_LEAST, Test.DIFFERENT)},
}
_SWAPPED = {
    Test.LESS: Test.GREATER,
    Test.GREATER: Test.LESS,
    Test.AT_MOST: Test.AT_LEAST,
    Test.AT_LEAST: Test.AT_MOST,
    **{test: test for test in (Test.EQUAL, Test.DIFFERENT)},
}


def is_field(identity: Identity, name: str) -> bool:
    """Whether a value number is that of a field with this name."""
    return isinstance(identity, tuple) and identity[:1] + identity[2:] == ("field", name)


class Guidance(Generic[S, M]):
    """A facet's part in decoding, planning and repair. What a facet does not say is never wrong."""

    # ------------------------------------------------------------ what is certain: the decoder refuses by it

    def needed(self, own: S, state: State) -> tuple[frozenset[str], ...]:
        """Sets of subtasks: at least one of each set must still be called before the composition may complete."""
        return ()

    def hopeless(self, own: S) -> bool:
        """Whether no composition that begins like this can be accepted."""
        return False

    def room(self, own: S) -> int | None:
        """How many further steps are allowed, `None` without a limit."""
        return None

    def forbids_loop(self, outer: int) -> bool:
        """Whether a loop inside `outer` loops is forbidden."""
        return False

    def forbids_branch(self, outer: int) -> bool:
        """Whether a branch inside `outer` branches is forbidden."""
        return False

    def exhausted(self, own: S, state: State, subtask: Subtask) -> bool:
        """Whether every further call of `subtask` on a path through this state would be objected to."""
        return False

    def prerequisites(self, at: Place[S, M], state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        """Sets of subtasks: at least one of each set must be called before `subtask` may be."""
        return ()

    def brings(self, subtask: Subtask) -> frozenset[str]:
        """The subtasks of which one must be called after any call of `subtask`, unless the rule `spares` some key."""
        return frozenset()

    def spares(self, state: State) -> bool:
        """Whether what the rule asks for once a call has been made (`brings`) has been waived for some key."""
        return False

    # ------------------------------------------------------------ what a cheapest composition has no use for

    def limits(self, subtask: Subtask) -> bool:
        """Whether the rule may come to forbid all further calls of a subtask, see `exhausted`."""
        return False

    def missing(self, own: S) -> int:
        """How often what `needed` names must still happen: more than once may be had by one call in a loop."""
        return 1

    def progresses(self, before: S, after: S, gained: frozenset[Fact]) -> bool:
        """Whether a call has come closer to what the rule asks for or waits for; `gained` are the new facts.

        A cheapest composition has no call that makes progress for no rule and gives nothing new.
        """
        return False

    def eased_by(self, subtask: Subtask) -> frozenset[str]:
        """Subtasks of which an earlier call may make the rule allow a call of `subtask`, though it need not be made."""
        return frozenset()

    def untested(self, at: Place[S, M], state: State, subtask: Subtask) -> bool:
        """Whether a call of `subtask` needs the outcome of a test that is not known yet; `learns` says of which."""
        return False

    def avoids_test(self, subtask: Subtask) -> bool:
        """Whether a call with the right values needs no test, though the rule may ask for one (`untested`)."""
        return False

    def comparisons(self) -> tuple[Compared, ...]:
        """The comparisons of values that can make the rule allow a call. Planners write no others."""
        return ()

    def decides(self, own: S, value: Value) -> bool:
        """Whether the outcome of a test of a value can settle what the rule asks for."""
        return False

    def tells_apart(self, at: Place[S, M], state: State, subtask: Subtask, parameter: int, value: Value) -> Hashable:
        """What of an argument matters to the rule: of those that are alike for all rules, any may be passed."""
        return value.identity if parameter in self.key_parameters(subtask) else None

    def asks_for(self, subtask: Subtask) -> bool:
        """Whether a call of `subtask` does for certain what the rule asks for, or waits for."""
        return False

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        """The parameters of a subtask that decide for which keys events happen, so that a certain value is passed."""
        return frozenset()

    def splits_loops(self) -> bool:
        """Whether the rule may forbid two calls in one loop that it allows in two loops, one after the other."""
        return False

    # ------------------------------------------------------------ estimates

    def dues(self, at: Place[S, M], state: State) -> tuple[Due, ...]:
        """What the rule still asks for, as far as it depends on keys; what does not is in `needed`."""
        return ()

    def passed(self, due: Due, subtask: Subtask) -> Arguments:
        """What a call of a subtask has to be passed, as far as that is certain, to do what the rule says is due."""
        return {}

    def refuted(self, at: Place[S, M], state: State, subtask: Subtask, arguments: Arguments) -> bool:
        """Whether what has been found out speaks against a call with these arguments."""
        return False

    def due_before(self, facts: Facts, subtask: Subtask, arguments: Arguments) -> tuple[Due, ...]:
        """What is still to be done before a call with these arguments, with what keys."""
        return ()

    def most_calls(self, subtask: Subtask) -> int | None:
        """How often a subtask may be called in a run at most, `None` without a limit."""
        return None

    def closes(self, subtask: Subtask) -> bool:
        """Whether a call of a subtask in a loop forbids calls of others (`closed`) in that loop."""
        return False

    def closed(self, subtask: Subtask) -> bool:
        """Whether calls of a subtask are forbidden in the loops of others (`closes`)."""
        return False

    def only_later(self, own: S, state: State, subtask: Subtask) -> bool:
        """Whether calls of a subtask are objected to until the open loops are closed."""
        return False

    def judges(self, subtask: Subtask, parameter: int) -> bool:
        """Whether the rule decides by its origin which value of a fitting type may be passed."""
        return False

    def judges_result(self) -> bool:
        """Whether the rule decides by its origin which value of a fitting type the task may return."""
        return False

    def accepts(self, at: Place[S, M], value: Value | Accumulator) -> bool:
        """Whether a value, or a part of it, may be passed for a parameter that the rule judges."""
        return True

    def supplies(self, subtask: Subtask) -> bool:
        """Whether the results of a subtask may be passed for a parameter that the rule judges."""
        return True

    def serves(self, at: Place[S, M], own: S, old: Value, new: Value) -> bool:
        """Whether the rule allows an old value wherever it allows a new result of the same type and size."""
        return at.mark(old) == at.mark(new)

    # ------------------------------------------------------------ keys

    def key(self, own: S, state: State) -> Hashable:
        """The part of the own state that can still change a verdict; the decoder merges states with equal keys."""
        return own

    def mark_key(self, mark: M) -> Hashable:
        """The part of a mark that can still change a verdict."""
        return mark
