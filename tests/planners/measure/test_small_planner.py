"""The measure of the small planner: what is accepted and verified, on generated specs and on hand-written tasks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from p2c_dsl.planners.language_model import Candidate
from p2c_dsl.planners.measure import small_planner
from p2c_dsl.planners.small import fresh

TASKS = Path(__file__).parents[3] / "benchmarks" / "user_tasks"
ONCALL = TASKS / "oncall"


def composition(folder: Path, name: str) -> str:
    return "compose" + (folder / f"{name}.p2c").read_text().partition("compose")[2]


def test_a_task_s_outcome_says_what_is_accepted_and_what_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = (composition(ONCALL, name) for name in ("right", "wrong"))
    monkeypatch.setattr(small_planner, "plans", lambda *given: small_planner.Plans(wrong, right, wrong, ()))
    found = small_planner.task_outcomes(None, None, ONCALL, 1)
    assert (found["random"], found["search"], found["small, one sample"]) == (
        (True, False),
        (True, True),
        (False, False),
    )


def test_the_best_of_several_is_the_likeliest() -> None:
    made = small_planner.Plans("", "", "", (Candidate("one", -5.0, (1,) * 10), Candidate("two", -4.0, (1,) * 2)))
    assert dict(made.by_planner())["small, best"] == "two"
    assert dict(made.by_planner())["small, one sample"] == "one"
    assert dict(made.by_planner())["small, best by token"] == "one"


def test_the_command_measures_what_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "oncall").symlink_to(ONCALL)
    monkeypatch.setattr(small_planner, "load", lambda folder: fresh(0))
    monkeypatch.setattr(sys, "argv", ["small_planner", "--domains", "0", "--samples", "1", "--tasks", str(tmp_path)])
    small_planner.main()
    assert "1 hand-written tasks, best of 1" in capsys.readouterr().out
