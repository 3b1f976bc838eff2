"""The search finds plans in which something has to be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.planners import SearchPlanner
from p2c_dsl.resolve import load_text

LIMIT = """
constant most: Int = 5
effect settled
subtask ask() -> Int
subtask refund(amount: Int):
    does settled
subtask decline(amount: Int):
    does settled
task pay():
    refund.amount <= 5
    decline.amount >= most
    *.amount from ask
    exactly 1 settled
    exactly 1 ask
"""
TOTAL = """
record Order:
    total: Int
effect settled
subtask ask() -> Int
subtask refund(order: Order, amount: Int):
    does settled
subtask decline(order: Order, amount: Int):
    does settled
task pay(order: Order):
    refund.amount <= refund.order.total
    decline.amount >= decline.order.total
    *.amount from ask
    exactly 1 settled
    exactly 1 ask
"""
MEMBER = """
enum Status:
    open
    closed
    lost
record Order:
    status: Status
effect settled(Order)
subtask refund(order: Order):
    does settled(order)
subtask reject(order: Order):
    does settled(order)
task pay(orders: Set[Order] <= 5):
    refund.order.status == Status.open
    reject.order.status != Status.open
    exactly 1 settled per Order in orders
"""
TWO_READS = """
type Item
effect rework(Item)
subtask pick(hint: Text) -> Item
subtask exchange(item: Item):
    does rework(item)
task t(first: Text, second: Text):
    at most 1 rework per Item
    at least 1 rework per Item in pick
    at least 2 pick
"""


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (LIMIT, "if number <= most:"),
        (TOTAL, "if number <= order.total:"),
        (MEMBER, "if order.status == Status.open:"),
        (TWO_READS, "if item != item2:"),
    ],
    ids=["a limit", "a total", "a member", "two reads"],
)
def test_what_decides_is_compared(text: str, condition: str) -> None:
    spec = load_text(text, "spec.p2c", Path()).spec
    (task,) = spec.tasks.values()
    plan = SearchPlanner().plan(spec, task)
    assert condition in plan
    assert not lint_text(f"{text}\n{plan}\n", "plan.p2c", Path()).diagnostics


def test_where_bounds_decide_nothing_is_compared() -> None:
    spec = load_text(LIMIT.replace("ask() -> Int", "ask() -> Int <= 5"), "spec.p2c", Path()).spec
    (task,) = spec.tasks.values()
    assert "if" not in SearchPlanner().plan(spec, task)
