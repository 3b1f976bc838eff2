"""The part that `at most`, `at least`, `exactly` and `cost` share: one running count."""

from __future__ import annotations

from typing import Any

from p2c_dsl.machine.facet import CallSite, Violation
from p2c_dsl.machine.state import State
from p2c_dsl.rules.base import NO_ARGUMENT, Event, Rule
from p2c_dsl.rules.multiplicity import ZERO, Count, add, exceeds, rounds, times
from p2c_dsl.spec import Subtask


class Counted(Rule):
    """A rule over how often an event happens in all; subclasses set the limits."""

    event: Event
    least: int | None = None
    most: int | None = None
    surely: frozenset[str] = frozenset()
    """The subtasks whose calls are the event for certain."""

    def weight(self, call: CallSite) -> Count:
        """How much one execution of the call adds."""
        occurrences = self.event.occurrences(call.subtask)
        return Count(sum(o.certain for o in occurrences), len(occurrences))

    def start(self) -> Count:
        return ZERO

    def call(self, own: Count, state: State, call: CallSite, out: list[Violation]) -> Count:
        weight = self.weight(call)
        if weight.high == 0:
            return own
        loops = state.loops
        often = rounds(loops)
        after = own.plus(weight.low * often.low, times(weight.high, often.high))
        if self.most is not None and exceeds(after.high, self.most):
            # Each call that goes beyond is told, so that none hides behind another that is suppressed.
            out.append(Violation(self, self.code, ("most", own.high, after.high, loops)))
        return after

    def join(self, then: Count, orelse: Count) -> Count:
        return then.join(orelse)

    def finish(self, own: Count, state: State, out: list[Violation]) -> None:
        exceeded = self.most is not None and exceeds(own.high, self.most)
        if self.least is not None and own.low < self.least and not exceeded:
            out.append(Violation(self, self.code, ("least", own.low)))

    def exhausted(self, own: Count, state: State, subtask: Subtask) -> bool:
        weight = len(self.event.occurrences(subtask))
        return self.most is not None and weight > 0 and exceeds(add(own.high, weight), self.most)

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def needed(self, own: Count, state: State) -> tuple[frozenset[str], ...]:
        missing = self.least is not None and own.low < self.least
        return (self.surely,) if missing else ()

    def key(self, own: Count, state: State) -> Any:
        low = 0 if self.least is None else min(own.low, self.least)
        if self.most is None:
            return low
        return low, (self.most + 1 if own.high is None else min(own.high, self.most + 1))
