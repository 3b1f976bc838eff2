"""Texts that ask for more than can be done: what is wrong is said where it stands, and nothing fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.lint import Report, lint_text

HEAD = "effect e\nsubtask f(u: U):\n    does e\n"
PLAN = "task t(x: U):\n    at most 0 e\ncompose t(x):\n    f(x)\n"


def lint(text: str) -> Report:
    return lint_text(text, "t.p2c", Path())


def codes(text: str) -> list[str]:
    return [d.code for d in lint(text).diagnostics]


@pytest.mark.parametrize(
    "records",
    [
        "record U:\n    k: U\n",
        "record U:\n    k: V\nrecord V:\n    k: U\n",
        "record U:\n    k: Set[U] >= 1\n",
        "record U:\n    k: List[List[U] >= 2] >= 1\n",
        "record U:\n    k: Map[Text, U] >= 1\n",
        "record U:\n    k: Map[U, Text] >= 1\n",
        "record U:\n    k: Optional[V]\n    u: U\nrecord V:\n    k: U\n",
    ],
    ids=["itself", "each other", "set", "lists", "map", "key", "beside an Optional"],
)
def test_a_record_without_a_finite_value_is_a_finding_at_its_declaration(records: str) -> None:
    first, *others = lint(records + HEAD + PLAN).diagnostics
    assert (first.code, first.location.span.start) == ("P2C206", len("record "))
    assert [d.code for d in others] == ["P2C401"]


@pytest.mark.parametrize("of", ["Optional[U]", "List[U]", "Set[U]", "Map[Text, U]", "Map[U, Text]", "Set[U] <= 3"])
def test_a_record_that_ends_somewhere_may_hold_its_like(of: str) -> None:
    found = lint(f"record U:\n    k: {of}\n" + HEAD + PLAN).diagnostics
    assert [d.code for d in found] == ["P2C401"]
    assert found[0].counterexample is not None


def test_a_record_inside_an_endless_one_is_not_blamed() -> None:
    assert codes("type A\nrecord U:\n    k: U\n    v: V\nrecord V:\n    a: A\n") == ["P2C206"]
