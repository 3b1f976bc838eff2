"""Rules that name tools are said of the parts that make their calls, and of no others."""

from __future__ import annotations

import pytest

from p2c_dsl.planners.figure2.translation import Recomposition, recomposition
from tests.planners.figure2.test_translation import lines, parts, said, shop


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("at least 1 draft per Order in orders", "at least 1 call_of_draft per Order in orders"),
        ("check(order) then pay", "find_bool ( order ) then pay"),
        ("refund then check per Order", "call_of_refund then call_of_check per Order"),
        ("exactly 1 pay per Order in orders unless send", "exactly 1 pay per Order in orders unless call_of_send"),
        ("return from draft", "return from find_note"),
    ],
)
def test_a_tool_is_named_by_its_calls_and_by_the_part_that_gives_its_result(rule: str, told: str) -> None:
    assert said("find_bool", "find_note", "do_pay", "do_tell", rules=(rule,))[0] == told


def made_of(*names: str, rules: tuple[str, ...]) -> Recomposition:
    spec, task = shop(*rules)
    return recomposition(spec, task, parts(spec, task, *names))


def test_a_part_that_ignores_the_answer_that_its_own_check_gives_is_left_out() -> None:
    assert said("do_perhaps_pay", rules=("check(order) then pay",)) == []
    made = made_of("do_perhaps_pay", rules=("not check(order) then tell",))
    assert set(made.left_out) == {"do_perhaps_pay"}


def test_other_calls_of_a_part_do_not_matter_to_a_rule_on_the_one_that_it_gives_the_answer_of() -> None:
    told = said("find_bool, and more", "do_pay", rules=("pay only if check(order)",))
    assert told == ["do_pay only if find_bool ( order )"]


def test_calls_inside_a_part_count_with_the_arguments_that_it_is_given() -> None:
    made = made_of("do_perhaps_pay", "find_bool", rules=("at least 1 check per Order in orders",))
    assert lines(made.task) == ["at least 1 call_of_check per Order in orders"]
    for part in ("do_perhaps_pay", "find_bool"):
        (use,) = (u for u in made.spec.subtasks[part].effects if u.effect.name == "call_of_check")
        assert use.certain
        assert [key and key.parameter for key in use.arguments] == [0]


def test_a_part_that_calls_a_tool_for_each_element_does_not_show_with_what() -> None:
    made = made_of("find_note_by_order", rules=("at most 1 draft per Order",))
    assert "not visible from outside" in made.left_out["find_note_by_order"]
    made = made_of("find_note_by_order", rules=("at least 1 draft per Order in orders",))
    assert not made.spec.subtasks["find_note_by_order"].effects


def test_what_must_come_before_keeps_its_key() -> None:
    made = made_of("find_bool", "do_pay", "do_perhaps_pay", rules=("check before pay per Order",))
    assert lines(made.task) == ["call_of_check before needs_0 per Order"]
    needing = [name for name, s in made.spec.subtasks.items() if any(u.effect.name == "needs_0" for u in s.effects)]
    assert needing == ["do_pay"]


def test_what_a_part_does_by_itself_afterwards_is_not_asked_for_again() -> None:
    made = made_of("do_pay", "do_pay_to_find_bool", "find_bool", rules=("pay then check per Order",))
    assert lines(made.task) == ["owes_0 then call_of_check per Order"]
    owing = [name for name, s in made.spec.subtasks.items() if any(u.effect.name == "owes_0" for u in s.effects)]
    assert owing == ["do_pay"]


def test_elements_of_a_result_are_those_of_the_part_that_gives_it() -> None:
    told = said("find_order_set", "do_pay", rules=("exactly 1 pay per Order in open_orders",))
    assert told == ["exactly 1 pay per Order in find_order_set", "at most 1 pay per Order"]
    assert said("do_pay", rules=("exactly 1 pay per Order in open_orders",)) == ["at most 1 pay per Order"]


def test_where_no_part_gives_what_is_to_be_returned_there_is_no_composition() -> None:
    assert said("do_pay", rules=("return from draft",)) == ["at least 1 missing_0"]


def test_a_check_of_any_value_is_one_of_the_part() -> None:
    assert said("find_bool", "do_pay", rules=("pay only if check(_)",)) == ["do_pay only if find_bool ( _ )"]
