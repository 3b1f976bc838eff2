"""Tool lists that nobody here wrote: all of them import, lint clean and survive the formatter."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

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


OPAQUE = {
    "filesystem": 1, "seqthink": 3, "banking": 1, "slack": 1, "travel": 5, "workspace": 5
}  # fmt: skip
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
    assert [spec.original(name) for name in spec.subtasks] == [tool.name for tool in tools]
    for subtask, tool in zip(spec.subtasks.values(), tools, strict=True):
        outside = {spec.original(subtask.name, p.name) for p in subtask.parameters}
        assert outside == set(tool.input.get("properties") or {})
