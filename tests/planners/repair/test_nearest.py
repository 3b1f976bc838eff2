"""Nothing that is accepted is nearer than what repair gives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from p2c_dsl.analysis import analyze
from p2c_dsl.planners.repair import Unrepairable
from p2c_dsl.program import Step
from p2c_dsl.resolve import load_text
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.generators.spans import with_own_spans
from tests.generators.text import file_text
from tests.planners.forms import accepted, domain
from tests.planners.repair.edits import distance
from tests.planners.repair.repaired import analysed, repaired
from tests.planners.repair.slips import slips
from tests.properties.soundness import random_case

GUARDED = """\
type A
type B
effect send(A)
subtask check(a: A) -> Bool
subtask make(a: A) -> B:
    does send(a)
subtask use(b: B)
subtask free(a: A)
task t(xs: Set[A], a: A):
    loops <= 1
    at most 1 send per A
    use only if check(_)
    make before free
"""

GOALS = """\
type A
effect pay(A)
effect tell(A)
effect report
subtask good(a: A) -> Bool
subtask give(a: A):
    does pay(a)
subtask write(a: A):
    does tell(a)
subtask close():
    does report
task t(xs: Set[A], a: A):
    loops <= 1
    branches <= 0
    exactly 1 report
    at least 1 tell per A in xs
"""


# ---------------------------------------------------------------- nothing accepted is nearer
def _bodies(spec: Spec, found: dict[object, ComposeDecl]) -> list[tuple[Step, ...]]:
    # Whether they are accepted is known, so no rules are read.
    analyses = [analyze(spec, with_own_spans(c), Source("<enumerated>", ""), ()) for c in found.values()]
    return [a.program.body for a in analyses if a.program is not None]


def check_against_brute_force(spec: Spec, steps: int, cases: int) -> int:
    """Repairs slips of all accepted compositions up to a size, and compares with the nearest of these."""
    (task,) = spec.tasks.values()
    found = accepted(spec, task, steps)
    bodies, inputs, checked = _bodies(spec, found), len(task.parameters), 0
    texts = list(dict.fromkeys(file_text(spec, [s]) for c in found.values() for s in slips(c)))
    Random(0).shuffle(texts)
    for text in texts[:cases]:
        own, analysis = analysed(text)
        # How far a name that means nothing is from one that does is not for steps to say.
        if analysis.program is None or analysis.accepted or "Hole" in repr(analysis.program.body):
            continue
        try:
            repair = repaired(text, most_edits=4)
        except Unrepairable as error:
            assert error.diagnostics, text
            continue
        before = analysis.program.body
        assert distance(before, repair.program.body, inputs, repair.steps) == repair.steps, text
        assert all(distance(before, b, inputs, repair.steps) >= repair.steps for b in bodies), text
        checked += 1
        assert own.tasks.keys() == spec.tasks.keys()
    return checked


@pytest.mark.parametrize(("name", "steps"), [("dinner", 5), ("deletion", 4), ("refunds", 3)])
def test_no_accepted_composition_is_nearer_in_the_examples(name: str, steps: int) -> None:
    assert check_against_brute_force(domain(name)[0].spec, steps, 60) >= 15


@pytest.mark.parametrize("text", [GUARDED, GUARDED.replace("loops <= 1", "shape sequence\n    steps <= 3")])
def test_no_accepted_composition_is_nearer_under_guards_and_order(text: str) -> None:
    spec = load_text(text, "<test>", Path()).spec
    assert check_against_brute_force(spec, 3, 80) >= 20


@pytest.mark.parametrize("rule", ["pay then tell per A", "tell then report unless pay"])
def test_no_accepted_composition_is_nearer_under_goals(rule: str) -> None:
    spec = load_text(f"{GOALS}    {rule}\n", "<test>", Path()).spec
    assert check_against_brute_force(spec, 4, 40) >= 20


@pytest.mark.slow
@pytest.mark.parametrize(("name", "steps", "least"), [("dinner", 6, 30), ("deletion", 5, 500), ("refunds", 4, 500)])
def test_no_accepted_composition_is_nearer_at_full_size(name: str, steps: int, least: int) -> None:
    assert check_against_brute_force(domain(name)[0].spec, steps, 1000) >= least


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_repaired_is_accepted(seed: int) -> None:
    case = random_case(seed, rules=3)
    text = file_text(case.spec, [case.compose])
    if load_text(text, "<test>", Path()).diagnostics:
        return
    try:
        repaired(text, most_edits=3, effort=2_000)
    except Unrepairable as error:
        assert "names" not in str(error)
