"""A tool as the declaration of a subtask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from p2c_dsl.importing.json_schema.declared import named, optional
from p2c_dsl.importing.json_schema.documents import Document
from p2c_dsl.importing.json_schema.merging import resolved, whole
from p2c_dsl.importing.json_schema.place import SchemaPlace
from p2c_dsl.importing.json_schema.schemas import UNIONS, described, required
from p2c_dsl.importing.json_schema.types import ImportedTypes
from p2c_dsl.importing.model import ImportProblem, Tool
from p2c_dsl.importing.naming import distinct
from p2c_dsl.runtime.external_tools import WRAPPED
from p2c_dsl.syntax.text import quote

_MOST_DIGITS = 18


def subtask_of(tool: Tool, name: str, types: ImportedTypes) -> Iterator[str]:
    """The lines of a tool's declaration. Raises `ImportProblem`."""
    place = SchemaPlace(name, (), tool.document or _document(tool.input, tool.name))
    given = _arguments(tool.input, place)
    parameters = _parameters(given, place, types)
    result = _result(tool, name, types)
    arrow = "" if result is None else f" -> {result}"
    yield f"subtask {named(name, tool.name)}({', '.join(parameters)}){arrow}:"
    parts = [part for part in (tool.title, tool.description) if part.strip()]
    doc = described({"description": "\n\n".join(parts)}, given["properties"])
    if doc:
        yield f"    {quote(doc)}"
    yield "    may anything"
    if tool.claims:
        yield f"    claims {', '.join(tool.claims)}"


def _parameters(given: Mapping[str, Any], place: SchemaPlace, types: ImportedTypes) -> list[str]:
    """The parameters as declarations, those without a default first."""
    types.note_dropped(given, place)
    properties, needed = given["properties"], required(given, place)
    first, last = [], []
    for original, legal in distinct(properties).items():
        schema, inner = properties[original], replace(place.to(original), given=True)
        of, head = types.of(schema, inner), named(legal, original)
        if original in needed:
            first.append(f"{head}: {of}")
            continue
        value = _default(schema, of, types, inner)
        last.append(f"{head}: {of} = {value}" if value != "None" else f"{head}: {optional(of)} = None")
    return first + last


def _arguments(schema: Mapping[str, Any], place: SchemaPlace) -> Mapping[str, Any]:
    """The schema of a tool's arguments, which may be one of its definitions. Raises `ImportProblem`."""
    schema = whole(resolved(schema, place.document), place.document)
    if not isinstance(schema, Mapping) or "$ref" in schema:
        raise ImportProblem(f"{place}: the tool does not describe its input")
    if schema.get("type", "object") != "object":
        raise ImportProblem(f"{place}: the input of a tool must be an object, not {schema['type']!r}")
    properties = schema.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise ImportProblem(f"{place}: `properties` must be an object")
    return {**schema, "type": "object", "properties": properties}


def _default(schema: Any, of: str, types: ImportedTypes, place: SchemaPlace) -> str:
    """A parameter's default; `None`, which means omitted, if the language cannot express it."""
    default = schema.get("default") if isinstance(schema, Mapping) else None
    inner = of.removeprefix("Optional[").removesuffix("]") if of.startswith("Optional[") else of
    base, numbers = types.declared.base_of(inner), types.declared.numbers_of(inner)
    match default:
        case bool():
            if base == "Bool":
                return repr(default)
        case int() if base in ("Int", "Float") and abs(default) < 10**_MOST_DIGITS and default in numbers:
            return repr(default)
        case float() if base == "Float" and abs(default) < 10**_MOST_DIGITS and default in numbers:
            return repr(default)
        case str() if base == "Text":
            return quote(default)
        case str() if default in types.declared.members.get(inner, {}):
            return f"{inner}.{types.declared.members[inner][default]}"
    if default is not None:
        types.report.dropped.append((str(place), "default"))
    return "None"


def _result(tool: Tool, name: str, types: ImportedTypes) -> str | None:
    if tool.output is not None:
        document = tool.document or _document(tool.output, tool.name)
        return types.of(_unwrapped(tool.output), SchemaPlace(name, ("result",), document))
    match tool.untyped:
        case "nothing":
            return None
        case "anything":
            return types.opaque({}, SchemaPlace(name, ("result",)), "its type is not stated")
    return "Text"


def _unwrapped(output: Any) -> Any:
    """The schema inside the object that servers wrap around a result that is not an object: `{"result": …}`.

    `p2c_dsl.runtime.external_tools` takes it out again.
    """
    properties = output.get("properties") if isinstance(output, Mapping) else None
    if isinstance(properties, Mapping) and list(properties) == [WRAPPED] and output.get("required") == [WRAPPED]:
        inner = properties[WRAPPED]
        return output if isinstance(inner, Mapping) and "properties" in inner else inner
    return output


def _document(schema: Any, tool: str) -> Document:
    for word in ("definitions", "$defs") if isinstance(schema, Mapping) else ():
        if not isinstance(schema.get(word) or {}, Mapping):
            raise ImportProblem(f"{tool}: `{word}` must be an object")
    return Document(schema)


def unions_in_results(tools: Iterable[Tool]) -> frozenset[str]:
    """The unions in what tools return, by their identities."""
    found: set[str] = set()
    for tool in tools:
        document = tool.document or Document(tool.output)
        # A shared document may be large; what results refer to in it has names.
        todo = [tool.output] if document.shared else [tool.output, *document.reachable(tool.output).values()]
        while todo:
            part = todo.pop()
            if isinstance(part, Mapping):
                unions = [part[word] for word in UNIONS if isinstance(part.get(word), list)]
                if isinstance(part.get("type"), list):
                    unions.append([{**part, "type": kind} for kind in part["type"]])
                found.update(document.identity({"anyOf": _without_null(union)}) for union in unions)
                todo += [value for word, value in part.items() if word not in ("$defs", "definitions")]
            elif isinstance(part, list):
                todo += part
    return frozenset(found)


def _without_null(parts: Sequence[Any]) -> list[Any]:
    return [part for part in parts if not (isinstance(part, Mapping) and part.get("type") == "null")]
