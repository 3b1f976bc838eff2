"""What a facet tells those who look for compositions: bounds, what is of no use, and estimates."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from p2c_dsl.machine.facts import Fact
from p2c_dsl.machine.state import Accumulator, State, Value
from p2c_dsl.spec import Subtask

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


class Guidance(Generic[S, M]):
    """A facet's part in decoding, planning and repair. What a facet does not say is never wrong."""

    # ------------------------------------------------------------ what is certain: the decoder refuses by it

    def needed(self, own: S, state: State) -> tuple[frozenset[str], ...]:
        """Sets of subtasks: at least one of each set must still be called before the composition may complete."""
        return ()

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

    def untested(self, at: Place[S, M], state: State, subtask: Subtask) -> bool:
        """Whether a call of `subtask` needs the outcome of a test that is not known yet; `learns` says of which."""
        return False

    def tells_apart(self, at: Place[S, M], state: State, subtask: Subtask, parameter: int, value: Value) -> Hashable:
        """What of an argument matters to the rule: of those that are alike for all rules, any may be passed."""
        return None

    def splits_loops(self) -> bool:
        """Whether the rule may forbid two calls in one loop that it allows in two loops, one after the other."""
        return False

    # ------------------------------------------------------------ estimates

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
