"""Whoever does what the tutorial says sees what the tutorial shows."""

from __future__ import annotations

from pathlib import Path

from tests.docs.tutorial import PAGE, followed


def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    page = PAGE.read_text()
    assert followed(page, tmp_path) == page
