"""The oracle on where values come from, where they go, and how often they are consumed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from p2c_dsl import program
from p2c_dsl.syntax import nodes
from tests.oracle.recorder import ANN, BOB, HERE_SPAN, SOUP, Run


def test_provenance_is_the_producers_of_the_very_instance(run: Run) -> None:
    run.settle(run.call("find", result=ANN))
    assert not run.breaks("settle.user from find")
    assert run.breaks("settle.user from other, inputs")


@pytest.mark.parametrize("sources", ["user", "inputs", "find, user"])
def test_inputs_are_sources_by_name_or_all_together(run: Run, sources: str) -> None:
    run.settle(run.user)
    assert not run.breaks(f"settle.user from {sources}")
    assert run.breaks("settle.user from order") and run.breaks("settle.user from constants")


def test_parts_come_from_where_the_whole_does(run: Run) -> None:
    run.settle(run.field(run.order, "user"))
    run.loop(run.call("find_all", result=(ANN,)))
    run.settle(run.round(ANN))
    assert not run.breaks("settle.user from order, find_all")
    assert run.breaks("settle.user from order") and run.breaks("settle.user from find_all")


def test_named_constants_are_sources_and_free_literals_are_not(run: Run) -> None:
    run.call("note", run.constant("a"))
    assert not run.breaks("note.text from constants")
    run.call("note", run.constant("a", free=True))
    assert run.breaks("note.text from constants")


def test_a_default_is_not_judged(run: Run) -> None:
    run.call("note", None)
    assert not run.breaks("note.text from find")


def test_a_list_accumulator_is_judged_element_by_element(run: Run) -> None:
    found = run.accumulator(is_map=False)
    run.write(found, run.call("find", result=ANN))
    run.write(found, run.user)
    run.loop(found)
    run.settle(run.round(ANN))
    assert not run.breaks("settle.user from find")
    run.settle(run.round(ANN))
    assert run.breaks("settle.user from find") and not run.breaks("settle.user from find, user")


def test_a_map_accumulator_keeps_keys_and_values_apart(run: Run) -> None:
    found = run.accumulator(is_map=True)
    run.write(found, run.call("find", result=BOB), key=run.user)
    run.settle(run.item(found, run.new(ANN), BOB))
    assert not run.breaks("settle.user from find")
    run.loop(found)
    run.settle(run.round(ANN))
    assert run.breaks("settle.user from find") and not run.breaks("settle.user from find, inputs")


def test_an_accumulator_as_a_whole_is_its_values(run: Run) -> None:
    found = run.accumulator(is_map=True)
    run.write(found, run.call("find", result=BOB), key=run.user)
    run.write(found, run.call("other", result=BOB), key=run.new(BOB))
    run.settle(found)
    assert not run.breaks("settle.user from find, other")
    assert run.breaks("settle.user from find")


def test_flow_goes_through_calls_and_parts(run: Run) -> None:
    food = run.call("taste", run.field(run.order, "user"), result=SOUP)
    run.call("cook", food)
    assert run.breaks("no flow from order to cook")
    assert run.breaks("no flow from taste to cook.food")
    assert run.breaks("no flow from User to cook")
    assert not run.breaks("no flow from users to cook")


def test_a_value_is_of_the_type_that_it_turns_out_to_be(run: Run) -> None:
    run.call("cook", run.call("find", result=SOUP))
    assert run.breaks("no flow from Food to cook")
    assert not run.breaks("no flow from Order to cook")


def test_a_via_subtask_washes_its_arguments(run: Run) -> None:
    run.call("cook", run.call("taste", run.user, result=SOUP))
    assert run.breaks("no flow from user to cook")
    assert not run.breaks("no flow from user to cook except via taste")
    assert run.breaks("no flow from taste to cook except via taste")


def test_a_loop_and_a_condition_carry_control(run: Run) -> None:
    run.loop(run.users)
    run.round(ANN)
    run.call("cook", run.call("taste", run.user, result=SOUP))
    run.loop_left()
    assert run.breaks("no flow from users to cook.food")
    run.events = run.events[:3]
    run.tested(run.call("approved", run.user, result=True))
    run.call("find", result=ANN)
    run.branch_left()
    assert run.breaks("no flow from user to find")
    run.call("other", result=ANN)
    assert not run.breaks("no flow from user to other")


def test_control_stays_after_a_branch_that_may_have_returned(run: Run) -> None:
    run.tested(run.call("approved", run.user, result=True), program.Test.FALSE)
    run.branch_left()
    run.call("find", result=ANN)
    returning = nodes.If(
        nodes.Variable(nodes.Name("ok", HERE_SPAN)), (nodes.Return(None, HERE_SPAN),), (), False, HERE_SPAN
    )
    compose = nodes.ComposeDecl(nodes.Name("t", HERE_SPAN), (), (returning,), HERE_SPAN)
    assert run.breaks("no flow from user to find", compose)
    assert not run.breaks("no flow from user to find", replace(compose, body=()))


def test_an_accumulator_depends_on_keys_values_and_the_control_of_its_writes(run: Run) -> None:
    by_key, by_control = run.accumulator(is_map=True), run.accumulator(is_map=False)
    run.write(by_key, run.order, key=run.user)
    run.loop(run.users)
    run.round(ANN)
    run.write(by_control, run.order)
    run.loop_left()
    run.call("cook", by_key)
    run.call("taste", by_control)
    assert run.breaks("no flow from user to cook") and not run.breaks("no flow from users to cook")
    assert run.breaks("no flow from users to taste") and not run.breaks("no flow from user to taste")


def test_an_effect_as_a_source_means_the_results_of_its_performers(run: Run) -> None:
    run.tested(run.call("tip", run.user, result=True))
    run.call("find", result=ANN)
    assert run.breaks("no flow from pay to find")
    assert not run.breaks("no flow from pay to approved")


def test_tree_forbids_consuming_a_produced_value_twice(run: Run) -> None:
    found = run.call("find", result=ANN)
    run.settle(found)
    run.settle(run.user)
    run.settle(run.user)
    assert not run.breaks("shape tree")
    run.done(found)
    assert run.breaks("shape tree") and not run.breaks("shape dag")


def test_testing_is_not_consuming(run: Run) -> None:
    check = run.call("approved", run.user, result=True)
    run.tested(check)
    run.branch_left()
    run.tested(check)
    run.call("cook", check)
    assert not run.breaks("shape tree")


def test_a_whole_and_its_part_are_one_value(run: Run) -> None:
    order = run.call("find", result=run.order.value)
    run.settle(run.field(order, "user"))
    run.call("cook", run.field(order, "food"))
    assert not run.breaks("shape tree")
    run.settle(run.field(order, "user"))
    assert run.breaks("shape tree")
    run.events = run.events[:-2]
    run.done(order)
    assert run.breaks("shape tree")


def test_a_loop_consumes_the_collection_and_yields_its_elements(run: Run) -> None:
    everyone = run.call("find_all", result=(ANN, BOB))
    run.loop(everyone)
    run.settle(run.round(ANN))
    element = run.round(BOB)
    run.settle(element)
    assert not run.breaks("shape tree")
    run.settle(element)
    assert run.breaks("shape tree")


def test_two_loops_over_one_produced_collection_are_two_uses(run: Run) -> None:
    everyone = run.call("find_all", result=())
    for _ in range(2):
        run.loop(everyone)
        run.loop_left()
    assert run.breaks("shape tree")


def test_an_accumulator_is_produced_once_something_produced_is_in_it(run: Run) -> None:
    kept, plain = run.accumulator(is_map=False), run.accumulator(is_map=False)
    found = run.call("find", result=ANN)
    run.write(kept, found)
    run.write(plain, run.user)
    run.call("cook", plain)
    run.call("cook", plain)
    run.call("cook", kept)
    assert not run.breaks("shape tree")
    run.call("cook", kept)
    assert run.breaks("shape tree")


def test_equal_keys_look_up_one_part(run: Run) -> None:
    whole = run.call("find_all", result={ANN: SOUP})
    run.call("cook", run.item(whole, run.user, SOUP))
    assert not run.breaks("shape tree")
    run.call("cook", run.item(whole, run.new(ANN), SOUP))
    assert run.breaks("shape tree")
