"""Planning on generated specs: around a hidden composition, with a planted conflict, small beside trying every line.

`benchmarks/planning.py` has the full numbers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.feasibility.conflict import find_conflict
from p2c_dsl.lint import lint_text
from p2c_dsl.planners import SearchPlanner, Unplannable
from p2c_dsl.planners.search import FoundPlan
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules
from tests.generators.planning.conflicts import KINDS, planted
from tests.generators.planning.exhaustive import TooLarge, cheapest
from tests.generators.planning.hidden import hidden
from tests.generators.planning.parts import cost_of
from tests.generators.planning.small import BUDGET, small_spec

EFFORT = 1_000
"""How many lines are tried for a small spec; those that need more are not judged here."""


def _is_accepted(spec: str, plan: str) -> bool:
    report = lint_text(f"{spec}\n{plan}", "plan", Path(), counterexamples=False)
    return not any(d.severity is Severity.ERROR for d in report.diagnostics)


@pytest.mark.parametrize("goals", [False, True])
@pytest.mark.parametrize("seed", [0, 2, 4, 5, 7, 9, 12])
def test_a_spec_with_a_hidden_composition_gets_a_plan(seed: int, goals: bool) -> None:
    made, _ = hidden(seed, goals=goals)
    spec = load_text(made.parts.text, "hidden", Path()).spec
    plan = next(SearchPlanner(timeout=60).improving(spec, spec.tasks["job"]))
    assert plan.cost == cost_of(plan.text)
    assert _is_accepted(made.parts.text, plan.text)


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_a_planted_conflict_is_found_and_has_no_needless_rule(seed: int) -> None:
    made = planted(seed)
    spec = load_text(made.parts.text, "planted", Path()).spec
    job = spec.tasks["job"]
    found = find_conflict(spec, job, read_rules(spec, job)[0])
    assert found is not None, made.kind
    for rule in found.rules:
        assert find_conflict(spec, job, [other for other in found.rules if other is not rule]) is None, rule.text


@pytest.mark.parametrize(
    ("seed", "goals"), [*((n, False) for n in range(24)), *((n, True) for n in (*range(24), 210, 218, 404))]
)
def test_small_specs_get_what_trying_every_line_finds(seed: int, goals: bool) -> None:
    text = small_spec(seed, goals=goals)
    spec = load_text(text, "small", Path()).spec
    job = spec.tasks["job"]
    try:
        best = cheapest(spec, job, BUDGET, EFFORT)
    except TooLarge:
        pytest.skip("too many lines")
    plan: FoundPlan | None = None
    try:
        *_, plan = SearchPlanner(BUDGET, timeout=60).improving(spec, job)
    except Unplannable:
        assert best is None
    if plan is not None:
        assert best is not None
        assert (plan.cost, plan.proved) == (best[0], True), best[1]
        assert _is_accepted(text, plan.text)
