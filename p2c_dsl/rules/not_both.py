"""`not both A, B`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import NO_ARGUMENT, Names, Rule, RuleError
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.history import History
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.pattern import Match, span_of
from p2c_dsl.rules.worst_run import Distinct
from p2c_dsl.spec import Subtask


class Seen(NamedTuple):
    """How often each of the two may have happened."""

    one: int = 0
    other: int = 0


@dataclass(frozen=True)
class NeverBoth(Definition[Seen]):
    """In a run in which one of the two may have happened, the other does not happen."""

    one: Event
    other: Event

    def start(self) -> Seen:
        return Seen()

    def step(self, seen: Seen, event: RunEvent) -> Seen:
        match event:
            case Started(call):
                after = Seen(seen.one + call.most(self.one), seen.other + call.most(self.other))
                if after != seen and after.one and after.other:
                    raise Broken(f"both `{self.one.name}` and `{self.other.name}` would happen")
                return after
            case Completed(call):
                spared = (call.most(each) - event.most(each) for each in (self.one, self.other))
                return Seen(seen.one - next(spared), seen.other - next(spared))
        return seen


@dataclass(frozen=True, eq=False)
class NotBoth(Rule[History, None]):
    """A run that does one of the two never does the other.

    The two arms of one `if` exclude each other, but not inside a loop, where one iteration may take
    one arm and the next iteration the other. A `may` effect counts as if it happened.
    """

    name = "not-both"
    syntax = "not both A, B"
    pattern = "not both <events:names>"
    summary = "no run does both A and B"
    code = "P2C504"
    codes = (
        Code(
            "P2C504",
            "two events that exclude each other can both happen",
            "Some run does both of the events that a `not both` rule separates.",
        ),
    )
    accepted = """
type Order
effect refund(Order)
effect replace(Order)
subtask pay_back(order: Order):
    does refund(order)
subtask send_again(order: Order):
    does replace(order)
subtask in_stock(order: Order) -> Bool
task settle(order: Order):
    not both refund, replace

compose settle(order):
    if in_stock(order):
        send_again(order)
    else:
        pay_back(order)
"""
    rejected = """
type Order
effect refund(Order)
effect replace(Order)
subtask pay_back(order: Order):
    does refund(order)
subtask send_again(order: Order):
    does replace(order)
subtask in_stock(order: Order) -> Bool
task settle(order: Order):
    not both refund, replace

compose settle(order):
    if in_stock(order):
        send_again(order)
    pay_back(order)
"""

    one: Event
    other: Event

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        tokens = match["events"]
        if len(tokens) != 2 or tokens[0].text == tokens[1].text:
            raise RuleError("`not both` needs two different events", span_of(tokens), "write `not both A, B`")
        return cls(names.event(tokens[0]), names.event(tokens[1]))

    def definition(self) -> NeverBoth:
        return NeverBoth(self.one, self.other)

    def start(self) -> History:
        return History()

    def call(self, at: Place[History, None], own: History, state: State, call: CallSite, out: Violations) -> History:
        happening = [e for e in (self.one, self.other) if e.happens(call.subtask)]
        for event in happening:
            other = self.other if event is self.one else self.one
            if len(happening) == 2 or own.happened(other.name, state):
                out.append(BothHappen(self, event.name, other.name))
                break
        for event in happening:
            own = own.record(event.name, state)
        return own

    # ------------------------------------------------------------ in the worst run

    def line_start(self, distinct: Distinct) -> frozenset[str]:
        """Which of the two may have happened."""
        return frozenset()

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> frozenset[str] | None:
        assert isinstance(own, frozenset)
        happening = {event.name for event in (self.one, self.other) if event.happens(subtask)}
        # What one call does together counts as both.
        after = own | happening
        return None if happening and len(after) == 2 else after

    def line_minds(self, subtask: Subtask) -> bool:
        return self.one.happens(subtask) or self.other.happens(subtask)

    def line_harms(self, subtask: Subtask) -> bool:
        return self.line_minds(subtask)

    # ------------------------------------------------------------ blocks

    def limits(self, subtask: Subtask) -> bool:
        return self.line_minds(subtask)

    def exhausted(self, own: History, state: State, subtask: Subtask) -> bool:
        pairs = (self.one, self.other), (self.other, self.one)
        return any(event.happens(subtask) and own.happened(other.name, state) for event, other in pairs)

    def enter_loop(self, own: History, state: State, frame: LoopFrame, out: Violations) -> History:
        return own.enter_loop()

    def exit_loop(self, at: Place[History, None], own: History, frame: LoopFrame) -> History:
        return own.exit_loop()

    def forget(self, own: History, before: History, first: int) -> History:
        return own.forget(first)

    def enter_else(self, before: History, then: History) -> History:
        return then.enter_else(before)

    def join(self, then: History, orelse: History) -> History:
        return then.join(orelse)


@dataclass(frozen=True, slots=True, eq=False)
class BothHappen(Violation[NotBoth]):
    """One of the two events at a point where the other may have happened."""

    event: str
    other: str

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, narrator: Narrator) -> Explanation:
        notes = tuple((f"`{self.other}` may happen here", s) for s in narrator.calls(self.other))
        message = f"a run can do both `{self.other}` and this `{self.event}`"
        return Explanation(message, "put them in the two arms of one `if`, outside loops", notes)
