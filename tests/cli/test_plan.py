"""`p2c plan`: accepted compositions on standard output, in a file, or run."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.planners import SearchPlanner
from tests.cli.commands import p2c
from tests.planners.forms import EXAMPLES

pytestmark = pytest.mark.usefixtures("dinner")


def test_a_plan_is_printed_and_lint_accepts_it(folder: Path) -> None:
    result = p2c("plan", "dinner.p2c")
    assert result.exit_code == 0 and result.stdout.startswith("compose book_dinner(users):\n")
    (folder / "plan.p2c").write_text(f'use "dinner.p2c"\n\n{result.stdout}')
    assert p2c("lint", "plan.p2c").exit_code == 0
    assert p2c("fmt", "--check", "plan.p2c").exit_code == 0


def test_a_plan_in_a_file_stands_by_itself(folder: Path) -> None:
    (folder / "plans").mkdir()
    assert p2c("plan", "dinner.p2c", "--output", "plans/p.p2c").stdout == ""
    assert (folder / "plans" / "p.p2c").read_text().startswith('use "../dinner.p2c"\n\ncompose ')
    assert p2c("lint", "plans").exit_code == 0
    assert p2c("run", "plans/p.p2c").exit_code == 0


def test_a_plan_can_be_run_in_its_world_and_verified() -> None:
    result = p2c("plan", "dinner.p2c", "--run", "--seed", 3)
    assert result.exit_code == 0
    assert "a run of `book_dinner` (seed 3):" in result.stdout
    assert result.stdout.endswith("✓ completed, and the world verifies the outcome\n")


def test_several_plans_are_different_and_cheapest_first() -> None:
    plans = p2c("plan", "dinner.p2c", "--count", 3).stdout.split("\n\n")
    assert len(set(plans)) == 3
    assert [len(p.split()) for p in plans] == sorted(len(p.split()) for p in plans)


def test_a_random_plan_depends_on_its_seed_alone(folder: Path) -> None:
    (folder / "few.p2c").write_text("type A\nsubtask f() -> A\nsubtask g() -> A\ntask t():\n    steps <= 4\n")
    plans = [
        p2c("plan", "few.p2c", "--planner", "random", "--seed", seed, "--budget", 20).stdout
        for seed in (1, 1, *range(2, 9))
    ]
    assert plans[0] == plans[1] and len(set(plans)) > 1
    assert all(plan.startswith("compose t():\n") for plan in plans)


def test_fewer_plans_than_asked_for_are_told(folder: Path) -> None:
    (folder / "one.p2c").write_text("type A\nsubtask f() -> A\ntask t() -> A:\n    steps <= 2\n    at most 1 f\n")
    for planner in ("search", "random"):
        result = p2c("plan", "one.p2c", "--planner", planner, "--count", 9, "--budget", 12)
        assert result.exit_code == 0 and "of 9 plans" in result.stderr


def test_1_where_no_composition_keeps_the_rules(folder: Path) -> None:
    (folder / "none.p2c").write_text("type A\nsubtask f() -> A\ntask t() -> A:\n    at most 0 f\n")
    result = p2c("plan", "none.p2c", "--budget", 12)
    assert result.exit_code == 1 and "at most 0 f" in result.stderr


def test_1_where_the_spec_has_errors(folder: Path) -> None:
    (folder / "bad.p2c").write_text("rules:\n    at most 1 x\ntask one()\ntask two()\n")
    result = p2c("plan", "bad.p2c", "--task", "one")
    assert result.exit_code == 1 and result.stderr.count("P2C147") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["dinner.p2c", "--planner", "best"], "'best' is not one of 'search', 'random', 'lm'"),
        (["dinner.p2c", "--task", "book_diner"], "did you mean `book_dinner`?"),
        (["dinner.p2c", "--count", "0"], "--count"),
        (["missing.p2c"], "there is no such file"),
    ],
)
def test_2_on_wrong_usage(arguments: list[str], told: str) -> None:
    result = p2c("plan", *arguments)
    assert result.exit_code == 2 and told in result.stderr


def test_2_where_it_is_not_clear_which_task_is_meant(folder: Path) -> None:
    (folder / "two.p2c").write_text("task one()\ntask two()\n")
    result = p2c("plan", "two.p2c")
    assert result.exit_code == 2 and "choose a task with --task: one, two" in result.stderr


def test_it_says_whether_the_plan_is_proved_to_be_the_cheapest() -> None:
    assert p2c("plan", "dinner.p2c").stderr == "p2c: 18 words: the cheapest plan, proved\n"


def test_when_the_time_is_up_the_best_plan_so_far_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p2c_dsl.planners.search.improve", lambda *_: iter(()))
    result = p2c("plan", EXAMPLES / "hiring" / "hiring.p2c", "--timeout", 1)
    assert result.exit_code == 0 and result.stdout.startswith("compose shortlist(")
    told = r"p2c: \d+ words: there may be a cheaper plan, but none below \d+ words; --timeout gives more time\n"
    assert re.fullmatch(told, result.stderr)


def test_an_interrupt_prints_the_best_plan_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    improving = SearchPlanner.improving

    def interrupted(self: SearchPlanner, *arguments: Any) -> Iterator[Any]:
        yield next(improving(self, *arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr(SearchPlanner, "improving", interrupted)
    result = p2c("plan", "dinner.p2c")
    assert result.exit_code == 130 and result.stdout.startswith("compose book_dinner(users):\n")
    assert "interrupted: this is the best so far" in result.stderr


def test_an_interrupt_before_there_is_a_plan_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Iterator[Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(SearchPlanner, "improving", interrupted)
    result = p2c("plan", "dinner.p2c")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "interrupted before there was a plan" in result.stderr


def test_rules_that_conflict_are_named(folder: Path) -> None:
    (folder / "no.p2c").write_text("subtask f()\ntask t():\n    at least 2 f\n    at most 1 f\n")
    for planner in ("search", "random"):
        result = p2c("plan", "no.p2c", "--planner", planner)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "`at least 2 f` and `at most 1 f` conflict" in result.stderr


def test_a_plan_of_a_task_that_asks_for_nothing_comes_with_what_it_could_ask_for(folder: Path) -> None:
    declared = "type Ticket\neffect close(Ticket)\nsubtask shut(ticket: Ticket):\n    does close(ticket)\n"
    (folder / "tickets.p2c").write_text(declared + "task tidy(tickets: Set[Ticket])\n")
    result = p2c("plan", "tickets.p2c")
    assert result.exit_code == 0
    assert "nothing is asked for" in result.stderr and "`at least 1 close per Ticket in tickets`" in result.stderr
    assert "nothing is asked for" not in p2c("plan", "dinner.p2c").stderr
