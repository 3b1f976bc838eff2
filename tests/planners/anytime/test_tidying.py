"""A plan is cheaper without the lines that it does not need."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_text
from p2c_dsl.planners.anytime.first import greedy
from p2c_dsl.planners.anytime.limits import SearchLimits
from p2c_dsl.planners.anytime.outcome import machine_of
from p2c_dsl.planners.anytime.space import Found, SearchSpace
from p2c_dsl.planners.anytime.tidying import tidied
from p2c_dsl.resolve import load_text
from tests.generators.planning.hidden import hidden

SPEC = """\
type User
type Note
subtask read(user: User) -> Note
subtask is_new(user: User) -> Bool
subtask write(note: Note)
subtask welcome(user: User)
task job(user: User, users: Set[User]):
    at least 1 welcome per User in users
"""


def found(text: str, plan: str) -> tuple[SearchSpace, Found]:
    """The lines of a plan, each as the search would write it."""
    spec = load_text(text, "spec.p2c", Path()).spec
    space = SearchSpace.of(machine_of(spec, spec.tasks["job"]))
    node, lines = space.start.node, []
    for written in plan.splitlines():
        line = next(line for line in space.lines.after(node) if "".join(line.words).strip("\n") == written)
        node = line.node
        lines.append(line)
    return space, Found(space.start, tuple(lines), sum(line.cost for line in lines))


def tidy(text: str, plan: str) -> str:
    space, given = found(text, plan)
    *_, last = given, *tidied(space, given, SearchLimits())
    assert last.cost == sum(line.cost for line in last.lines)
    return last.text.split(":", 1)[1].strip("\n")


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param("    welcome(user)\n    for user2 in users:\n        welcome(user2)", id="a call"),
        pytest.param(
            "    note = read(user)\n    write(note)\n    for user2 in users:\n        welcome(user2)", id="a chain"
        ),
        pytest.param(
            "    items = []\n    for user2 in users:\n        welcome(user2)\n        items.append(user2)\n"
            "    for user2 in items:\n        note = read(user2)",
            id="a collection and what is done with it",
        ),
        pytest.param(
            "    answer = is_new(user)\n    if answer:\n        welcome(user)\n    else:\n        note = read(user)\n"
            "    for user2 in users:\n        welcome(user2)",
            id="both arms of a branch",
        ),
        pytest.param(
            "    for user2 in users:\n        for user3 in users:\n            welcome(user2)",
            id="a loop, but not what is in it",
        ),
        pytest.param(
            "    note = read(user)\n    for user2 in users:\n        note2 = read(user2)\n        welcome(user2)",
            id="names are as if the rest had been written alone",
        ),
        pytest.param("    for user2 in users:\n        welcome(user2)", id="nothing"),
    ],
)
def test_what_nothing_asks_for_is_left_out(plan: str) -> None:
    assert tidy(SPEC, plan) == "    for user2 in users:\n        welcome(user2)"


RESULT = """\
type User
type Note
subtask read(user: User) -> Note
task job(user: User, other: User) -> Note
"""


def test_names_follow_from_what_is_left() -> None:
    assert tidy(RESULT, "    note = read(user)\n    note2 = read(other)\n    return note2") == (
        "    note = read(other)\n    return note"
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_is_left_is_accepted_and_needs_all_of_its_lines(seed: int) -> None:
    text = hidden(seed, goals=True)[0].parts.text
    spec = load_text(text, "spec.p2c", Path()).spec
    space = SearchSpace.of(machine_of(spec, spec.tasks["job"]))
    given = next(greedy(space, [space.start], 200, SearchLimits(effort=4000)))
    *_, last = given, *tidied(space, given, SearchLimits())
    report = lint_text(f"{text}\n{last.text}", "plan", Path(), counterexamples=False)
    assert not [d for d in report.diagnostics if d.severity is Severity.ERROR]
    assert last.cost <= given.cost
    assert not list(tidied(space, last, SearchLimits()))
