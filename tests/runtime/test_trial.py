"""A composition is tried out in one way: a run under the monitor, then the world's verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from p2c_dsl.runtime.domain import DomainError
from p2c_dsl.runtime.trial import try_out
from tests.runtime.texts import DINNER, program

PLAN = program(DINNER)
TWICE = program(DINNER.replace("    return r", "    book_table(r)\n    return r"))


class Town:
    """A town that notes its reservations, and says what it was told to of the outcome."""

    def __init__(self, seed: int = 0, verdict: Any = None) -> None:
        self.verdict, self.booked, self.asked = verdict, 0, False

    def inputs(self) -> Mapping[str, object]:
        return {"users": {"ann", "bob"}}

    def tools(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "ask_preference": lambda user: {"bistro"},
            "identify_overlap": lambda prefs: "bistro",
            "book_table": self._book,
        }

    def verify(self) -> str | None:
        self.asked = True
        found: str | None = self.verdict
        return found

    def _book(self, restaurant: object) -> None:
        self.booked += 1


def test_what_completes_is_verified_by_its_world() -> None:
    town = Town()
    trial = try_out(PLAN, town)
    assert trial.verified and trial.problem is None and trial.run.completed and trial.world is town


def test_the_worlds_objection_is_the_problem() -> None:
    trial = try_out(PLAN, Town(verdict="nobody came"))
    assert trial.run.completed and not trial.verified and trial.problem == "nobody came"


def test_the_monitor_stops_a_run_at_a_rule_and_no_verdict_is_asked_for() -> None:
    town = Town()
    trial = try_out(TWICE, town)
    assert town.booked == 1 and not town.asked
    assert trial.problem is not None and trial.problem.startswith("stopped by `at most 1 reserve`")


def test_another_observer_takes_the_monitors_place() -> None:
    seen: list[object] = []
    assert try_out(TWICE, Town(), seen.append).verified and seen


def test_a_verdict_is_none_or_a_text() -> None:
    with pytest.raises(DomainError, match="`verify` must return `None` or a text"):
        try_out(PLAN, Town(verdict=False))


def test_a_world_that_wants_to_know_is_handed_the_result_before_it_verifies() -> None:
    class Curious(Town):
        def returned(self, value: object) -> None:
            assert not self.asked
            self.verdict = f"{value} was returned"

    assert try_out(PLAN, Curious()).problem == "bistro was returned"
