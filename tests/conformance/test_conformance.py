"""Every trap: lint gives the verdict, the world of a rejection breaks the rule, no world an accepted plan's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_text
from p2c_dsl.rules.reading import shown
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.conformance import GivenWorld, Objection, Trap, traps_of
from tests.conformance.reading import LANGUAGE
from tests.generators.worlds import random_world
from tests.oracle import broken_rules, ill_typed
from tests.oracle.interpreter import World, run

PAGES = sorted((Path(__file__).parent / "traps").glob("*.md"))
TRAPS = [trap for page in PAGES for trap in traps_of(page)]
RUNS = 60

_TEXTUAL = ("shape sequence", "loops", "branches", "steps")


@dataclass(frozen=True)
class Judged:
    """A trap's spec and plan as lint has read them, and what it objects to."""

    spec: Spec
    compose: ComposeDecl
    objections: frozenset[Objection]


def judged(trap: Trap) -> Judged:
    report = lint_text(trap.text, "trap.p2c", Path("."), counterexamples=False)
    objections = frozenset(
        Objection(d.rule or LANGUAGE, d.code) for d in report.diagnostics if d.severity is Severity.ERROR
    )
    compose = next(d for d in report.loaded.root.declarations if isinstance(d, ComposeDecl))
    return Judged(report.loaded.spec, compose, objections)


def breaches(case: Judged, world: World) -> list[str]:
    """What a run in the world breaks: rules, or the language's own promise that a run makes sense."""
    task = case.spec.tasks[case.compose.task.text]
    try:
        trace = run(case.spec, task, case.compose, world)
    except (LookupError, AttributeError) as error:
        return [f"{LANGUAGE}: {error!r}"]
    wrong = ill_typed(trace, case.spec, task)
    broken = [shown(r.tokens) for r in broken_rules(trace, case.spec, task, case.compose)]
    return [*broken, *([f"{LANGUAGE}: {wrong}"] if wrong else [])]


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_lint_gives_the_verdict(trap: Trap) -> None:
    assert judged(trap).objections == frozenset(trap.objections)


@pytest.mark.parametrize("trap", [t for t in TRAPS if not t.accepted], ids=str)
def test_the_world_breaks_the_rule(trap: Trap) -> None:
    case = judged(trap)
    if trap.world is None:
        assert all(o.rule == LANGUAGE or o.rule.startswith(_TEXTUAL) for o in trap.objections)
        return
    world = GivenWorld(case.spec, trap.world)
    broken = breaches(case, world)
    for objection in trap.objections:
        assert objection.rule in {b.split(":")[0] for b in broken}
    assert world.left == 0


@pytest.mark.parametrize("trap", [t for t in TRAPS if t.accepted], ids=str)
def test_no_world_breaks_an_accepted_plan(trap: Trap) -> None:
    case = judged(trap)
    for seed in range(RUNS):
        assert breaches(case, random_world(case.spec, Random(seed))) == []


def test_every_topic_has_at_least_six_traps() -> None:
    assert len(TRAPS) >= 150
    topics = {trap.topic for trap in TRAPS}
    assert {t for t in topics if sum(trap.topic == t for trap in TRAPS) < 6} == set()


def test_every_trap_has_a_name_of_its_own() -> None:
    assert len({str(trap) for trap in TRAPS}) == len(TRAPS)
