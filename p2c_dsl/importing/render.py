"""A tool list as the text of a spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Tool
from p2c_dsl.importing.naming import distinct
from p2c_dsl.importing.place import ImportReport, SchemaPlace, local
from p2c_dsl.importing.schemas import required
from p2c_dsl.importing.types import ImportedTypes, named, optional
from p2c_dsl.runtime.external_tools import WRAPPED
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import SyntaxErrors, format_source
from p2c_dsl.syntax.text import quote

MARK = "# Imported from "
"""The start of the text of every import."""
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Imported:
    """A spec's text, the number of tools in it, and a report of which schemas it could express."""

    text: str
    tools: int
    report: ImportReport


def spec_of(tools: Sequence[Tool], origin: str, known: Mapping[str, str] | None = None) -> Imported:
    """The spec of a tool list; `origin` says where it comes from.

    `known` are the tools' names in an earlier import, by their outside names. The tools keep them, and no other tool
    may take one, because overrides rely on what a name means. Raises `ImportProblem`.
    """
    for name, times in Counter(tool.name for tool in tools).items():
        if times > 1:
            raise ImportProblem(f"two tools are called {name!r}")
    names = distinct([tool.name for tool in tools], known)
    types = ImportedTypes()
    # Enums share a namespace with subtasks, so subtasks are named first.
    types.declarations.update({name: [] for name in names.values()})
    subtasks = [line for tool in tools for line in _subtask(tool, names[tool.name], types)]
    declared = [line for lines in types.declarations.values() for line in lines]
    text = "\n".join([*_head(origin), *declared, *subtasks]) + "\n"
    try:
        return Imported(format_source(Source(origin, text)), len(tools), types.report)
    except SyntaxErrors as error:
        first = error.diagnostics[0]
        line = text.splitlines()[first.location.source.position(first.location.span.start).line - 1]
        raise ImportProblem(f"`{line.strip()[:60]}…`: {first.message}") from None


def _head(origin: str) -> Iterator[str]:
    shown = "".join(c if c.isprintable() else " " for c in origin)
    yield f"{MARK}{shown}. Do not edit: `p2c import` overwrites it. `--check` shows what has changed."
    yield "# What the tools state about themselves is only a claim. Sign off what they do in a file that uses this one:"
    yield "# write `override subtask NAME:` with `pure` or its effects."
    yield ""


def _subtask(tool: Tool, name: str, types: ImportedTypes) -> Iterator[str]:
    place = SchemaPlace(name, (), _definitions(tool.input, tool.name))
    given = _arguments(tool.input, place)
    parameters = _parameters(given, place, types)
    result = _result(tool, name, types)
    arrow = "" if result is None else f" -> {result}"
    yield f"subtask {named(name, tool.name)}({', '.join(parameters)}){arrow}:"
    doc = _doc(tool, given)
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
        schema, inner = properties[original], place.to(original)
        of, head = types.of(schema, inner), named(legal, original)
        if original in needed:
            first.append(f"{head}: {of}")
            continue
        value = _default(schema, of, types, inner)
        last.append(f"{head}: {of} = {value}" if value != "None" else f"{head}: {optional(of)} = None")
    return first + last


def _arguments(schema: Mapping[str, Any], place: SchemaPlace) -> Mapping[str, Any]:
    """The schema of a tool's arguments, which may be one of its definitions. Raises `ImportProblem`."""
    seen: list[str] = []
    while "$ref" in schema:
        target = local(schema["$ref"])
        if target in seen or not isinstance(place.defs.get(target), Mapping):
            raise ImportProblem(f"{place}: the tool does not describe its input")
        seen.append(target)
        schema = place.defs[target]
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
    base, numbers = types.base_of(inner), types.numbers_of(inner)
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
        case str() if default in types.members.get(inner, {}):
            return f"{inner}.{types.members[inner][default]}"
    if default is not None:
        types.report.dropped.append((str(place), "default"))
    return "None"


def _result(tool: Tool, name: str, types: ImportedTypes) -> str | None:
    if tool.output is not None:
        definitions = _definitions(tool.output, tool.name) if isinstance(tool.output, Mapping) else {}
        return types.of(_unwrapped(tool.output), SchemaPlace(name, ("result",), definitions))
    match tool.untyped:
        case "nothing":
            return None
        case "anything":
            return types.opaque(SchemaPlace(name, ("result",)), "its type is not stated")
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


def _definitions(schema: Mapping[str, Any], tool: str) -> Mapping[str, Any]:
    result: dict[str, Any] = {}
    for word in ("definitions", "$defs"):
        definitions = schema.get(word) or {}
        if not isinstance(definitions, Mapping):
            raise ImportProblem(f"{tool}: `{word}` must be an object")
        result.update(definitions)
    return result


def _doc(tool: Tool, given: Mapping[str, Any]) -> str:
    """The docstring: title, description, and a line for each parameter that has a description."""
    parts = [part for part in (tool.title, tool.description) if part.strip()]
    lines = list(_described(given["properties"]))
    whole = "\n\n".join([*parts, *(["\n".join(lines)] if lines else [])])
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def _described(properties: Mapping[str, Any]) -> Iterable[str]:
    for name, schema in properties.items():
        if isinstance(schema, Mapping) and isinstance(schema.get("description"), str):
            yield f"{name}: {schema['description']}"
