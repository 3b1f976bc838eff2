"""On small specs: where a conflict is claimed, trying every line finds no composition, and each rule is needed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.feasibility.conflict import find_conflict
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules
from tests.generators.planning.exhaustive import TooLarge, cheapest
from tests.generators.planning.small import small_spec as planning_spec
from tests.generators.small_specs import small_spec

SEEDS = 160
PART = 40
_BUDGET = 40
_EFFORT = 800


def verdict(seed: int) -> str:
    """What is claimed of the spec of a seed, and what trying lines says of it."""
    random = Random(seed)
    loaded = load_text(small_spec(random, bounded=random.random() < 0.7), "spec.p2c", Path())
    assert not any(d.severity is Severity.ERROR for d in loaded.diagnostics)
    spec, task = loaded.spec, loaded.spec.tasks["t"]
    rules, wrong = read_rules(spec, task)
    if wrong:
        return "unreadable"
    conflict = find_conflict(spec, task, rules)
    if conflict is not None:
        for rule in conflict.rules:
            rest = [other for other in conflict.rules if other is not rule]
            assert find_conflict(spec, task, rest) is None, f"seed {seed}: needless {rule.text}"
    try:
        plan = cheapest(spec, task, _BUDGET, _EFFORT)
    except TooLarge:
        return "open"
    if plan is not None:
        assert conflict is None, f"seed {seed}: {conflict.message}\n{plan[1]}"
        return "plan"
    return "unknown" if conflict is None else "proved"


@pytest.mark.parametrize("first", range(0, SEEDS, PART))
def test_no_composition_contradicts_a_conflict(first: int) -> None:
    verdicts = [verdict(seed) for seed in range(first, first + PART)]
    assert verdicts.count("proved") >= 2
    assert verdicts.count("plan") >= 2


@pytest.mark.parametrize("seed", range(60))
def test_no_composition_attains_goals_that_conflict(seed: int) -> None:
    loaded = load_text(planning_spec(seed, goals=True), "spec.p2c", Path())
    spec, task = loaded.spec, loaded.spec.tasks["job"]
    conflict = find_conflict(spec, task, read_rules(spec, task)[0])
    for rule in () if conflict is None else conflict.rules:
        rest = [other for other in conflict.rules if other is not rule] if conflict is not None else []
        assert find_conflict(spec, task, rest) is None, rule.text
    with suppress(TooLarge):
        plan = cheapest(spec, task, _BUDGET, _EFFORT)
        assert plan is None or conflict is None, plan


@pytest.mark.parametrize("seed", range(3))
def test_a_conflict_depends_on_the_spec_alone(seed: int) -> None:
    text = small_spec(Random(seed))
    found = []
    for _ in range(2):
        spec = load_text(text, "spec.p2c", Path()).spec
        rules, _wrong = read_rules(spec, spec.tasks["t"])
        conflict = find_conflict(spec, spec.tasks["t"], rules)
        found.append(conflict and conflict.message)
    assert found[0] == found[1]
