"""`exactly N E`."""

from __future__ import annotations

from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Explanation, Narrator, Violation
from p2c_dsl.rules.at_least import explain_least
from p2c_dsl.rules.at_most import explain_most
from p2c_dsl.rules.base import Event, Names
from p2c_dsl.rules.counted import Counted
from p2c_dsl.rules.pattern import Match


class Exactly(Counted):
    """`at most N` and `at least N` in one: no run does more, and every run that completes does as many."""

    name = "exactly"
    syntax = "exactly N E"
    pattern = "exactly <count:int> <event:name>"
    summary = "an effect or subtask happens exactly N times in every run that completes, and never more"
    code = "P2C403"
    codes = (
        Code(
            "P2C403",
            "an event can happen too often or too seldom",
            "Some run does the event more often than an `exactly` rule allows, or completes without having done "
            "it that often.",
        ),
    )
    accepted = """
type Order
effect pay(Order) irreversible
subtask refund(order: Order):
    does pay(order)
subtask is_open(order: Order) -> Bool
task settle(order: Order, other: Order):
    exactly 1 pay

compose settle(order, other):
    if is_open(order):
        refund(order)
    else:
        refund(other)
"""
    rejected = """
type Order
effect pay(Order) irreversible
subtask refund(order: Order):
    does pay(order)
subtask is_open(order: Order) -> Bool
task settle(order: Order, other: Order):
    exactly 1 pay

compose settle(order, other):
    if is_open(order):
        refund(order)
"""

    def __init__(self, event: Event, count: int, surely: frozenset[str]) -> None:
        self.event, self.least, self.most, self.surely = event, count, count, surely

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        return cls(event, int(match["count"][0].text), names.sure_performers(event))

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        explain = explain_most if violation.details[0] == "most" else explain_least
        return explain(self, violation, narrator)
