"""Tool lists that nobody here wrote: all of them import, lint clean and survive the formatter."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from p2c_dsl.importing import drift, spec_of
from p2c_dsl.importing.mcp_tools import read_tools
from p2c_dsl.lint import lint_text
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_source

EXTERNAL = Path(os.environ.get("P2C_EXTERNAL", Path(__file__).parents[3] / "shared" / "external"))
LISTS = sorted([*EXTERNAL.glob("mcp/*.json"), *EXTERNAL.glob("agentdojo/*.json")])


@pytest.mark.skipif(not LISTS, reason="the external tool lists are not here (P2C_EXTERNAL names their folder)")
def test_there_are_as_many_tools_as_there_should_be() -> None:
    counts = Counter[str]()
    for path in LISTS:
        counts[path.parent.name] += len(read_tools(path))
    assert counts == {"mcp": 58, "agentdojo": 74}


OPAQUE = {"banking": 1, "slack": 1, "travel": 4, "workspace": 5}
"""How much of each list has no type here; all else has one that says exactly what its schema says."""


@pytest.mark.parametrize("path", LISTS, ids=lambda p: p.stem)
def test_what_has_no_type_is_known(path: Path) -> None:
    report = spec_of(read_tools(path), path.name).report
    assert len(report.opaque) == OPAQUE.get(path.stem, 0), report.opaque


@pytest.mark.parametrize("path", LISTS, ids=lambda p: p.stem)
def test_a_list_imports_lints_clean_and_is_laid_out(path: Path) -> None:
    tools = read_tools(path)
    found = spec_of(tools, path.name)
    report = lint_text(found.text, f"{path.stem}.p2c", Path())
    assert report.clean and len(report.loaded.spec.subtasks) == len(tools)
    assert format_source(Source("again", found.text)) == found.text
    assert drift(Source("again", found.text), found.text) == []
    spec = report.loaded.spec
    by_name = {tool.name: tool for tool in tools}
    assert [spec.original(name) for name in spec.subtasks] == sorted(by_name)
    for subtask in spec.subtasks.values():
        tool = by_name[spec.original(subtask.name)]
        outside = {spec.original(subtask.name, p.name) for p in subtask.parameters}
        assert outside == set(tool.input.get("properties") or {})


@pytest.mark.parametrize("path", LISTS, ids=lambda p: p.stem)
def test_the_order_of_a_list_does_not_matter(path: Path) -> None:
    tools = read_tools(path)
    text = spec_of(tools, path.name).text
    for seed in range(10):
        assert spec_of(Random(seed).sample(tools, len(tools)), path.name).text == text
