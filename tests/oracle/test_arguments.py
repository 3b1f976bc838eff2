"""The oracle on the values of arguments, and on checks that have to say no."""

from __future__ import annotations

import pytest

from p2c_dsl import program
from tests.oracle.recorder import BOB, Run


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("serve.portions <= 2", False),
        ("serve.portions <= 1", True),
        ("serve.portions >= 3", True),
        ("serve.portions == 2", False),
        ("serve.portions != 2", True),
    ],
)
def test_a_number_is_compared_with_what_the_rule_says(run: Run, line: str, broken: bool) -> None:
    run.call("serve", run.user, run.order, run.new(2))
    assert run.breaks(line) is broken


def test_a_default_is_a_value(run: Run) -> None:
    run.call("serve", run.user, run.order, None)
    assert run.breaks("serve.portions >= 2") and not run.breaks("serve.portions == 1")


def test_a_field_is_compared_with_another_argument_of_the_same_call(run: Run) -> None:
    run.call("serve", run.user, run.order, None)
    assert not run.breaks("serve.order.user == serve.user")
    run.call("serve", run.new(BOB), run.order, None)
    assert run.breaks("serve.order.user == serve.user")


def test_calls_of_other_subtasks_may_have_any_value(run: Run) -> None:
    run.call("note", run.new("hello"))
    assert not run.breaks("serve.portions <= 0")


def test_a_check_that_has_to_say_no_is_tested_to_say_no(run: Run) -> None:
    answer = run.call("approved", run.user, result=False)
    run.tested(answer, program.Test.FALSE)
    run.settle(run.user)
    assert not run.breaks("pay only if not approved(user)") and run.breaks("pay only if approved(user)")


def test_a_check_that_said_yes_is_not_enough_where_it_has_to_say_no(run: Run) -> None:
    answer = run.call("approved", run.user, result=True)
    run.tested(answer)
    run.settle(run.user)
    assert run.breaks("pay only if not approved(user)")
