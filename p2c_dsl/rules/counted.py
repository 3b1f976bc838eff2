"""Shared by `at most`, `at least`, `exactly` and `cost`: one running count."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from p2c_dsl.bounds import add, times
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.facts import Fact
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import NO_ARGUMENT, Rule
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.multiplicity import (
    ZERO,
    Count,
    exceeds,
    loop_notes,
    polynomial,
    rounds,
)
from p2c_dsl.rules.parts import Waiver
from p2c_dsl.rules.read_as import event_read, waiver_read
from p2c_dsl.rules.words import but_allowed, times_words
from p2c_dsl.rules.worst_run import Budget, Demand, Distinct
from p2c_dsl.spec import Spec, Subtask


class Often(NamedTuple):
    """How often an event has happened: possibly, and certainly; and whether it need not happen."""

    most: int = 0
    sure: int = 0
    waived: bool = False


@dataclass(frozen=True)
class HowOften(Definition[Often]):
    """An event happens at most `most` times in a run, and at least `least` times in one that completes.

    A call that is open, that failed, or that does not report its `may` effects counts as having done all of them.
    Where `waiver` has certainly happened, the event need not.
    """

    event: Event
    least: int = 0
    most: int | None = None
    waiver: Waiver | None = None

    def start(self) -> Often:
        return Often()

    def step(self, seen: Often, event: RunEvent) -> Often:
        match event:
            case Started(call) if call.most(self.event):
                most = seen.most + call.most(self.event)
                if self.most is not None and most > self.most:
                    often = f" {times_words(most)}" if self.most else ""
                    raise Broken(f"`{self.event.name}` would happen{often}, {but_allowed(self.most)}")
                return seen._replace(most=most)
            case Completed(call):
                spared = call.most(self.event) - event.most(self.event)
                waived = seen.waived or (self.waiver is not None and bool(list(self.waiver.waives(event))))
                return Often(seen.most - spared, seen.sure + event.sure(self.event), waived)
        return seen

    def end(self, seen: Often) -> None:
        if seen.sure < self.least and not seen.waived:
            often = f"has happened only {times_words(seen.sure)}" if seen.sure else "has not happened"
            needs = f"but the rule requires it at least {times_words(self.least)}"
            raise Broken(f"`{self.event.name}` {often}, {needs}")


@dataclass(frozen=True, eq=False)
class Counted(Rule[Count, None]):
    """A rule over a sum of what calls add to it, between `least` and `most`."""

    least: int | None = None
    most: int | None = None

    @property
    def is_goal(self) -> bool:
        return bool(self.least)

    def weight(self, subtask: Subtask) -> Count:
        """How much one call of a subtask adds."""
        raise TypeError(f"{type(self).__name__} counts nothing")

    def start(self) -> Count:
        return ZERO

    def call(self, at: Place[Count, None], own: Count, state: State, call: CallSite, out: Violations) -> Count:
        weight = self.weight(call.subtask)
        if weight == ZERO:
            return own
        loops = state.loops
        often = rounds(loops)
        after = own.plus(weight.low * often.low, times(weight.high, often.high))
        if weight.high != 0 and self.most is not None and exceeds(after.high, self.most):
            # Each call that exceeds the limit is reported, so that none is hidden by another that is suppressed.
            # Of the calls around it, each has happened as often as its loops run at least; it itself happens once more.
            least = own.low + max(weight.low * (often.low - 1), 0) + (weight.high or 0)
            out.append(self.too_much(own, after, loops, certain=least > self.most))
        return after

    def too_much(
        self, before: Count, after: Count, loops: tuple[LoopFrame, ...], *, certain: bool
    ) -> Violation[Counted]:
        """The objection to a call that exceeds `most`, which it is certain to do where each run has done so much."""
        raise TypeError(f"{type(self).__name__} has no upper limit")

    def join(self, then: Count, orelse: Count) -> Count:
        return then.join(orelse)

    def finish(self, own: Count, state: State, out: Violations) -> None:
        exceeded = self.most is not None and exceeds(own.high, self.most)
        if self.least is not None and own.low < self.least and not exceeded:
            out.append(TooSeldom(self, own.low, own.high))

    def limits(self, subtask: Subtask) -> bool:
        return self.most is not None and self.weight(subtask).high != 0

    def most_calls(self, subtask: Subtask) -> int | None:
        weight = self.weight(subtask).high
        return self.most // weight if self.most is not None and weight else None

    def missing(self, own: Count) -> int:
        return max((self.least or 0) - own.low, 0)

    def progresses(self, before: Count, after: Count, gained: frozenset[Fact]) -> bool:
        return self.missing(after) < self.missing(before)

    def exhausted(self, own: Count, state: State, subtask: Subtask) -> bool:
        weight = self.weight(subtask).high
        return self.most is not None and weight != 0 and exceeds(add(own.high, weight), self.most)

    def only_later(self, own: Count, state: State, subtask: Subtask) -> bool:
        weight = self.weight(subtask).high
        if self.most is None or weight == 0:
            return False
        return exceeds(add(own.high, times(weight, rounds(state.loops).high)), self.most)

    def key(self, own: Count, state: State) -> Hashable:
        low = 0 if self.least is None else min(own.low, self.least)
        if self.most is None:
            return low
        return low, (self.most + 1 if own.high is None else min(own.high, self.most + 1))


@dataclass(frozen=True, eq=False)
class EventCounted(Counted):
    """A rule over how often an event happens in all."""

    event: Event = field(kw_only=True)
    surely: frozenset[str] = frozenset()
    """The subtasks whose calls are the event, or waive it, for certain."""
    waiver: Waiver | None = None

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        return event_read(self.event, spec), *waiver_read(self.waiver, spec)

    def definition(self) -> HowOften:
        return HowOften(self.event, self.least or 0, self.most, self.waiver)

    def weight(self, subtask: Subtask) -> Count:
        occurrences = self.event.occurrences(subtask)
        waives = self.waiver is not None and self.waiver.event.surely(subtask)
        # What waives counts as all that must happen, so that one arm may do the one and another the other.
        low = [o.certain for o in occurrences].count(True) + (self.least or 0 if waives else 0)
        return Count(low, len(occurrences))

    def too_much(self, before: Count, after: Count, loops: tuple[LoopFrame, ...], *, certain: bool) -> TooOften:
        # What waives is counted as if the event had happened.
        return TooOften(self, before.high, after.high, loops, certain and self.waiver is None)

    def asks_for(self, subtask: Subtask) -> bool:
        return bool(self.least) and self.event.surely(subtask)

    def needed(self, own: Count, state: State) -> tuple[frozenset[str], ...]:
        missing = self.least is not None and own.low < self.least
        return (self.surely,) if missing else ()

    # ------------------------------------------------------------ in the worst run

    def line_start(self, distinct: Distinct) -> Count:
        return ZERO

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> Count | None:
        assert isinstance(own, Count)
        weight = self.weight(subtask)
        low = min(own.low + weight.low * often.low, self.least or 0)
        if self.most is None or weight.high == 0:
            return own._replace(low=low)
        high = add(own.high, times(weight.high, often.high))
        return None if exceeds(high, self.most) else Count(low, high)

    def line_minds(self, subtask: Subtask) -> bool:
        return self.weight(subtask) != ZERO

    def line_ends(self, own: Hashable) -> bool:
        assert isinstance(own, Count)
        return own.low >= (self.least or 0)

    def line_harms(self, subtask: Subtask) -> bool:
        return self.most is not None and self.event.happens(subtask)

    def demands(self) -> tuple[Demand, ...]:
        # One call waives them all.
        return (Demand(self.surely, self.least if self.waiver is None else 1),) if self.least else ()

    def budget(self) -> Budget | None:
        if self.most is None:
            return None
        return Budget(self.most, lambda subtask: self.weight(subtask).high or 0)


@dataclass(frozen=True, slots=True, eq=False)
class TooOften(Violation[EventCounted]):
    """Too many events: because of a loop without a bound, a bound that is too large, or calls that add up."""

    before: int | None
    after: int | None
    loops: tuple[LoopFrame, ...]
    surely: bool

    def certain(self, so_far: CallsSoFar) -> bool:
        return self.surely and so_far.possible is not None

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, narrator: Narrator) -> Explanation:
        event, limit = self.facet.event.name, self.facet.most
        count = polynomial(self.loops, narrator)
        earlier = tuple(("it also happens here", span) for span in narrator.calls(event))
        notes = (*loop_notes(self.loops, narrator), *(earlier if self.before else ()))
        if any(f.repeats for f in self.loops):
            often = f" {count} times here" if limit else " here"
            help_ = "move the call out of the loop, or declare a size bound on the collection's type"
        else:
            often = f" {times_words(self.after)} by this point" if limit else " here"
            help_ = f"call it on one path only, {times_words(limit)} in all" if limit else "remove the call"
        return Explanation(f"`{event}` can happen{often}, {but_allowed(limit)}", help_, notes)


@dataclass(frozen=True, slots=True, eq=False)
class TooSeldom(Violation[Counted]):
    """A path on which the event is missing."""

    seen: int
    most: int | None

    def certain(self, so_far: CallsSoFar) -> bool:
        rule = self.facet
        assert isinstance(rule, EventCounted)
        waived = rule.waiver is not None and so_far.may(rule.waiver.event.happens)
        return not waived and not exceeds(self.most, (rule.least or 0) - 1)

    def explain(self, narrator: Narrator) -> Explanation:
        rule = self.facet
        assert isinstance(rule, EventCounted)
        event, needs = rule.event.name, f"but the rule requires it at least {times_words(rule.least)}"
        places = narrator.calls(event)
        unless = "" if rule.waiver is None else f" or `{rule.waiver.event.name}`"
        if not places:
            return Explanation(f"`{event}` never happens, {needs}", f"call a subtask that does `{event}`{unless}")
        notes = tuple(("this may not run at all, or not often enough", span) for span in places)
        often = f"with `{event}` happening only {times_words(self.seen)}" if self.seen else f"without `{event}`"
        return Explanation(
            f"a run can complete {often}, {needs}",
            f"call it{unless} on every path, outside loops over collections that may be empty "
            "(or declare a size bound `>= 1`)",
            notes,
        )
