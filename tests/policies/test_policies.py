"""The specs of published policies lint clean, and compositions that keep or break a sentence get their verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_file, lint_text
from tests.policies import COMPOSITIONS, HERE, SPECS, Case, cases_of, rules_of

CASES = [case for page in COMPOSITIONS for case in cases_of(page)]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_a_policy_s_spec_has_no_findings(spec: Path) -> None:
    assert lint_file(spec).diagnostics == ()


def test_each_policy_has_compositions_that_keep_it_and_that_break_it() -> None:
    for spec in SPECS:
        verdicts = [case.code is None for case in CASES if case.page == spec.stem]
        assert verdicts.count(True) >= 2 and verdicts.count(False) >= 3


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_composition_is_accepted_if_and_only_if_it_keeps_the_policy(case: Case) -> None:
    report = lint_text(case.text, f"{case.page}.p2c", HERE / "compositions", counterexamples=False)
    errors = {(found.code, found.rule) for found in report.diagnostics if found.severity is Severity.ERROR}
    if case.code is None:
        assert not errors
        return
    # A type is no rule, and what breaks it names none.
    rules = rules_of(HERE / f"{case.page}.p2c").get(case.numbers[0], [None])
    assert errors & {(case.code, rule) for rule in rules}
