"""What the page on people and their values shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "humans.md"


def test_its_python_runs_from_top_to_bottom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    assert names["phi"].quality.comparisons > 0


def test_it_is_in_the_table_of_contents_and_its_pictures_are_there() -> None:
    assert "humans.md" in (ROOT / "mkdocs.yml").read_text()
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", PAGE.read_text())
    assert pictures and all((PAGE.parent / picture).is_file() for picture in pictures)


def test_the_keys_that_it_names_are_the_page_s() -> None:
    script = (ROOT / "planners" / "preferences" / "humans" / "page" / "page.js").read_text()
    for key, name in (
        ("1", '"1"'),
        ("2", '"2"'),
        ("←", "ArrowLeft"),
        ("→", "ArrowRight"),
        ("s", "s:"),
        ("u", '"u"'),
    ):
        assert f"`{key}`" in PAGE.read_text() and name in script
