"""Reads parts of a JSON Schema without assuming that it is well-formed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_dsl.importing.json_schema.numbers import NUMBER_BOUNDS
from p2c_dsl.importing.json_schema.place import SchemaPlace
from p2c_dsl.importing.model import ImportProblem, Schema

NEW_TYPE = "x-new-type"
"""The keyword by which a schema says that its scalar is a separate type, like Python's `NewType`."""
UNIONS = ("anyOf", "oneOf")
_NARROWINGS = (
    *NUMBER_BOUNDS,
    *("multipleOf", "minLength", "maxLength", "pattern", "minProperties", "maxProperties", "contentEncoding"),
    *("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies"),
    *("patternProperties", "propertyNames", "contains", "minContains", "maxContains"),
    *("unevaluatedProperties", "unevaluatedItems"),
)
_MOST_DIGITS = 18
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number"}


def ignored(schema: Mapping[str, Any]) -> list[str]:
    """The keywords of a schema that types cannot express."""
    has_bounds = schema.get("type") in ("integer", "number")
    result = [word for word in _NARROWINGS if word in schema and not (has_bounds and word in NUMBER_BOUNDS)]
    if "properties" in schema:
        result += [word for word in (*UNIONS, "allOf") if word in schema]
        others = schema.get("additionalProperties")
        result += ["additionalProperties"] if isinstance(others, Mapping) and others else []
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
    if not isinstance(schema, Mapping) or {"$ref", "enum", "const"} & schema.keys():
        return False
    properties = schema.get("properties")
    return isinstance(properties, Mapping) and bool(properties) and schema.get("type", "object") == "object"


def texts(schema: Schema) -> list[str]:
    """The strings that a schema enumerates; empty if it is not such a schema."""
    if not isinstance(schema, Mapping) or not {"const", "enum"} & schema.keys():
        return []
    found = schema["enum"] if "enum" in schema else [schema["const"]]
    known = isinstance(found, list) and all(isinstance(word, str) for word in found)
    return found if known else []


def nullable(schema: Mapping[str, Any]) -> bool:
    """Whether `null` is a value beside those of the type, as OpenAPI 3.0 and Swagger say it."""
    return schema.get("nullable") is True or schema.get("x-nullable") is True


def without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A `nullable` schema's values without `null`."""
    rest = {word: value for word, value in schema.items() if word not in ("nullable", "x-nullable")}
    if isinstance(rest.get("enum"), list) and len(rest["enum"]) > 1:
        rest["enum"] = [member for member in rest["enum"] if member is not None]
    return rest


def split_null(schema: Schema) -> tuple[Schema, bool]:
    """A schema's values without `null`, and whether that is one of them."""
    if not isinstance(schema, Mapping):
        return schema, False
    kinds = schema.get("type")
    if isinstance(kinds, list) and len(kinds) == 2 and "null" in kinds:
        (kind,) = (one for one in kinds if one != "null") if kinds[0] != kinds[1] else (kinds[0],)
        return without_null({**schema, "type": kind}), True
    return (without_null(schema), True) if nullable(schema) else (schema, False)


def described(schema: Mapping[str, Any], properties: Mapping[str, Schema]) -> str:
    """What a schema says of its values, with a line for each property that has a description."""
    own = schema.get("description")
    lines = [
        f"{name}: {of['description']}"
        for name, of in properties.items()
        if isinstance(of, Mapping) and isinstance(of.get("description"), str) and of["description"].strip()
    ]
    parts = [*([own] if isinstance(own, str) and own.strip() else []), *(["\n".join(lines)] if lines else [])]
    return "\n\n".join(parts).replace("\r\n", "\n").replace("\r", "\n")


def scalar_kind(schema: Schema) -> str:
    """`string`, `integer`, `number` or `boolean` if that is all that a schema's values are; otherwise empty."""
    if not isinstance(schema, Mapping):
        return ""
    if "enum" in schema or "const" in schema:
        found = schema["enum"] if "enum" in schema else [schema["const"]]
        kinds = {_KINDS.get(type(value), "") for value in found} if isinstance(found, list) else {""}
        return kinds.pop() if len(kinds) == 1 else "number" if kinds == {"integer", "number"} else ""
    kind = schema.get("type")
    return kind if isinstance(kind, str) and kind in _KINDS.values() else ""


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
