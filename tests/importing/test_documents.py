"""Tools that share one document of definitions, and stand in its sections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from p2c_dsl.importing import Tool, spec_of
from p2c_dsl.importing.json_schema.documents import Document
from p2c_dsl.lint import lint_text
from p2c_dsl.types import show
from tests.importing.tools import spec


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def record(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def tools(*results: str, section: str = "", **schemas: Any) -> list[Tool]:
    document = Document({"components": {"schemas": schemas}}, shared=True)
    return [Tool(f"get_{n}", {"type": "object"}, ref(n), document=document, section=section) for n in results]


def fields(found: Any, name: str) -> dict[str, str]:
    return {field: show(of) for field, of in found.records[name].items()}


def test_a_definition_is_one_type_for_all_tools() -> None:
    found = spec(*tools("a", "b", a=record(b=ref("b")), b=record(("n",), n={"type": "integer"})))
    assert fields(found, "A") == {"b": "Optional[B]"} and fields(found, "B") == {"n": "Int"}
    assert show(found.subtasks["get_b"].result) == "B"


def test_a_definition_that_may_be_null_is_optional_wherever_it_is_named() -> None:
    user = {**record(("id",), id={"type": "string"}), "nullable": True}
    found = spec(*tools("issue", issue=record(("owner",), owner=ref("user")), user=user))
    assert fields(found, "Issue") == {"owner": "Optional[User]"}


def test_definitions_may_contain_each_other_where_they_need_not() -> None:
    found = spec(*tools("a", a=record(("b",), b=ref("b")), b=record(a=ref("a"))))
    assert fields(found, "A") == {"b": "B"} and fields(found, "B") == {"a": "Optional[A]"}


def test_those_that_need_each_other_are_opaque_inside() -> None:
    text = spec_of(tools("a", a=record(("b",), b=ref("b")), b=record(("a",), a=ref("a"))), "a test")
    assert {reason for _, reason in text.report.opaque} == {"a value of it would contain itself endlessly"}
    assert lint_text(text.text, "t.p2c", Path()).clean


def test_a_chain_of_definitions_may_be_long() -> None:
    chain = {f"d{i}": record(next=ref(f"d{i + 1}")) for i in range(500)}
    found = spec(*tools("d0", **chain, d500=record(n={"type": "integer"})))
    assert len(found.records) == 501


def test_a_union_of_definitions_may_contain_itself() -> None:
    leaf = record(("n",), n={"type": "integer"})
    found = spec(*tools("tree", tree={"oneOf": [ref("leaf"), ref("fork")]}, leaf=leaf, fork=record(left=ref("tree"))))
    assert fields(found, "Tree") == {"n": "Optional[Int]", "left": "Optional[Tree]"}


def test_sections_have_their_types_before_their_tools_and_their_enums_behind() -> None:
    color = {"enum": ["red", "blue"]}
    first = tools("a", section="pets", a=record(("c",), c=color))
    text = spec_of([*tools("b", section="users", b=record(n={"type": "string"})), *first], "a test").text
    order = ["# ------------ pets", "record A:", "subtask get_a()", "enum C:", "# ------------ users", "record B:"]
    places = [text.index(part) for part in [*order, "subtask get_b()"]]
    assert places == sorted(places)
