"""The oracle on what is asked for, and on order with keys: a run that breaks each rule, and one that does not."""

from __future__ import annotations

from tests.oracle.recorder import ANN, BOB, Run


def test_before_of_a_key_asks_for_the_same_key(run: Run) -> None:
    run.call("tip", run.user, effects=(("pay", (ANN,)),))
    run.settle(run.new(BOB))
    assert run.breaks("tip before settle per user") and not run.breaks("tip before settle")
    assert run.breaks("tip before pay per User")


def test_before_of_a_key_is_content_with_any_earlier_call_of_that_key(run: Run) -> None:
    run.call("tip", run.user)
    run.call("tip", run.new(BOB))
    run.settle(run.new(ANN))
    assert not run.breaks("tip before settle per user") and not run.breaks("tip before pay per User")


def test_a_may_effect_that_happened_comes_before_what_follows_it(run: Run) -> None:
    run.call("tip", run.user, effects=(("pay", (ANN,)),))
    run.settle(run.user)
    assert not run.breaks("pay before settle per User")


def test_then_asks_for_a_later_call(run: Run) -> None:
    run.settle(run.user)
    run.call("tip", run.user)
    run.settle(run.user)
    run.done()
    assert run.breaks("settle then tip") and not run.breaks("tip then settle per user")


def test_one_later_call_is_enough_for_all_earlier_ones_of_its_key(run: Run) -> None:
    run.settle(run.user)
    run.settle(run.user)
    run.call("tip", run.user)
    run.done()
    assert not run.breaks("settle then tip per user")


def test_then_of_a_key_asks_for_the_same_key(run: Run) -> None:
    run.settle(run.user)
    run.call("tip", run.new(BOB))
    run.done()
    assert run.breaks("settle then tip per user") and not run.breaks("settle then tip")


def test_a_call_does_not_follow_itself(run: Run) -> None:
    run.settle(run.user)
    run.done()
    assert run.breaks("settle then pay per User") and run.breaks("pay then pay")


def test_a_run_that_does_not_complete_owes_nothing(run: Run) -> None:
    run.settle(run.user)
    run.settle(run.user, fails=True)
    assert not run.breaks("settle then tip") and not run.breaks("at least 3 settle per user in user")


def test_what_waives_does_so_before_and_after_for_its_key_alone(run: Run) -> None:
    run.call("tip", run.user)
    run.settle(run.user)
    run.done()
    assert not run.breaks("settle then taste per user unless tip")
    assert not run.breaks("at least 1 taste per user in user unless settle")
    assert run.breaks("at least 1 taste per user in users unless settle")


def test_what_waives_without_the_key_does_so_for_the_run(run: Run) -> None:
    run.settle(run.user)
    run.call("find", result=BOB)
    run.done()
    assert run.breaks("settle then taste per user") and not run.breaks("settle then taste per user unless find")
    assert not run.breaks("at least 1 taste per user in users unless find")


def test_every_element_of_an_input_is_asked_for(run: Run) -> None:
    run.settle(run.user)
    run.done()
    assert not run.breaks("at least 1 settle per user in user") and run.breaks("at least 2 settle per user in user")
    assert run.breaks("at least 1 pay per User in users") and not run.breaks("at least 1 pay per User in order.user")


def test_every_result_of_a_subtask_is_asked_for_before_or_after(run: Run) -> None:
    run.settle(run.new(ANN))
    run.call("find_all", result=(ANN, ANN))
    run.call("find", result=BOB)
    run.done()
    assert not run.breaks("at least 1 settle per user in find_all")
    assert run.breaks("at least 1 settle per user in find")


def test_what_is_not_there_is_not_asked_for(run: Run) -> None:
    run.call("find_all", result=())
    run.done()
    assert not run.breaks("at least 1 settle per user in find_all") and not run.breaks(
        "at least 1 tip per user in find"
    )


def test_keys_that_differ_are_not_after_one_another(run: Run) -> None:
    run.settle(run.user)
    run.call("tip", run.new(BOB))
    assert run.breaks("no tip after settle") and not run.breaks("no tip after settle per user")
    assert run.breaks("not both tip, settle") and not run.breaks("not both tip, settle per user")
    run.call("tip", run.new(ANN))
    assert run.breaks("no tip after settle per user") and run.breaks("not both settle, tip per user")


def test_one_call_does_both_and_neither_after_the_other(run: Run) -> None:
    run.settle(run.user)
    assert run.breaks("not both settle, pay per User") and not run.breaks("no settle after pay per User")
