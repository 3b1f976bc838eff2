"""A server's answer is read with suspicion: what is not a tool list is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.importing import ImportProblem
from p2c_dsl.importing.mcp_tools import read_tools, tools_of


@pytest.mark.parametrize(
    "answer",
    [
        [{"name": "f"}],
        {"tools": [{"name": "f"}]},
        {"server": "s", "tools": [{"name": "f"}]},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "f"}]}},
    ],
)
def test_the_forms_in_which_lists_come(answer: Any) -> None:
    assert [tool.name for tool in tools_of(answer)] == ["f"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({}, "no tools found"),
        ("tools", "no tools found"),
        ([1], "tools[0]: a tool must be an object"),
        ([{"name": ""}], "tools[0].name"),
        ([{"name": "f"}, {"name": 3}], "tools[1].name"),
        ([{"name": "f", "inputSchema": []}], "tools[0].inputSchema"),
        ([{"name": "f", "annotations": [1]}], "tools[0].annotations"),
    ],
)
def test_what_is_no_list_of_tools(answer: Any, told: str) -> None:
    with pytest.raises(ImportProblem) as problem:
        tools_of(answer)
    assert told in str(problem.value)


def test_a_file_that_is_no_json_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "tools.json"
    file.write_text('{\n  "tools": [,]\n}')
    with pytest.raises(ImportProblem, match=r"tools\.json:2:13 is not JSON"):
        read_tools(file)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[" * 100_000, b""])
def test_nor_does_any_other_file_end_in_a_traceback(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "tools.json"
    file.write_bytes(data)
    with pytest.raises(ImportProblem):
        read_tools(file)


def test_a_title_stands_beside_the_name_or_among_the_annotations() -> None:
    tools = tools_of([{"name": "f", "title": "F"}, {"name": "g", "annotations": {"title": "G"}}])
    assert [tool.title for tool in tools] == ["F", "G"]


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "tools.json"
    file.write_text(json.dumps({"tools": [{"name": "f", "description": "d"}]}))
    assert read_tools(file)[0].description == "d"
