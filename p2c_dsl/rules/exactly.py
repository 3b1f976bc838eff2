"""`exactly N E`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.rules.base import Names
from p2c_dsl.rules.counted import EventCounted
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.waiver import pays, read_waiver


@dataclass(frozen=True, eq=False)
class Exactly(EventCounted):
    """Combines `at most N` and `at least N`: no run does more, and every run that completes does that many.

    `unless F`: a run in which F happens, before or after, may do fewer.
    """

    name = "exactly"
    syntax = "exactly N E [unless F]"
    pattern = "exactly <count:int> <event:name> [unless <waiver:name>]"
    summary = "an effect or subtask happens exactly N times in every run that completes, and never more"
    code = "P2C403"
    codes = (
        Code(
            "P2C403",
            "an event can happen too often or not often enough",
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

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event, count = names.event(match["event"][0]), int(match["count"][0].text)
        waiver = read_waiver(match.get("waiver", ()), (), (), names)
        return cls(count, count, event=event, surely=pays(event, waiver, names), waiver=waiver)
