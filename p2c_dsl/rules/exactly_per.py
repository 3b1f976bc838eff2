"""`exactly N E per K in S`."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.rules.at_least_per import AtLeastPer
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.base import AnyRule, Names
from p2c_dsl.rules.event_keys import keys_of
from p2c_dsl.rules.pattern import Match


@dataclass(frozen=True, eq=False)
class ExactlyPer(AtLeastPer):
    """For each element of S, every run that completes does E N times with that element as the key, and none more often.

    It is `at least N E per K in S` and `at most N E per K` in one line: `exactly 1 settle per Order in orders` asks
    that every order is settled, and forbids that one is settled twice. The upper half holds for all keys, in S or not.
    Equal elements are one key: over a List, in which an element may come twice, a plain loop is rejected.

    `unless F` waives only what must happen: where F happens, an order need not be settled, and still never is twice.
    """

    name = "exactly-per"
    syntax = "exactly N E per K in S [unless F]"
    pattern = "exactly <count:int> <event:name> per <key:name> in <range:path> [unless <waiver:name>]"
    summary = "for each element of S, an effect or subtask happens exactly N times in every run that completes"
    code = "P2C406"
    codes = (
        Code(
            "P2C406",
            "an event can be missing for some element",
            "Some run completes without doing the event for every element as often as an `exactly … per … in` rule "
            "requires. (Where it can happen too often for one key, that is P2C404.)",
        ),
    )
    accepted = """
type Order
effect settle(Order) irreversible
effect hold(Order)
subtask pay(order: Order):
    does settle(order)
subtask keep(order: Order):
    does hold(order)
subtask in_order(order: Order) -> Bool
task close(orders: Set[Order]):
    exactly 1 settle per Order in orders unless hold

compose close(orders):
    for order in orders:
        if in_order(order):
            pay(order)
        else:
            keep(order)
"""
    rejected = """
type Order
effect settle(Order) irreversible
effect hold(Order)
subtask pay(order: Order):
    does settle(order)
subtask keep(order: Order):
    does hold(order)
subtask in_order(order: Order) -> Bool
task close(orders: Set[Order]):
    exactly 1 settle per Order in orders unless hold

compose close(orders):
    for order in orders:
        if in_order(order):
            pay(order)
"""

    @classmethod
    def halves(cls, match: Match, names: Names) -> tuple[AnyRule, ...]:
        least = cls.read(match, names)
        of = tuple(keys_of(least.asked, names.spec)[place][1] for place in least.places)
        return least, AtMostPer(least.asked, least.least, least.places, of)
