"""Unions, intersections, references and descriptions: schemas that a type says only in part."""

from __future__ import annotations

from typing import Any

from p2c_dsl.types import show
from tests.importing.tools import imported, spec, tool

REF = {"$ref": "#/$defs/Tree"}


def of(schema: Any) -> str:
    (parameter,) = spec(tool("f", {"x": schema})).subtasks["f"].parameters
    return show(parameter.type)


def returned(schema: Any, *others: Any) -> Any:
    return imported(tool("f", outputSchema=schema), *(tool(f"g{i}", {"x": s}) for i, s in enumerate(others)))


TEXT_OR_INT = {"anyOf": [{"type": "string"}, {"type": "integer"}]}


def test_a_result_of_several_types_is_opaque_and_an_argument_is_of_the_first_one() -> None:
    found = returned({"properties": {"a": TEXT_OR_INT}, "required": ["a"]})
    assert "    a: A\n" in found.text and len(found.report.opaque) == 1
    assert of(TEXT_OR_INT) == "Text" and of({"type": ["boolean", "string"]}) == "Bool"
    assert imported(tool("f", {"x": TEXT_OR_INT})).report.dropped == [("f.x", "anyOf")]


def test_an_argument_stays_of_several_types_if_a_result_of_these_can_be_given_for_it() -> None:
    found = returned({"properties": {"x": TEXT_OR_INT}, "required": ["x"]}, TEXT_OR_INT)
    assert "    x: X\n" in found.text and "subtask g0(x: X)" in found.text
    assert [reason for _, reason in found.report.opaque] == ["it is one of several types"]


CARD = {
    "type": "object",
    "properties": {"kind": {"const": "card"}, "last4": {"type": "string"}, "left": {"type": "integer"}},
    "required": ["kind", "last4"],
}
GIFT = {
    "type": "object",
    "properties": {"kind": {"const": "gift"}, "left": {"type": "number"}},
    "required": ["kind", "left"],
}


def test_a_union_of_objects_is_an_object_with_what_each_of_them_may_have() -> None:
    found = spec(tool("pay", {"with": {"oneOf": [CARD, GIFT]}}))
    assert {n: show(t) for n, t in found.records["With"].items()} == {
        "kind": "Kind",
        "last4": "Optional[Text]",
        "left": "Optional[Float]",
    }
    assert imported(tool("pay", {"with": {"oneOf": [CARD, GIFT]}})).report.dropped == [("pay.with", "oneOf")]


def test_a_union_that_contains_itself_ends() -> None:
    part = {"type": "object", "properties": {"left": {"oneOf": [REF, {"$ref": "#/$defs/Leaf"}]}}}
    leaf = {"type": "object", "properties": {"n": {"type": "integer"}}}
    found = spec(tool("f", {"x": REF}, schema={"$defs": {"Tree": part, "Leaf": leaf}}))
    assert show(found.subtasks["f"].parameters[0].type) == "Tree"
    assert {n: show(t) for n, t in found.records["Left"].items()} == {"left": "Optional[Left]", "n": "Optional[Int]"}


def test_an_intersection_of_objects_has_the_fields_of_all() -> None:
    base = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    more = {"properties": {"note": {"type": "string"}}}
    both = {"allOf": [{"$ref": "#/$defs/Base"}, more]}
    fields = spec(tool("f", {"x": both}, schema={"$defs": {"Base": base}})).records["X"]
    assert {n: show(t) for n, t in fields.items()} == {"id": "Text", "note": "Optional[Text]"}


def test_an_object_may_have_more_than_it_lists() -> None:
    schema = {"properties": {"id": {"type": "string"}}, "required": ["id"], "additionalProperties": {"type": "string"}}
    found = returned({"type": "object", **schema})
    assert "record Id:\n    id: Text\n" in found.text
    assert found.report.dropped == [("f.result", "additionalProperties")]


def test_references_point_anywhere_in_the_schema() -> None:
    first = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    described = tool("f", {"one": first, "two": {"$ref": "#/properties/one"}})
    kinds = [show(p.type) for p in spec(described).subtasks["f"].parameters]
    assert kinds == ["One", "One"]


def test_equal_schemas_that_no_type_expresses_are_one_type() -> None:
    anything = {"type": "object", "additionalProperties": True}
    found = spec(tool("f", {"meta": anything}), tool("g", {"meta": anything}), tool("h", {"meta": {"type": "null"}}))
    assert [show(found.subtasks[n].parameters[0].type) for n in "fgh"] == ["Meta", "Meta", "HMeta"]


def test_what_fields_mean_is_kept() -> None:
    to = {"type": "object", "properties": {"iban": {"type": "string", "description": "never a foreign one"}}}
    text = imported(tool("pay", {"to": {**to, "description": "Whom."}})).text
    assert 'record To:\n    """Whom.\n\n    iban: never a foreign one\n    """\n' in text
