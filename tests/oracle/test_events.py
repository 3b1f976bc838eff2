"""The oracle on counts, order and guards: a run that breaks each rule, and one that does not."""

from __future__ import annotations

from p2c_dsl import program
from tests.oracle.recorder import ANN, BOB, Run


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
