"""Planning for specs as people write them, each with some twenty rules: a first plan after few lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_file, lint_text
from p2c_dsl.planners.anytime.first import first
from p2c_dsl.planners.anytime.limits import SearchLimits
from p2c_dsl.planners.anytime.outcome import machine_of
from p2c_dsl.planners.anytime.preference import by_name
from p2c_dsl.planners.anytime.space import SearchSpace
from p2c_dsl.planners.automaton.automaton import DEFAULT_BUDGET
from p2c_dsl.resolve import load

HERE = Path(__file__).parent / "everyday"
SPECS = sorted(HERE.glob("*.p2c"))
POLICY = Path(__file__).parents[1] / "policies" / "airline.p2c"
TASKS = [(POLICY, "cancel"), *((path, name) for path in SPECS for name in load(path).spec.tasks)]
EFFORT = 1_500
"""How many lines are tried for a plan; a second or two."""


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_specs_have_no_findings(path: Path) -> None:
    assert lint_file(path).diagnostics == ()


@pytest.mark.parametrize(("path", "name"), TASKS, ids=lambda of: of.stem if isinstance(of, Path) else of)
def test_a_plan_is_soon_found_and_accepted(path: Path, name: str) -> None:
    spec = load(path).spec
    space = SearchSpace.of(machine_of(spec, spec.tasks[name]), by_name)
    plan = first(space, (space.start,), DEFAULT_BUDGET, SearchLimits(effort=EFFORT))
    report = lint_text(f'use "{path.name}"\n{plan.text}', "plan.p2c", path.parent, counterexamples=False)
    assert not any(found.severity is Severity.ERROR for found in report.diagnostics)
