"""A feature is what the machine says, so these read like the rules that would count or object."""

from __future__ import annotations

import pytest

from p2c_dsl.planners.preferences.features import MANY, Features
from p2c_dsl.planners.preferences.solution import PartialSolution, solution_of
from p2c_dsl.spec import Spec
from tests.planners.preferences.domain import solved, spec

LOOP = ("for guest in guests:", "    ask(guest)")
KIND = ("wish = guess(host)", "if is_kind(wish):")


def of(solution: PartialSolution, *names: str) -> tuple[float, ...]:
    return tuple(solution.feature(name) for name in names)


def test_equal_specs_have_equal_names_and_each_is_there_once() -> None:
    names = Features(spec()).names
    assert names == Features(spec()).names and len(set(names)) == len(names)


def test_an_effect_is_counted_over_all_runs() -> None:
    counts = ("call: at least", "call: at most")
    assert of(solved("ask(host)"), *counts) == (1, 1)
    assert of(solved(*LOOP), *counts) == (0, MANY)
    assert of(solved(*KIND, "    ask(host)"), *counts) == (0, 1)
    assert of(solved("guess(host)"), *counts) == (0, 0)


def test_an_arm_that_returns_counts_although_the_program_goes_on_elsewhere() -> None:
    early = solved(*KIND, "    ask(host)", "    return", "blank()")
    assert of(early, "call: at least", "call: at most") == (0, 1)


def test_where_an_effect_stands_is_seen() -> None:
    places = ("call: in a loop", "call: under a condition")
    assert of(solved("ask(host)"), *places) == (0, 0)
    assert of(solved(*LOOP), *places) == (1, 0)
    assert of(solved(*KIND, "    ask(host)"), *places) == (0, 1)


def test_contact_for_each_of_a_set_is_once_for_each_and_a_second_call_may_be_twice_for_one() -> None:
    assert of(solved(*LOOP), "call: twice for one key", "ask: twice alike") == (0, 0)
    assert of(solved(*LOOP, "ask(host)"), "call: twice for one key", "ask: twice alike") == (1, 1)


@pytest.mark.parametrize(
    ("lines", "flows"),
    [
        (("publish(sum_up(guess(host)))",), 1),
        ((*KIND, "    publish(blank())"), 0.5),
        (("guess(host)", "publish(blank())"), 0),
    ],
    ids=["a value", "only whether it happens", "nothing"],
)
def test_what_an_effect_tells_about_a_type_is_seen(lines: tuple[str, ...], flows: float) -> None:
    assert solved(*lines).feature("post: depends on Wish") == flows


def test_size_cost_and_loose_ends_are_read_off() -> None:
    plain = solved("note = blank()", "publish(note)", "reserve(note)")
    assert of(plain, "steps", "loops", "branches", "results unused") == (3, 0, 0, 0)
    assert of(solved("wish = ask(host)"), "results unused") == (1,)
    assert solved("ask(host)").feature("cost") < plain.feature("cost")
    assert of(solved(*LOOP), "cost without a bound", "deepest loop") == (1, 1)


def test_a_name_used_anew_after_its_block_does_not_use_what_bore_its_number_before() -> None:
    loops = solved("for guest in guests:", "    wish = guess(guest)", "for guest in guests:", "    ask(guest)")
    assert loops.feature("results unused") == 2


def test_what_comes_after_an_irreversible_step_is_counted() -> None:
    late = solved("note = blank()", "publish(note)", "reserve(note)")
    early = solved("note = blank()", "reserve(note)", "publish(note)")
    name = "calls after something irreversible"
    assert of(late, name) == (0,) and of(early, name) == (1,)


def test_programs_of_another_domain_have_no_features_here() -> None:
    with pytest.raises(ValueError, match="has no subtask `ask`"):
        solution_of(spec(), "compose invite(guests, host):\n    ask(host)\n", Features(Spec()))
