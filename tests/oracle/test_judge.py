"""The oracle, rule by rule, on traces written by hand: one run that breaks it and one that does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from p2c_dsl import program
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    BranchEntered,
    BranchLeft,
    CallFailed,
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    Event,
    InputGiven,
    Instance,
    LoopEntered,
    LoopLeft,
    Returned,
    RoundStarted,
    Trace,
    Written,
)
from p2c_dsl.spec import Effect, EffectUse, KeyPath, Parameter, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.span import Span
from p2c_dsl.types import BOOL, TEXT, ListOf, MapOf, Nominal, Optional, Record, Type
from tests.generators.rules import rule
from tests.generators.specs import HERE
from tests.oracle import broken_rules, ill_typed
from tests.oracle.values import Atom, Rec

HERE_SPAN = Span(0, 1)
USER, FOOD = Nominal("User"), Nominal("Food")
LIST = ListOf(USER)
ANN, BOB = Atom("User", 0), Atom("User", 1)
SOUP = Atom("Food", 0)


def parameter(name: str, of: Type, default: str | None = None) -> Parameter:
    return Parameter(name, of, HERE, optional=default is not None, default=default)


def subtask(
    name: str,
    parameters: tuple[Parameter, ...] = (),
    result: Type | None = None,
    effects: tuple[EffectUse, ...] = (),
    cost: int = 0,
) -> Subtask:
    return Subtask(name, parameters, result, effects, cost, "", HERE)


PAY = Effect("pay", (USER,), False, HERE)
USER_PARAMETER = (parameter("user", USER),)
SUBTASKS = (
    subtask("settle", USER_PARAMETER, None, (EffectUse(PAY, (KeyPath(0),), True),), cost=2),
    subtask("tip", USER_PARAMETER, None, (EffectUse(PAY, (KeyPath(0),), False),)),
    subtask("approved", USER_PARAMETER, BOOL),
    subtask("find", (), USER),
    subtask("find_all", (), LIST),
    subtask("other", (), USER),
    subtask("taste", (parameter("user", USER),), FOOD),
    subtask("cook", (parameter("food", FOOD),), None),
    subtask("note", (parameter("text", TEXT, "hello"),), None),
)
SPEC = Spec(
    {"User": USER, "Food": FOOD, "Order": Record("Order")},
    {"Order": {"user": USER, "food": Optional(FOOD)}},
    {},
    {"pay": PAY},
    {s.name: s for s in SUBTASKS},
)
PARAMETERS = (parameter("user", USER), parameter("users", LIST), parameter("order", Record("Order")))


class Run:
    """Writes a trace; each method returns the instance that it introduces."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._ids = count()
        self.user = self.given("user", ANN)
        self.users = self.given("users", (ANN, BOB))
        self.order = self.given("order", Rec("Order", (("user", ANN), ("food", SOUP))))

    def new(self, value: object) -> Instance:
        return Instance(next(self._ids), value)

    def given(self, name: str, value: object) -> Instance:
        instance = self.new(value)
        self.events.append(InputGiven(name, instance))
        return instance

    def constant(self, value: object, *, free: bool = False) -> Instance:
        instance = self.new(value)
        self.events.append(ConstantRead(None, free, instance))
        return instance

    def call(
        self,
        name: str,
        *arguments: Instance | None,
        result: object = None,
        effects: tuple[tuple[str, tuple[object, ...]], ...] = (),
        fails: bool = False,
    ) -> Instance:
        self.events.append(CallStarted(name, arguments, False, HERE_SPAN))
        instance = self.new(result)
        if fails:
            self.events.append(CallFailed(name, effects, "failed"))
        else:
            self.events.append(CallFinished(name, effects, instance if result is not None else None))
        return instance

    def settle(self, user: Instance, *, fails: bool = False) -> None:
        self.call("settle", user, effects=(("pay", (user.value,)),), fails=fails)

    def tested(self, instance: Instance, holds: program.Test = program.Test.TRUE) -> None:
        self.events.append(BranchEntered(instance, holds, HERE_SPAN))

    def branch_left(self) -> None:
        self.events.append(BranchLeft())

    def loop(self, collection: Instance) -> None:
        self.events.append(LoopEntered(collection, HERE_SPAN))

    def round(self, value: object) -> Instance:
        instance = self.new(value)
        self.events.append(RoundStarted(instance))
        return instance

    def loop_left(self) -> None:
        self.events.append(LoopLeft())

    def field(self, base: Instance, name: str) -> Instance:
        instance = self.new(getattr(base.value, name))
        self.events.append(Derived(base, name, None, instance))
        return instance

    def item(self, base: Instance, key: Instance, value: object) -> Instance:
        instance = self.new(value)
        self.events.append(Derived(base, None, key, instance))
        return instance

    def accumulator(self, *, is_map: bool) -> Instance:
        instance = self.new(None)
        self.events.append(AccumulatorCreated(is_map, instance, HERE_SPAN))
        return instance

    def write(self, accumulator: Instance, value: Instance, key: Instance | None = None) -> None:
        self.events.append(Written(accumulator.id, key, value, HERE_SPAN))

    def done(self, instance: Instance | None = None) -> None:
        self.events.append(Returned(instance))

    def breaks(self, line: str, compose: nodes.ComposeDecl | None = None) -> bool:
        task = Task("t", PARAMETERS, None, "", {}, (rule(line),), HERE)
        empty = nodes.ComposeDecl(nodes.Name("t", HERE_SPAN), (), (), HERE_SPAN)
        return bool(broken_rules(Trace(tuple(self.events)), SPEC, task, compose or empty))


