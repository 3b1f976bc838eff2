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
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "X"),
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
        ({"description": "anything"}, "says no type"),
        ({"type": ["string", "boolean"]}, "one of several types"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "one of several types"),
        ({"type": "null"}, "always null"),
        ({"enum": [1, 2]}, "no texts"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "a tuple"),
        ({"type": "object"}, "no property is known"),
        ({"$ref": "#/$defs/Gone"}, "not described here"),
        ({"$ref": "https://example.org/schema"}, "not described here"),
        ({"type": "rainbow"}, "no type 'rainbow'"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "an intersection"),
    ],
)
def test_what_they_cannot_is_an_opaque_type_with_its_reason(schema: Any, reason: str) -> None:
    found = imported(tool("f", {"x": schema}))
    ((place, told),) = found.report.opaque
    assert place.startswith("f.x") and reason in told and told in found.text
    assert spec(tool("f", {"x": schema})).subtasks["f"].parameters[0].type is not None


def test_a_schema_that_contains_itself_ends_somewhere() -> None:
    tree = {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}, "required": ["left"]}
    found = imported(tool("f", {"x": {"$ref": "#/$defs/Tree"}}, schema={"$defs": {"Tree": tree}}))
    assert "record Tree:" in found.text
    assert [reason for _, reason in found.report.opaque] == ["it contains itself"]


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


def test_a_narrowing_that_types_do_not_carry_is_counted() -> None:
    found = imported(tool("f", {"n": {"type": "integer", "minimum": 1, "maximum": 9}}))
    assert found.report.dropped == [("f.n", "minimum"), ("f.n", "maximum")]


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (3, "f.x: a schema is an object, not 3"),
        ({"anyOf": []}, "f.x.anyOf: this is a list with something in it"),
        ({"enum": "a"}, "f.x.enum: this is a list"),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": -1},
            "f.x: minItems is a number of items",
        ),
        ({"type": "object", "properties": [1]}, "f.x: properties are an object"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_place(schema: Any, told: str) -> None:
    with pytest.raises(ImportProblem) as problem:
        imported(tool("f", {"x": schema}))
    assert told in str(problem.value)


def test_schemas_nested_without_end_are_refused() -> None:
    schema: Any = {"type": "string"}
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    with pytest.raises(ImportProblem, match="nested more than"):
        imported(tool("f", {"x": schema}))
