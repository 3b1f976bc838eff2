"""JSON Schema as types: what a type can say is said exactly, and what it cannot is reported."""

from __future__ import annotations

from typing import Any

import pytest

from p2c_dsl.importing import ImportProblem
from p2c_dsl.types import show
from tests.importing.tools import imported, spec, tool


def of(schema: Any, **more: Any) -> str:
    (parameter,) = spec(tool("f", {"x": schema}, **more)).subtasks["f"].parameters
    return show(parameter.type)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "Text"),
        ({"type": "integer"}, "Int"),
        ({"type": "number"}, "Float"),
        ({"type": "boolean"}, "Bool"),
        ({"type": "array", "items": {"type": "string"}}, "List[Text]"),
        ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, "Set[Int]"),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3},
            "List[Text] >= 1 <= 3",
        ),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "Map[Text, Float]"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "Optional[Text]"),
        ({"oneOf": [{"type": "integer"}]}, "Int"),
        ({"type": ["string", "null"]}, "Optional[Text]"),
        ({"allOf": [{"type": "string"}]}, "Text"),
        ({"type": "string", "format": "date-time"}, "DateTime"),
        ({"enum": ["a", "b"]}, "X"),
        ({"const": "a"}, "X"),
        ({"enum": ["a", None]}, "Optional[X]"),
        ({"oneOf": [{"const": "a", "title": "A"}, {"enum": ["b", "c"]}, {"type": "null"}]}, "Optional[X]"),
        ({"type": "integer", "default": False}, "Int"),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"required": ["a"]}]}, "X"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "X"),
        ({"type": "string", "nullable": True}, "Optional[Text]"),
        ({"enum": ["a", None], "nullable": True}, "Optional[X]"),
        ({"enum": [1, 2, 3]}, "Int >= 1 <= 3"),
        ({"type": "integer", "enum": [0, None, 1]}, "Optional[Int >= 0 <= 1]"),
        ({"anyOf": [{"enum": ["a", "b"]}, {"type": "string"}]}, "Text"),
        ({"anyOf": [{"type": "integer"}, {"type": "number", "minimum": 0}]}, "Float"),
        (
            {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [{"type": "number"}] * 2},
            "List[Float] >= 2 <= 2",
        ),
        ({"allOf": [{"type": "string"}, {"description": "no more"}]}, "Text"),
        ({"allOf": [{"properties": {"a": {"type": "string"}}}, {"required": ["a"]}]}, "X"),
    ],
)
def test_what_types_can_say(schema: Any, expected: str) -> None:
    assert of(schema) == expected
    assert not imported(tool("f", {"x": schema})).report.opaque


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (True, "no schema"),
        ({}, "no schema"),
        ({"description": "anything"}, "has no type"),
        ({"anyOf": [{"type": "object"}, {"type": "array", "items": {}}]}, "one of several types"),
        ({"type": "null"}, "always null"),
        ({"enum": [1, "a"]}, "not strings"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "a tuple"),
        ({"type": "object"}, "without known properties"),
        ({"$ref": "#/$defs/Gone"}, "is not defined"),
        ({"$ref": "https://example.org/schema"}, "is not defined"),
        ({"type": "rainbow"}, "no type 'rainbow'"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "an intersection"),
    ],
)
def test_what_they_cannot_is_an_opaque_type_with_its_reason(schema: Any, reason: str) -> None:
    found = imported(tool("f", {"x": schema}))
    ((place, told),) = found.report.opaque
    assert place.startswith("f.x") and reason in told and told in found.text
    assert spec(tool("f", {"x": schema})).subtasks["f"].parameters[0].type is not None


REF = {"$ref": "#/$defs/Tree"}


def tree(properties: dict[str, Any], *required: str, name: str = "f") -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return tool(name, {"x": REF}, schema={"$defs": {"Tree": schema}})


def test_a_record_may_contain_itself_where_it_need_not() -> None:
    found = spec(tree({"left": REF, "rest": {"type": "array", "items": REF}}, "rest"))
    assert {n: show(t) for n, t in found.records["Tree"].items()} == {
        "left": "Optional[Tree]",
        "rest": "List[Tree]",
    }


def test_the_same_recursive_definition_in_two_tools_is_one_type() -> None:
    found = spec(tree({"left": REF}), tree({"left": REF}, name="g"), tree({"right": REF}, name="h"))
    assert [show(found.subtasks[name].parameters[0].type) for name in "fgh"] == ["Tree", "Tree", "HTree"]