@pytest.fixture
def run() -> Run:
    return Run()


# ---------------------------------------------------------------- how often


def test_counts_are_of_calls_and_of_the_effects_that_happened(run: Run) -> None:
    run.settle(run.user)
    run.call("tip", run.user)
    run.call("tip", run.user, effects=(("pay", (ANN,)),))
    assert run.breaks("at most 1 pay") and not run.breaks("at most 2 pay")
    assert run.breaks("at most 1 tip") and not run.breaks("at most 2 tip")


def test_effects_of_a_failing_call_count_for_upper_bounds(run: Run) -> None:
    run.settle(run.user, fails=True)
    assert run.breaks("at most 0 pay")
    assert run.breaks("exactly 0 settle")


def test_a_lower_bound_binds_only_runs_that_complete(run: Run) -> None:
    run.settle(run.user)
    assert not run.breaks("at least 2 pay") and not run.breaks("exactly 2 pay")
    run.done()
    assert run.breaks("at least 2 pay") and run.breaks("exactly 2 pay")
    assert not run.breaks("at least 1 pay") and not run.breaks("exactly 1 pay")


def test_counts_per_key_compare_keys_by_value(run: Run) -> None:
    run.settle(run.user)
    run.settle(run.new(BOB))
    assert not run.breaks("at most 1 pay per User") and not run.breaks("at most 1 settle per user")
    run.settle(run.new(ANN))
    assert run.breaks("at most 1 pay per User") and run.breaks("at most 1 settle per user")
    assert not run.breaks("at most 2 pay per User")


def test_a_default_is_a_key_like_any_other(run: Run) -> None:
    run.call("note", None)
    run.call("note", run.constant("hello", free=True))
    assert run.breaks("at most 1 note per text")


def test_costs_add_up(run: Run) -> None:
    run.settle(run.user)
    run.settle(run.user, fails=True)
    assert run.breaks("cost <= 3") and not run.breaks("cost <= 4")


# ---------------------------------------------------------------- order


def test_before_asks_for_an_earlier_completed_call(run: Run) -> None:
    run.settle(run.user)
    assert run.breaks("find before pay")
    assert not run.breaks("pay before find")
    run.call("find", result=ANN)
    assert not run.breaks("pay before find")


def test_what_happens_in_the_same_call_is_not_before(run: Run) -> None:
    run.settle(run.user)
    assert run.breaks("settle before pay")


def test_no_after_looks_back_over_all_earlier_calls(run: Run) -> None:
    run.call("find", result=ANN)
    run.settle(run.user)
    assert not run.breaks("no find after pay")
    run.call("find", result=ANN)
    assert run.breaks("no find after pay")


def test_events_of_one_call_are_not_after_one_another(run: Run) -> None:
    run.settle(run.user)
    assert not run.breaks("no pay after settle")
    run.settle(run.user)
    assert run.breaks("no pay after settle")


def test_not_both_excludes_even_within_one_call(run: Run) -> None:
    assert not run.breaks("not both settle, pay")
    run.call("find", result=ANN)
    assert not run.breaks("not both find, pay")
    run.settle(run.user)
    assert run.breaks("not both find, pay") and run.breaks("not both settle, pay")


# ---------------------------------------------------------------- guards


def test_only_if_needs_a_check_found_true_of_the_same_value(run: Run) -> None:
    check = run.call("approved", run.user, result=True)
    run.tested(check)
    run.settle(run.new(ANN))
    assert not run.breaks("pay only if approved(user)")
    run.settle(run.new(BOB))
    assert run.breaks("pay only if approved(user)")
    assert not run.breaks("pay only if approved(_)")


def test_a_check_that_is_not_tested_or_found_false_guards_nothing(run: Run) -> None:
    check = run.call("approved", run.user, result=False)
    run.tested(check, program.Test.FALSE)
    run.call("approved", run.user, result=True)
    run.settle(run.user)
    assert run.breaks("pay only if approved(user)")


