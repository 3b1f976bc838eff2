"""The events that may have happened, for `no B after A` and `not both A, B`.

`past` holds the events that some path to here may have done, each with the test outcomes under which it
happened, so that the two arms of a condition are kept apart. `rounds` holds, for each open loop, the events anywhere
in its body: an earlier iteration may have done them, and a later one will come after them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from p2c_dsl.machine.facts import NOTHING, Fact, Facts, outliving, tested
from p2c_dsl.machine.state import BranchFrame, State

Past = frozenset[tuple[str, frozenset[Fact]]]
NO_PAST: Past = frozenset()
_MOST_RECORDS = 12


@dataclass(frozen=True, slots=True)
class History:
    """The events that a facet follows, so far."""

    past: Past = NO_PAST
    rounds: tuple[Past, ...] = ()

    def happened(self, event: str, state: State) -> bool:
        """Whether some path to here, or an earlier iteration of an open loop, may have done the event."""
        return _compatible(self.past, event, state.facts) or self.in_round(event, state)

    def in_round(self, event: str, state: State) -> bool:
        """Whether another iteration of an open loop may do the event."""
        return any(
            _compatible(done, event, state.facts)
            for done, frame in zip(self.rounds, state.loops, strict=True)
            if frame.repeats
        )

    def record(self, event: str, state: State) -> History:
        """The event happens here."""
        conditions = _conditions(state)
        rounds = tuple(
            _least(done | {(event, outliving(conditions, frame.first))})
            for done, frame in zip(self.rounds, state.loops, strict=True)
        )
        return History(_least(self.past | {(event, conditions)}), rounds)

    def enter_loop(self) -> History:
        return replace(self, rounds=(*self.rounds, NO_PAST))

    def exit_loop(self) -> History:
        return History(self.past, self.rounds[:-1])

    def forget(self, first: int) -> History:
        """Without conditions on slots from `first` on."""
        kept = frozenset((event, outliving(conditions, first)) for event, conditions in self.past)
        return self if kept == self.past else replace(self, past=_least(kept))

    def enter_else(self, before: History) -> History:
        return History(before.past, self.rounds)

    def join(self, orelse: History) -> History:
        return History(_least(self.past | orelse.past), orelse.rounds)


def _conditions(state: State) -> frozenset[Fact]:
    """The outcomes of the tests that a step is under."""
    return frozenset(
        tested(f.test if f.then is None else f.test.opposite, f.tested.identity)
        for f in state.frames
        if isinstance(f, BranchFrame)
    )


def _compatible(past: Past, event: str, facts: Facts) -> bool:
    return any(name == event and not facts.refutes(conditions) for name, conditions in past)


def _least(past: Past) -> Past:
    """Without the events that another record of them, under fewer conditions, already covers.

    An event recorded under very many conditions counts as happening under any.
    """
    crowded = {e for e, n in Counter(event for event, _ in past).items() if n > _MOST_RECORDS}
    past = frozenset((e, NOTHING if e in crowded else conditions) for e, conditions in past)
    return frozenset(
        (event, conditions)
        for event, conditions in past
        if not any(event == other and weaker < conditions for other, weaker in past)
    )
