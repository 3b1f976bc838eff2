"""The pages that are made from the code are those that the code makes."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.codes import all_codes
from p2c_dsl.rules import RULES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "generate.py"))


def test_every_page_is_current(generator: dict[str, Any]) -> None:
    assert generator["stale"]() == [], "run `python docs/generate.py`"


def test_every_rule_has_a_page_with_both_examples() -> None:
    for rule in RULES:
        page = (ROOT / "docs" / "rules" / f"{rule.name}.md").read_text()
        assert rule.accepted.strip() in page
        assert rule.rejected.strip() in page


def test_every_code_is_explained() -> None:
    page = (ROOT / "docs" / "codes.md").read_text()
    for code in all_codes():
        assert f"### {code}" in page
