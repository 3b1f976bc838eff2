"""Going on from what a person has written, edited, or cut off anywhere."""

from __future__ import annotations

from random import Random

import pytest

from p2c_dsl.planners import Automaton, NoContinuation, RandomPlanner, SearchPlanner
from p2c_dsl.planners.automaton.start import beginning
from tests.planners.forms import domain, form_of_text

WHOLE = """\
compose book_dinner(users):
    table = {}
    for user in users:
        table[user] = ask_preference(user)
    restaurant = identify_overlap(table)
    book_table(restaurant)
"""
OWN = """\
compose book_dinner(users):
    # Ask them all first.
    prefs = {}
    for u in users:
        prefs[u] = ask_preference(u)
"""
NESTED = OWN.replace("        prefs[u]", "        for v in users:\n            prefs[v]")


@pytest.mark.parametrize("end", [0, *range(27, len(WHOLE), 7), len(WHOLE)])
def test_the_cheapest_plan_is_found_again_wherever_it_is_cut_off(end: int) -> None:
    loaded, task = domain("dinner")
    assert SearchPlanner(60).plan(loaded.spec, task, WHOLE[:end]) == WHOLE


def test_random_plans_go_on_from_every_place() -> None:
    loaded, task = domain("dinner")
    random = Random(3)
    for seed in range(6):
        cut = WHOLE[: random.randrange(27, len(WHOLE))]
        plan = RandomPlanner(seed, budget=40).plan(loaded.spec, task, cut)
        assert plan.startswith(cut.rstrip())
        form_of_text(loaded.spec, plan)


def test_other_names_and_comments_are_read_and_come_back_in_the_planners_form() -> None:
    loaded, task = domain("dinner")
    assert SearchPlanner().plan(loaded.spec, task, OWN) == WHOLE


def test_further_plans_differ_after_the_beginning() -> None:
    loaded, task = domain("deletion")
    first, second = SearchPlanner().plans(loaded.spec, task, 2)
    head = first.split("\n")[0]
    again = list(SearchPlanner().plans(loaded.spec, task, 2, head))
    assert again == [first, second]


@pytest.mark.parametrize(
    ("partial", "told"),
    [
        (WHOLE[:89] + "    for restaurants in table:\n        book_table(", "line 4"),
        (
            OWN.replace("        prefs[u]", "        for v in users:\n            prefs[v]"),
            "line 5: .*\n  P2C303: .*loops <= 1",
        ),
        (OWN + "    book_table(prefs)\n", r"(?s)line 6: .*\n  P2C230: "),
        (OWN + "    book_table(nothing)\n", r"(?s)line 6: .*\n  P2C161: "),
        (OWN + "    book_table(\n", "line 6: "),
        ("compose lunch(users):\n", "line 1: one composition is expected"),
        ("compose book_dinner(guests):\n    x = ask(", "line "),
        ("book", "line 1"),
    ],
)
def test_a_beginning_that_nothing_goes_on_from_is_refused_with_the_reason(partial: str, told: str) -> None:
    loaded, task = domain("dinner")
    for planner in (SearchPlanner(), RandomPlanner()):
        with pytest.raises(NoContinuation, match=told):
            planner.plan(loaded.spec, task, partial)


def test_a_beginning_that_cannot_be_finished_is_refused() -> None:
    loaded, task = domain("dinner")
    booked = WHOLE + "    book_table(rest"
    with pytest.raises(NoContinuation, match="line 7"):
        SearchPlanner().plan(loaded.spec, task, booked)


def test_nothing_is_the_beginning_of_everything() -> None:
    loaded, task = domain("dinner")
    automaton = Automaton(loaded.spec, task)
    for nothing in ("", "\n  \n"):
        start = beginning(automaton, nothing)
        assert (start.text, start.position, start.rest) == (automaton.header, automaton.start, "")
