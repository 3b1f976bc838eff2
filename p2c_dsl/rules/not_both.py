"""`not both A, B`."""

from __future__ import annotations

from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import NO_ARGUMENT, Event, Names, Rule, RuleError
from p2c_dsl.rules.history import History
from p2c_dsl.rules.pattern import Match, span_of
from p2c_dsl.spec import Subtask


class NotBoth(Rule):
    """A run that does one of the two never does the other.

    The two arms of one condition exclude each other, but not inside a loop, where one round may take
    one arm and the next round the other. A `may` effect counts as if it happened.
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
            "Some run does both of the events that a `not both` rule keeps apart.",
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

    def __init__(self, one: Event, other: Event) -> None:
        self.events = (one, other)

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        tokens = match["events"]
        if len(tokens) != 2 or tokens[0].text == tokens[1].text:
            raise RuleError("`not both` needs two different events", span_of(tokens), "write `not both A, B`")
        return cls(names.event(tokens[0]), names.event(tokens[1]))

    def start(self) -> History:
        return History()

    def call(self, own: History, state: State, call: CallSite, out: list[Violation]) -> History:
        happening = [e for e in self.events if e.happens(call.subtask)]
        for event in happening:
            other = self.events[event is self.events[0]]
            if len(happening) == 2 or own.happened(other.name, state):
                out.append(Violation(self, self.code, (event.name, other.name)))
                break
        for event in happening:
            own = own.record(event.name, state)
        return own

    def enter_loop(self, own: History, state: State, frame: LoopFrame, out: list[Violation]) -> History:
        return own.enter_loop()

    def exit_loop(self, own: History, frame: LoopFrame) -> History:
        return own.exit_loop()

    def forget(self, own: History, before: History, first: int) -> History:
        return own.forget(first)

    def enter_else(self, before: History, then: History) -> History:
        return then.enter_else(before)

    def join(self, then: History, orelse: History) -> History:
        return then.join(orelse)

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        event, other = violation.details
        notes = tuple((f"`{other}` may happen here", s) for s in narrator.calls(other))
        message = f"a run can do both `{other}` and this `{event}`"
        return Explanation(message, "put the two into the two arms of one `if`, outside loops", notes)