def test_a_value_that_would_hold_itself_without_end_is_opaque_inside() -> None:
    found = imported(tree({"left": REF}, "left"))
    assert "record Tree:" in found.text
    assert [reason for _, reason in found.report.opaque] == ["a value of it would contain itself endlessly"]


def test_a_list_of_itself_is_opaque_inside() -> None:
    found = imported(tool("f", {"x": REF}, schema={"$defs": {"Tree": {"type": "array", "items": REF}}}))
    assert "f(x: List[Tree])" in found.text
    assert [reason for _, reason in found.report.opaque] == ["it contains itself"]


def test_definitions_that_refer_to_each_other_in_all_ways_take_no_time() -> None:
    names = [f"A{i}" for i in range(20)]
    mesh = {n: {"type": "object", "properties": {m: {"$ref": f"#/$defs/{m}"} for m in names}} for n in names}
    found = spec(tool("f", {"x": {"$ref": "#/$defs/A0"}}, schema={"$defs": mesh}))
    assert sorted(found.records) == sorted(names) and all(len(r) == 20 for r in found.records.values())


def test_a_tool_s_arguments_may_stand_among_its_definitions() -> None:
    args = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    schema = {"$ref": "#/definitions/Args", "definitions": {"Args": args}}
    (parameter,) = spec({"name": "f", "inputSchema": schema}).subtasks["f"].parameters
    assert (parameter.name, show(parameter.type)) == ("a", "Text")


def test_equal_records_are_one_and_different_ones_of_one_name_are_told_apart() -> None:
    point = {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}
    other = {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}
    found = spec(tool("f", {"at": point}), tool("g", {"at": point}), tool("h", {"at": other}))
    kinds = [show(found.subtasks[name].parameters[0].type) for name in "fgh"]
    assert kinds == ["At", "At", "HAt"]


def test_the_elements_of_a_list_are_named_in_the_singular() -> None:
    entry = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert of({"type": "array", "items": entry}) == "List[X]"
    found = spec(tool("f", {"entities": {"type": "array", "items": entry}}))
    assert show(found.subtasks["f"].parameters[0].type) == "List[Entity]"


def test_fields_that_may_be_missing_may_be_none() -> None:
    edit = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "required": ["a"],
    }
    fields = spec(tool("f", {"edit": edit})).records["Edit"]
    assert {name: show(t) for name, t in fields.items()} == {"a": "Text", "b": "Optional[Text]"}


@pytest.mark.parametrize(
    ("schema", "expected", "dropped"),
    [
        ({"type": ["string", "null"], "minLength": 1}, "Optional[Text]", ["minLength"]),
        ({"type": "integer", "format": "int64"}, "Int", ["format"]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 3, "maxItems": 1}, "List[Text] <= 1", ["minItems"]),
        (
            {"type": "array", "uniqueItems": True, "items": {"type": "array", "items": {"type": "string"}}},
            "List[List[Text]]",
            ["uniqueItems"],
        ),
        ({"properties": {"a": {"type": "string"}}, "patternProperties": {}}, "X", ["patternProperties"]),
        ({"properties": {"a": {"type": "string"}}, "oneOf": [{}]}, "X", ["oneOf"]),
    ],
)  # fmt: skip
def test_what_a_type_leaves_out_is_told_once(schema: Any, expected: str, dropped: list[str]) -> None:
    assert of(schema) == expected
    assert imported(tool("f", {"x": schema})).report.dropped == [("f.x", word) for word in dropped]


def test_what_types_leave_out_of_a_tool_s_arguments_is_told_too() -> None:
    found = imported(tool("f", {"a": {"type": "string"}}, schema={"oneOf": [{"required": ["a"]}]}))
    assert found.report.dropped == [("f", "oneOf")]


def test_an_enum_s_members_may_be_called_like_types() -> None:
    assert "    Text\n    List\n" in imported(tool("f", {"x": {"enum": ["Text", "List"]}})).text


def test_a_narrowing_that_types_do_not_carry_is_counted() -> None:
    found = imported(tool("f", {"n": {"type": "integer", "multipleOf": 5}, "t": {"type": "string", "minimum": 1}}))
    assert found.report.dropped == [("f.n", "multipleOf"), ("f.t", "minimum")]


