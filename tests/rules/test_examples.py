"""Each rule's own two examples: what it says it accepts and rejects is what lint does."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Verdict
from p2c_dsl.lint import Report, lint_text
from p2c_dsl.rules import DOCUMENTED, Rule
from p2c_dsl.rules.enforced import Enforced


def lint(text: str) -> Report:
    return lint_text(text.lstrip(), "example.p2c", Path())


@pytest.mark.parametrize("rule", DOCUMENTED, ids=lambda r: r.name)
def test_the_accepted_example_is_clean(rule: type[Rule]) -> None:
    found = lint(rule.accepted)
    assert found.accepted and found.clean
    assert {d.code for d in found.diagnostics} <= {c.code for c in rule.codes}


@pytest.mark.parametrize("rule", DOCUMENTED, ids=lambda r: r.name)
def test_the_rejected_example_breaks_this_rule_and_no_other(rule: type[Rule]) -> None:
    found = lint(rule.rejected).diagnostics
    assert bool(found) == bool(rule.rejected) == bool(rule.codes)
    # Where an enforced rule is broken for certain, its own code says so.
    assert rule is Enforced or {d.code for d in found} <= {c.code for c in rule.codes}
    assert all(d.verdict is Verdict.VIOLATED for d in found)
    assert all(d.help and d.rule for d in found)


@pytest.mark.parametrize("rule", DOCUMENTED, ids=lambda r: r.name)
def test_the_rule_is_documented(rule: type[Rule]) -> None:
    assert rule.__doc__ and rule.summary and rule.syntax
    assert all(c.code.startswith("P2C") and c.title and c.explanation for c in rule.codes)


def test_no_two_rules_share_a_name_or_a_code() -> None:
    codes = [c.code for rule in DOCUMENTED for c in rule.codes]
    assert len(set(codes)) == len(codes)
    assert len({rule.name for rule in DOCUMENTED}) == len(DOCUMENTED)
