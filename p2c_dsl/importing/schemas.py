"""Reads parts of a JSON Schema without assuming that it is well-formed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Schema
from p2c_dsl.importing.numbers import NUMBER_BOUNDS
from p2c_dsl.importing.place import SchemaPlace

NEW_TYPE = "x-new-type"
"""The keyword by which a schema says that its scalar is a separate type, like Python's `NewType`."""
UNIONS = ("anyOf", "oneOf")
_NARROWINGS = (
    *NUMBER_BOUNDS,
    *("multipleOf", "minLength", "maxLength", "pattern", "minProperties", "maxProperties", "contentEncoding"),
    *("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies"),
    *("patternProperties", "propertyNames", "contains", "minContains", "maxContains"),
    *("unevaluatedProperties", "unevaluatedItems", "nullable"),
)
_MOST_DIGITS = 18


def ignored(schema: Mapping[str, Any]) -> list[str]:
    """The keywords of a schema that types cannot express."""
    has_bounds = schema.get("type") in ("integer", "number")
    result = [word for word in _NARROWINGS if word in schema and not (has_bounds and word in NUMBER_BOUNDS)]
    if "properties" in schema:
        result += [word for word in (*UNIONS, "allOf") if word in schema]
    if "format" in schema and schema.get("type") != "string":
        result.append("format")
    return result


def required(schema: Mapping[str, Any], place: SchemaPlace) -> Sequence[str]:
    """The names of the properties that an object must have. Raises `ImportProblem`."""
    result = schema.get("required") or []
    if not isinstance(result, list) or not all(isinstance(name, str) for name in result):
        raise ImportProblem(f"{place}: `required` must be a list of names, not {shown(result)}")
    return result


def is_record(schema: Schema) -> bool:
    """Whether `Types.of` makes a record of the schema."""
    if not isinstance(schema, Mapping) or not schema.get("properties") or {"$ref", "enum", "const"} & schema.keys():
        return False
    others = schema.get("additionalProperties")
    return schema.get("type", "object") == "object" and not (isinstance(others, Mapping) and others)


def texts(schema: Schema) -> list[str]:
    """The strings that a schema enumerates; empty if it is not such a schema."""
    if not isinstance(schema, Mapping) or not {"const", "enum"} & schema.keys():
        return []
    found = schema["enum"] if "enum" in schema else [schema["const"]]
    known = isinstance(found, list) and all(isinstance(word, str) for word in found)
    return found if known else []


def bound(word: str, schema: Mapping[str, Any], place: SchemaPlace) -> int | None:
    """A bound on an array's size, if there is one. Raises `ImportProblem`."""
    result = schema.get(word)
    if result is None:
        return None
    if not isinstance(result, int) or isinstance(result, bool) or not 0 <= result < 10**_MOST_DIGITS:
        raise ImportProblem(f"{place}: `{word}` must be a number of items, not {shown(result)}")
    return result


def listed(value: Any, place: SchemaPlace) -> list[Any]:
    """The value, which must be a non-empty list. Raises `ImportProblem`."""
    if not isinstance(value, list) or not value:
        raise ImportProblem(f"{place}: expected a non-empty list, not {shown(value)}")
    return value


def shown(value: Any) -> str:
    """A value of foreign data for a message."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
