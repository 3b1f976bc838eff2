"""Intersections and unions of schemas as one schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from p2c_dsl.importing.json_schema.documents import Document
from p2c_dsl.importing.json_schema.schemas import is_record

_SAYS_NOTHING = ("title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly")
"""Keywords that do not change which values a schema allows."""


def whole(schema: Any, document: Document) -> Any:
    """The schema without `allOf`, if its parts can be merged into one schema."""
    if not isinstance(schema, Mapping) or not isinstance(schema.get("allOf"), list) or "$ref" in schema:
        return schema
    rest = {word: value for word, value in schema.items() if word != "allOf"}
    parts = [part for part in (*schema["allOf"], rest) if part is not True]
    telling = [part for part in parts if not isinstance(part, Mapping) or _tells(part)]
    if len(telling) == 1 and isinstance(telling[0], Mapping):
        return {**{word: rest[word] for word in ("description", "default") if word in rest}, **telling[0]}
    merged: Mapping[str, Any] | None = {}
    for part in _flat(parts, document, ()):
        merged = None if merged is None or part is None else _both(merged, part)
    return schema if merged is None else merged


def _tells(part: Mapping[str, Any]) -> bool:
    return any(word not in _SAYS_NOTHING for word in part)


def _flat(parts: Sequence[Any], document: Document, seen: tuple[str, ...]) -> Iterator[Mapping[str, Any] | None]:
    """The parts without references and without intersections among them; `None` for what is not a schema."""
    for part in parts:
        if not isinstance(part, Mapping):
            yield None
            continue
        target = part.get("$ref")
        if target is not None:
            if target in seen or len(seen) > 20:
                yield None
            else:
                yield from _flat([document.find(target)], document, (*seen, str(target)))
            continue
        inner = part.get("allOf")
        if isinstance(inner, list):
            yield from _flat(inner, document, seen)
        yield {word: value for word, value in part.items() if word not in ("allOf", "discriminator")}


def _both(a: Mapping[str, Any], b: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What both schemas allow; `None` if that cannot be said in one schema."""
    result = {**a}
    for word, value in b.items():
        if word not in result or result[word] == value or word in _SAYS_NOTHING:
            result.setdefault(word, value)
        elif word == "properties" and isinstance(value, Mapping) and isinstance(a[word], Mapping):
            result[word] = {**a[word], **{n: _one(a[word].get(n), s) for n, s in value.items()}}
        elif word == "required" and isinstance(value, list) and isinstance(a[word], list):
            result[word] = [*a[word], *(name for name in value if name not in a[word])]
        elif word == "type" and {str(value), str(a[word])} == {"integer", "number"}:
            result[word] = "integer"
        elif word == "enum" and isinstance(value, list) and isinstance(a[word], list):
            result[word] = [member for member in a[word] if member in value]
        elif word not in ("nullable", "additionalProperties", "xml", "externalDocs"):
            return None
    return result


def _one(known: Any, other: Any) -> Any:
    return other if known is None or known == other else {"allOf": [known, other]}


def union_of_records(parts: Sequence[Any], document: Document) -> Mapping[str, Any] | None:
    """A record with the fields of all parts, if they are records; only what all parts need is required."""
    records = [whole(resolved(part, document), document) for part in parts]
    if not all(map(is_record, records)):
        return None
    properties: dict[str, list[Any]] = {}
    for record in records:
        for name, schema in record["properties"].items():
            properties.setdefault(name, []).append(schema)
    needed = [record["required"] if isinstance(record.get("required"), list) else [] for record in records]
    return {
        "type": "object",
        "properties": {name: _any_of(schemas) for name, schemas in properties.items()},
        "required": [name for name in properties if all(name in names for names in needed)],
    }


def _any_of(schemas: Sequence[Any]) -> Any:
    different = [schema for i, schema in enumerate(schemas) if schema not in schemas[:i]]
    return different[0] if len(different) == 1 else {"anyOf": different}


def resolved(schema: Any, document: Document) -> Any:
    """The schema that a reference, or a chain of them, leads to."""
    for _ in range(20):
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            break
        schema = document.find(schema["$ref"])
    return schema