@pytest.mark.parametrize(
    ("schema", "expected", "dropped"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, "Int >= 1 <= 9", []),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}, "Int >= 1 <= 9", []),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, "Int >= 1", []),
        ({"type": "integer", "minimum": 0.5, "maximum": 2.5}, "Int >= 1 <= 2", []),
        ({"type": "number", "minimum": -0.5, "maximum": 1}, "Float >= -0.5 <= 1", []),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "Float >= 0 <= 1", ["exclusiveMaximum"]),
        ({"type": "number", "exclusiveMinimum": 0}, "Float >= 0", ["exclusiveMinimum"]),
        ({"type": "integer", "minimum": 5, "maximum": 3}, "Int >= 5", ["maximum"]),
        ({"type": "integer", "minimum": -(2**53 - 1), "maximum": 2**63}, "Int", ["minimum", "maximum"]),
        ({"type": "integer", "minimum": "1"}, "Int", ["minimum"]),
        ({"type": ["integer", "null"], "minimum": 1}, "Optional[Int >= 1]", []),
        ({"type": "integer", "minimum": 0, "x-new-type": "Cents"}, "Cents", []),
    ],
)
def test_bounds_of_numbers_are_bounds_of_types(schema: Any, expected: str, dropped: list[str]) -> None:
    assert of(schema) == expected
    assert imported(tool("f", {"x": schema})).report.dropped == [("f.x", word) for word in dropped]


def test_a_new_type_has_the_bounds_of_its_base() -> None:
    schema = {"type": "integer", "minimum": 0, "x-new-type": "Cents", "default": 5}
    text = imported(tool("f", {"x": schema}, required=False)).text
    assert "type Cents = Int >= 0\n" in text
    assert "x: Cents = 5" in text


def test_a_default_outside_the_bounds_is_left_to_the_server() -> None:
    found = imported(tool("f", {"x": {"type": "integer", "minimum": 1, "default": 0}}, required=False))
    assert "x: Optional[Int >= 1] = None" in found.text
    assert found.report.dropped == [("f.x", "default")]


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (3, "f.x: a schema must be an object, not 3"),
        ({"anyOf": []}, "f.x.anyOf: expected a non-empty list"),
        ({"enum": "a"}, "f.x.enum: expected a non-empty list"),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": -1},
            "f.x: `minItems` must be a number of items",
        ),
        ({"type": "object", "properties": [1]}, "f.x: `properties` must be an object"),
        (
            {"type": "object", "properties": {"a": {}}, "required": 3},
            "f.x: `required` must be a list of names",
        ),
        (
            {"type": "object", "properties": {"a": {}}, "required": [[]]},
            "f.x: `required` must be a list of names",
        ),
    ],
)
def test_what_is_no_schema_is_refused_with_its_place(schema: Any, told: str) -> None:
    with pytest.raises(ImportProblem) as problem:
        imported(tool("f", {"x": schema}))
    assert told in str(problem.value)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "string"}, "f: the input of a tool must be an object, not 'string'"),
        ({"type": "object", "properties": [1]}, "f: `properties` must be an object"),
        ({"type": "object", "required": "abc"}, "f: `required` must be a list of names"),
        ({"$defs": [1]}, "f: `$defs` must be an object"),
        (
            {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}},
            "f: the tool does not describe its input",
        ),
        ({"$ref": "https://example.org/schema"}, "f: the tool does not describe its input"),
    ],
)
def test_what_describes_no_arguments_is_refused(schema: Any, told: str) -> None:
    with pytest.raises(ImportProblem) as problem:
        imported({"name": "f", "inputSchema": schema})
    assert told in str(problem.value)


@pytest.mark.parametrize("word", ["anyOf", "allOf"])
def test_unions_nested_without_end_are_refused(word: str) -> None:
    schema: Any = {"type": "string"}
    for _ in range(400):
        schema = {word: [schema]}
    with pytest.raises(ImportProblem, match="nested more than"):
        imported(tool("f", {"x": schema}))


def test_a_type_that_the_language_cannot_nest_is_refused_with_its_line() -> None:
    schema: Any = {"type": "string"}
    for _ in range(25):
        schema = {"anyOf": [{"type": "array", "items": schema}, {"type": "null"}]}
    with pytest.raises(ImportProblem, match=r"subtask f\(x: .*nested more than"):
        imported(tool("f", {"x": schema}))


def test_schemas_nested_without_end_are_refused() -> None:
    schema: Any = {"type": "string"}
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    with pytest.raises(ImportProblem, match="nested more than"):
        imported(tool("f", {"x": schema}))
