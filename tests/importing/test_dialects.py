"""The forms in which agents write tools: nothing of a tool is lost, and an odd one costs itself alone."""

from __future__ import annotations

from typing import Any

import pytest

from p2c_dsl.importing import ImportProblem, spec_of, spec_of_list
from p2c_dsl.importing.mcp_tools import list_in, tools_of
from tests.importing.tools import tool

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
HINTS = {"read_only_hint": True, "destructive_hint": None, "open_world_hint": False}


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "weather", "description": "d", "inputSchema": SCHEMA},
        {"name": "weather", "title": None, "description": "d", "input_schema": SCHEMA, "output_schema": None},
        {"type": "function", "function": {"name": "weather", "description": "d", "parameters": SCHEMA}},
        {"type": "function", "name": "weather", "description": "d", "parameters": SCHEMA, "strict": True},
        {"name": "weather", "description": "d", "parameters": SCHEMA},
        {"type": "custom", "name": "weather", "description": "d", "input_schema": SCHEMA},
    ],
    ids=["mcp", "mcp-snake", "openai-chat", "openai-responses", "openai-functions", "anthropic"],
)
def test_one_tool_in_all_forms(entry: dict[str, Any]) -> None:
    text = spec_of(tools_of([entry]), "a test").text
    assert 'subtask weather(city: Text) -> Text:\n    """d"""\n' in text


def test_a_library_s_own_dump_of_an_answer() -> None:
    entry = {"name": "f", "input_schema": SCHEMA, "output_schema": {"type": "boolean"}, "annotations": HINTS}
    (found,) = tools_of({"meta": None, "next_cursor": None, "tools": [entry], "result_type": "complete"})
    assert found.claims == ("read_only", "closed_world") and found.output == {"type": "boolean"}


def test_a_tool_without_arguments() -> None:
    (found,) = tools_of([{"type": "function", "name": "f", "parameters": None}])
    assert found.input == {"type": "object"}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"type": "web_search"}, "tools[1]: a tool of the model's provider (`web_search`)"),
        ({"type": "bash_20250124", "name": "bash"}, "a tool of the model's provider"),
        ({"type": "custom", "name": "sql"}, "`sql` takes free text"),
        ({"type": "function", "function": {"parameters": SCHEMA}}, "tools[1].function.name"),
        ({"name": "g", "parameters": [1]}, "tools[1].parameters: a JSON Schema must be an object"),
        (tool("g", {"x": 3}), "g.x: a schema must be an object, not 3"),
        (tool("g", schema={"properties": [1]}), "g: `properties` must be an object"),
        ("g", "tools[1]: a tool must be an object"),
    ],
)
def test_one_odd_tool_costs_that_tool(entry: Any, told: str) -> None:
    found = spec_of_list(list_in([tool("f"), entry, tool("h")]), "a test")
    assert [of.name for of, _ in found.listed] == ["f", "h"]
    ((_, reason),) = [(r.tool, r.reason) for r in found.refused]
    assert told in reason


def test_a_type_that_cannot_be_written_costs_its_tool() -> None:
    deep: Any = {"type": "string"}
    for _ in range(25):
        deep = {"anyOf": [{"type": "array", "items": deep}, {"type": "null"}]}
    found = spec_of_list(list_in([tool("f", {"x": deep}), tool("g")]), "a test")
    assert [of.name for of, _ in found.listed] == ["g"] and found.refused[0].tool == "f"


def test_two_tools_of_one_name_cost_both() -> None:
    found = spec_of_list(list_in([tool("f"), tool("g"), tool("f", {"x": {"type": "string"}})]), "a test")
    assert [of.name for of, _ in found.listed] == ["g"]


def test_a_list_of_odd_tools_alone_is_a_problem() -> None:
    with pytest.raises(ImportProblem, match="must be an object"):
        spec_of_list(list_in([3]), "a test")


def test_tools_are_chosen_by_patterns() -> None:
    found = list_in([tool("get_a"), tool("get_b"), tool("drop"), {"name": "get_c", "inputSchema": 3}])
    assert [t.name for t in found.chosen(["get_*"], ["*_b"]).tools] == ["get_a"]
    assert [r.tool for r in found.chosen([], ["get_?"]).refused] == []
    with pytest.raises(ImportProblem, match="no tool matches `put_\\*`"):
        found.chosen(["put_*"], [])
