from __future__ import annotations

import json

import pytest

from p2c_dsl.planners.preferences.features import Features
from p2c_dsl.planners.preferences.solution import PartialSolution, solution_of
from tests.planners.preferences.domain import solved, spec

LINES = ("for guest in guests:", "    wish = ask(guest)", "    if is_kind(wish):", "        publish(blank())")


def test_a_solution_shows_its_subtask_its_program_and_what_it_does_where() -> None:
    solution = solved(*LINES, "reserve(blank())")
    assert solution.subtask == ('task invite(guests: Set[Guest], host: Guest):\n    """Bring the guests together."""\n')
    assert solution.program.splitlines()[1] == "    for guest in guests:"
    assert solution.effects == (
        "does call: ask, for each guest in guests",
        "does post: publish, for each guest in guests, if is_kind",
        "does book (irreversible): reserve",
    )


def test_a_subtask_may_be_declared_by_whoever_wanted_it() -> None:
    text = "compose invite(guests, host):\n    ask(host)\n"
    assert solution_of(spec(), text, Features(spec()), "subtask ask_host()").subtask == "subtask ask_host()"


def test_json_brings_the_same_solution_back() -> None:
    solution = solved(*LINES)
    assert PartialSolution.from_data(json.loads(json.dumps(solution.as_data()))) == solution


def test_the_key_tells_programs_and_subtasks_apart() -> None:
    keys = {solved(*LINES).key, solved("ask(host)").key}
    assert len(keys) == 2 and solved(*LINES).key in keys


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("compose invite(guests, host):\n    nobody()\n", "no subtask `nobody`"),
        ("compose invite(guests, host):\n    ask(\n", "never closed"),
        ("type Other\n", "not one composition"),
    ],
    ids=["an unknown subtask", "a slip", "no composition"],
)
def test_what_is_no_program_is_no_solution(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        solution_of(spec(), text, Features(spec()))


@pytest.mark.parametrize(
    "change",
    [{"program": 3}, {"effects": [1]}, {"features": {"steps": "many"}}, {"features": {"steps": True}}],
    ids=["program", "effects", "a word", "a truth value"],
)
def test_data_that_are_no_solution_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="solution's"):
        PartialSolution.from_data(solved("ask(host)").as_data() | change)


def test_features_and_names_belong_together() -> None:
    with pytest.raises(ValueError, match="1 features have 2 names"):
        PartialSolution("", "", (), (1.0,), ("a", "b"))
