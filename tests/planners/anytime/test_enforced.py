"""Plans under enforced rules: proved where that can be, and otherwise still for what the rules ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.planners import SearchPlanner
from p2c_dsl.resolve import load_text

SPEC = """\
type User
type Order
effect send(User)
effect pay(Order)
subtask mail(user: User):
    does send(user)
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
subtask probe(order: Order):
    may pay(order)
task t(users: Set[User], few: Set[User] <= 2, order: Order):
    {}
"""


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        (["enforced at most 3 send", "enforced at least 1 send per User in few"], []),
        (["enforced at most 3 send", "enforced at least 1 send per User in users"], ["at most 3 send"]),
        (["enforced pay only if approved(order)", "at least 1 pay"], ["pay only if approved(order)"]),
        (["enforced pay before refund", "at least 1 refund", "at most 1 refund"], ["pay before refund"]),
    ],
    ids=["all proved", "what is asked for", "a guard", "a may effect makes it possible"],
)
def test_as_little_as_possible_is_left_to_the_monitor(rules: list[str], left: list[str]) -> None:
    text = SPEC.format("\n    ".join(rules))
    spec = load_text(text, "spec.p2c", Path()).spec
    plan = SearchPlanner().plan(spec, spec.tasks["t"])
    report = lint_text(text + plan, "plan.p2c", Path())
    assert report.accepted, plan
    assert [d.rule for d in report.diagnostics if d.rule is not None and d.code == "P2C801"] == [
        f"enforced {rule}" for rule in left
    ]
