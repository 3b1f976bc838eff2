"""P2: what the analyzer rejects breaks a rule in some small world."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.generators.enumeration import all_compositions
from tests.generators.text import compose_text
from tests.properties.precision import Precision, measure, measure_all

EXAMPLES = Path(__file__).parents[2] / "examples"
DOMAINS = {"dinner": "book_dinner", "refunds": "settle_claim", "deletion": "delete_data"}
TEXT = """
type User
subtask ask(user: User) -> Bool
subtask tell(user: User)
task t(users: Set[User]):
    at most 1 tell per user
"""

OVERWRITTEN = """
compose t(users):
    same = {}
    for u in users:
        for v in users:
            same[u] = v
        same[u] = u
    for u in users:
        tell(same[u])
"""


def spec_of(text: str) -> tuple[Spec, Task]:
    spec = load_text(text, "spec.p2c", Path()).spec
    return spec, spec.tasks["t"]


def composed(text: str) -> ComposeDecl:
    declarations = load_text(TEXT + text, "spec.p2c", Path()).root.declarations
    return next(d for d in declarations if isinstance(d, ComposeDecl))


def test_the_enumeration_has_each_small_composition_once() -> None:
    spec, task = spec_of(TEXT)
    texts = [compose_text(c) for c in all_compositions(spec, task, 2)]
    assert len(texts) == len(set(texts))
    assert "compose t(users):\n    for v0 in users:\n        tell(v0)" in texts
    assert "compose t(users):\n    for v0 in users:\n        v1 = ask(v0)" in texts


def test_an_undeserved_rejection_is_counted() -> None:
    spec, task = spec_of(TEXT)
    precision = measure(spec, task, [composed(OVERWRITTEN)])
    assert (precision.rejected, precision.undeserved) == (1, 1)
    assert "100.00%" in precision.table()


def test_a_deserved_rejection_is_not() -> None:
    spec, task = spec_of(TEXT)
    twice = composed("compose t(users):\n    for u in users:\n        tell(u)\n        tell(u)\n")
    precision = measure(spec, task, [twice])
    assert (precision.rejected, precision.undeserved) == (1, 0)


def measured(domain: str, steps: int, jobs: int) -> Precision:
    return measure_all(EXAMPLES / domain / f"{domain}.p2c", DOMAINS[domain], steps, jobs)


@pytest.mark.parametrize("domain", DOMAINS)
def test_short_compositions_are_rejected_for_a_reason(domain: str) -> None:
    precision = measured(domain, steps=3, jobs=1)
    assert precision.rejected > 10
    assert precision.share < 0.02, precision.table()


@pytest.mark.slow
@pytest.mark.parametrize("domain", DOMAINS)
def test_compositions_of_five_steps_are_rejected_for_a_reason(domain: str) -> None:
    precision = measured(domain, steps=5, jobs=2)
    print(precision.table())
    assert precision.share < 0.02
