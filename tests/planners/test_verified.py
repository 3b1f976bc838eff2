"""Candidates are run until one is verified in every world; otherwise the best is known, and what stopped the search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from p2c_dsl.planners import RandomPlanner, SearchPlanner
from p2c_dsl.planners.verified import Verification, verify_candidates
from p2c_dsl.runtime.domain import load_world
from p2c_dsl.runtime.world import World
from tests.planners.forms import EXAMPLES, domain

DINNER = domain("dinner")[0].spec
BEFORE = (
    "compose book_dinner(users):\n    table = {}\n    for user in users:\n        table[user] = ask_preference(user)\n"
)
RIGHT = BEFORE + "    restaurant = identify_overlap(table)\n    book_table(restaurant)\n"
WRONG = "compose book_dinner(users):\n    for user in users:\n        ask_preference(user)\n"


class Choosy:
    """The dinner's world, which is content only where its seed is one of a few."""

    content = frozenset[int]()

    def __init__(self, seed: int) -> None:
        self._world, self._seed = load_world(EXAMPLES / "dinner")(seed), seed

    def inputs(self) -> Mapping[str, object]:
        return self._world.inputs()

    def tools(self) -> Mapping[str, Callable[..., Any]]:
        return self._world.tools()

    def verify(self) -> str | None:
        return None if self._seed in self.content else f"not on day {self._seed}"


def content_in(*seeds: int) -> type[World]:
    return type("World", (Choosy,), {"content": frozenset(seeds)})


def test_the_first_candidate_that_all_worlds_verify_is_the_plan() -> None:
    seen: list[Verification] = []
    found = verify_candidates([RIGHT, RIGHT], DINNER, content_in(3, 4), [3, 4], watch=seen.append)
    assert found.plan == RIGHT and (found.tried, found.stop) == (1, "verified") and seen == [found]
    assert found.best is not None and found.best.share == 1


def test_without_one_the_best_is_kept_with_what_went_wrong() -> None:
    worlds = iter([content_in(1), content_in(1, 2), content_in(2)])
    current: list[type[World]] = []

    def candidates() -> Any:
        for world in worlds:
            current[:] = [world]
            yield RIGHT

    found = verify_candidates(candidates(), DINNER, lambda seed: current[0](seed), [1, 2, 3])
    assert found.plan is None and (found.tried, found.stop) == (3, "candidates")
    assert found.best is not None and found.best.verified == 2 and found.best.problem == (3, "not on day 3")


def test_when_time_is_up_no_further_candidate_is_run() -> None:
    found = verify_candidates([RIGHT], DINNER, content_in(0), [0], timeout=0)
    assert (found.plan, found.tried, found.best, found.stop) == (None, 0, None, "time")


def test_without_candidates_or_worlds_it_says_so() -> None:
    assert verify_candidates([], DINNER, content_in(), [0]).stop == "candidates"
    with pytest.raises(ValueError, match="at least one world"):
        verify_candidates([RIGHT], DINNER, content_in(), [])


def test_a_candidate_that_lint_rejects_is_refused() -> None:
    with pytest.raises(ValueError, match="reserve"):
        verify_candidates([WRONG], DINNER, content_in(0), [0])


@pytest.mark.parametrize("planner", [SearchPlanner(), RandomPlanner(seed=3)], ids=["search", "random"])
def test_any_planner_gives_candidates(planner: SearchPlanner | RandomPlanner) -> None:
    task, world = DINNER.tasks["book_dinner"], load_world(EXAMPLES / "dinner")
    found = verify_candidates(planner.plans(DINNER, task), DINNER, world, range(5), timeout=60)
    assert found.plan is not None and "book_table" in found.plan