def test_an_answer_is_the_same_value_when_it_comes_out_of_an_accumulator(run: Run) -> None:
    answers = run.accumulator(is_map=True)
    run.write(answers, run.call("approved", run.user, result=True), key=run.user)
    run.write(answers, run.call("approved", run.new(BOB), result=True), key=run.new(BOB))
    run.tested(run.item(answers, run.new(BOB), True))
    run.settle(run.new(BOB))
    assert not run.breaks("pay only if approved(user)")
    run.settle(run.user)
    assert run.breaks("pay only if approved(user)")


def test_a_may_effect_is_guarded_even_when_it_does_not_happen(run: Run) -> None:
    run.call("tip", run.user)
    assert run.breaks("pay only if approved(user)")


# ---------------------------------------------------------------- provenance


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


# ---------------------------------------------------------------- flow


def test_flow_goes_through_calls_and_parts(run: Run) -> None:
    food = run.call("taste", run.field(run.order, "user"), result=SOUP)
    run.call("cook", food)
    assert run.breaks("no flow from order to cook")
    assert run.breaks("no flow from taste to cook.food")
    assert run.breaks("no flow from User to cook")
    assert not run.breaks("no flow from users to cook")


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


# ---------------------------------------------------------------- shape


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


# ---------------------------------------------------------------- text


def name(text: str) -> nodes.Name:
    return nodes.Name(text, HERE_SPAN)


def call(function: str, *arguments: nodes.Expr) -> nodes.Call:
    return nodes.Call(name(function), arguments, (), HERE_SPAN)


def composed(*body: nodes.Statement) -> nodes.ComposeDecl:
    return nodes.ComposeDecl(name("t"), (), body, HERE_SPAN)


def loop(*body: nodes.Statement) -> nodes.For:
    return nodes.For(name("u"), nodes.Variable(name("users")), body, HERE_SPAN)


def branch(body: tuple[nodes.Statement, ...], orelse: tuple[nodes.Statement, ...] = ()) -> nodes.If:
    return nodes.If(nodes.Variable(name("ok")), body, orelse, False, HERE_SPAN)


def do(value: nodes.Expr) -> nodes.Statement:
    return nodes.ExprStatement(value, HERE_SPAN)


FLAT = composed(loop(do(call("settle", nodes.Variable(name("u"))))))
NESTED_CALL = composed(do(call("settle", call("find"))))
NESTED_LOOPS = composed(loop(loop(do(call("find")))))
ELIF = composed(branch((do(call("find")),), (branch((do(call("other")),)),)))


@pytest.mark.parametrize(
    ("line", "kept", "broken"),
    [
        ("shape sequence", FLAT, NESTED_CALL),
        ("shape sequence", FLAT, ELIF),
        ("loops <= 1", FLAT, NESTED_LOOPS),
        ("branches <= 1", composed(*ELIF.body[0].body, *ELIF.body[0].orelse), ELIF),  # type: ignore[attr-defined]
        ("steps <= 2", FLAT, NESTED_LOOPS),
        ("steps <= 2", NESTED_CALL, ELIF),
    ],
)
def test_rules_about_the_program_are_read_off_the_text(
    run: Run, line: str, kept: nodes.ComposeDecl, broken: nodes.ComposeDecl
) -> None:
    assert not run.breaks(line, kept)
    assert run.breaks(line, broken)


def test_steps_count_accumulators_returns_and_writes_of_what_is_no_call(run: Run) -> None:
    empty = nodes.Assign(name("xs"), nodes.EmptyList(HERE_SPAN), HERE_SPAN)
    of_call = nodes.Append(name("xs"), call("find"), HERE_SPAN)
    of_value = nodes.Append(name("xs"), nodes.Variable(name("u")), HERE_SPAN)
    compose = composed(empty, loop(of_call, of_value), nodes.Return(None, HERE_SPAN))
    assert run.breaks("steps <= 4", compose) and not run.breaks("steps <= 5", compose)


# ---------------------------------------------------------------- types


def typing_of(run: Run, result: Type | None = None) -> Any:
    task = Task("t", PARAMETERS, result, "", {}, (), HERE)
    return ill_typed(Trace(tuple(run.events)), SPEC, task)


def test_arguments_and_results_are_checked_against_their_types(run: Run) -> None:
    run.settle(run.user)
    assert typing_of(run) is None
    run.done(run.user)
    assert typing_of(run, USER) is None
    assert typing_of(run, MapOf(USER, USER)) is not None
    run.settle(run.new(SOUP))
    assert typing_of(run) is not None


def test_an_unknown_line_is_no_rule(run: Run) -> None:
    with pytest.raises(ValueError, match="no rule"):
        run.breaks("pay never happens")
