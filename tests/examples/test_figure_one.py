"""Figure 1 of the paper: the aligned composition is accepted, the unaligned one rejected for each of its faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Diagnostic, Verdict
from p2c_dsl.lint import lint_file

DINNER = Path(__file__).parents[2] / "examples" / "dinner"

ALIGNED = """
prefs = {}
for u in users:
prefs[u] = ask_preference(u)
r = identify_overlap(prefs)
book_table(r)
"""
UNALIGNED = """
bookings = {}
for u in users:
prefs = ask_preference(u)
for r in prefs:
book_table(r)
r = identify_overlap(prefs)
"""


@pytest.fixture(scope="module")
def findings() -> tuple[Diagnostic, ...]:
    return lint_file(DINNER / "unaligned.p2c").diagnostics


def by_rule(findings: tuple[Diagnostic, ...], rule: str) -> Diagnostic:
    found = [d for d in findings if d.rule == rule]
    assert len(found) == 1, f"one finding for `{rule}`, not {found}"
    return found[0]


def text_of(diagnostic: Diagnostic) -> str:
    span = diagnostic.location.span
    return diagnostic.location.source.text[span.start : span.end]


@pytest.mark.parametrize(("name", "printed"), [("aligned", ALIGNED), ("unaligned", UNALIGNED)])
def test_the_text_is_the_papers(name: str, printed: str) -> None:
    body = (DINNER / f"{name}.p2c").read_text().split("compose book_dinner(users):\n")[1]
    assert [line.strip() for line in body.splitlines()] == printed.strip().splitlines()


def test_the_aligned_composition_is_accepted() -> None:
    assert lint_file(DINNER / "aligned.p2c").diagnostics == ()


def test_the_loops_are_nested_too_deep(findings: tuple[Diagnostic, ...]) -> None:
    finding = by_rule(findings, "loops <= 1")
    assert finding.code == "P2C303"
    assert text_of(finding) == "for r in prefs:"


def test_the_count_of_reservations_has_no_bound(findings: tuple[Diagnostic, ...]) -> None:
    finding = by_rule(findings, "exactly 1 reserve")
    assert text_of(finding) == "book_table(r)"
    assert "|users|·|prefs|" in finding.message


def test_the_restaurant_comes_from_the_wrong_place(findings: tuple[Diagnostic, ...]) -> None:
    assert text_of(by_rule(findings, "book_table.restaurant from identify_overlap")) == "r"


def test_the_overlap_comes_too_late(findings: tuple[Diagnostic, ...]) -> None:
    assert text_of(by_rule(findings, "identify_overlap before reserve")) == "book_table(r)"


def test_prefs_is_not_defined_after_the_loop(findings: tuple[Diagnostic, ...]) -> None:
    undefined = [d for d in findings if d.code == "P2C162"]
    assert [text_of(d) for d in undefined] == ["prefs"]


def test_bookings_is_never_filled(findings: tuple[Diagnostic, ...]) -> None:
    assert [text_of(d) for d in findings if d.code == "P2C901"] == ["bookings"]


@pytest.mark.parametrize(
    "rule",
    [
        "exactly 1 reserve",
        "book_table.restaurant from identify_overlap",
        "identify_overlap before reserve",
    ],
)
def test_at_most_two_guests_show_what_goes_wrong(findings: tuple[Diagnostic, ...], rule: str) -> None:
    finding = by_rule(findings, rule)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.counterexample is not None
    assert any(step.offending and "book_table(" in step.text for step in finding.counterexample.steps)
    [(name, shown)] = finding.counterexample.inputs
    assert name == "users"
    assert 1 <= shown.count("User") + shown.count("user") <= 2
