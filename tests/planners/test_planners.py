"""The planners themselves: cheapest first, random by a seed, and nothing that lint would reject."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest

from p2c_dsl.planners import RandomPlanner, SearchPlanner
from tests.planners.forms import domain, form_of_text

ALIGNED = """\
compose book_dinner(users):
    table = {}
    for user in users:
        table[user] = ask_preference(user)
    restaurant = identify_overlap(table)
    book_table(restaurant)
"""


def test_search_finds_the_aligned_composition_of_figure_1() -> None:
    loaded, task = domain("dinner")
    assert SearchPlanner().plan(loaded.spec, task) == ALIGNED


@pytest.mark.parametrize("name", ["dinner", "refunds", "deletion"])
def test_further_plans_are_accepted_different_and_no_shorter(name: str) -> None:
    loaded, task = domain(name)
    plans = list(islice(SearchPlanner().plans(loaded.spec, task), 6))
    forms = [form_of_text(loaded.spec, plan) for plan in plans]
    assert len(set(forms)) == len(plans) == 6
    assert all(len(a.split()) <= len(b.split()) + 4 for a, b in pairwise(plans))


@pytest.mark.parametrize("name", ["refunds", "deletion"])
def test_random_plans_are_accepted_and_follow_from_the_seed(name: str) -> None:
    loaded, task = domain(name)
    plans = [RandomPlanner(seed, budget=24).plan(loaded.spec, task) for seed in (1, 2, 3)]
    for plan in plans:
        form_of_text(loaded.spec, plan)
    assert len(set(plans)) > 1
    assert RandomPlanner(1, budget=24).plan(loaded.spec, task) == plans[0]
