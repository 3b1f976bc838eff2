"""A tool list as the text of a spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Tool
from p2c_dsl.importing.naming import free, legal, type_name
from p2c_dsl.importing.types import Place, Report, Types, named, optional
from p2c_dsl.runtime.outside import WRAPPED
from p2c_dsl.syntax.formatter import format_source
from p2c_dsl.syntax.span import Source
from p2c_dsl.syntax.text import quote

_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Imported:
    """A spec's text, how many tools are in it, and what of their schemas it could and could not say."""

    text: str
    tools: int
    report: Report


def spec_of(tools: Sequence[Tool], origin: str) -> Imported:
    """The spec of a tool list; `origin` says where it comes from. Raises `ImportProblem`."""
    types = Types()
    # Enums share a namespace with subtasks, so that subtasks are named first.
    taken: list[str] = []
    for tool in tools:
        if tool.name in [t.name for t in tools[: len(taken)]]:
            raise ImportProblem(f"two tools are called {tool.name!r}")
        taken.append(free(legal(tool.name), taken))
    types.declarations.update({name: [] for name in taken})
    subtasks = [line for tool, name in zip(tools, taken, strict=True) for line in _subtask(tool, name, types)]
    declared = [line for lines in types.declarations.values() for line in lines]
    text = "\n".join([*_head(origin), *declared, *subtasks]) + "\n"
    return Imported(format_source(Source(origin, text)), len(tools), types.report)


def _head(origin: str) -> Iterator[str]:
    shown = "".join(c if c.isprintable() else " " for c in origin)
    yield f"# Imported from {shown}. Do not edit: a fresh import overwrites this file."
    yield "# What its tools say of themselves is only claimed. Sign off what they do in a file that uses this one:"
    yield "# `override subtask NAME:` with `pure` or the effects that it has."
    yield ""


def _subtask(tool: Tool, name: str, types: Types) -> Iterator[str]:
    parameters = _parameters(tool, name, types)
    result = _result(tool, name, types)
    arrow = "" if result is None else f" -> {result}"
    yield f"subtask {named(name, tool.name)}({', '.join(parameters)}){arrow}:"
    doc = _doc(tool)
    if doc:
        yield f"    {quote(doc)}"
    yield "    may anything"
    if tool.claims:
        yield f"    claims {', '.join(tool.claims)}"


def _parameters(tool: Tool, name: str, types: Types) -> list[str]:
    """The parameters as declarations, those without a default first."""
    properties = tool.input.get("properties") or {}
    required = tool.input.get("required") or ()
    if not isinstance(properties, Mapping) or not isinstance(required, Sequence):
        raise ImportProblem(f"{tool.name}: its input is no object's schema")
    taken: list[str] = []
    first, last = [], []
    for original, schema in properties.items():
        place = Place(name, (original,), _definitions(tool.input))
        of = types.of(schema, place)
        taken.append(free(legal(original), taken))
        head = named(taken[-1], original)
        if original in required:
            first.append(f"{head}: {of}")
            continue
        value = _default(schema, of, types, place)
        last.append(f"{head}: {of} = {value}" if value != "None" else f"{head}: {optional(of)} = None")
    return first + last


def _default(schema: Any, of: str, types: Types, place: Place) -> str:
    """A parameter's default; `None`, which means left out, where the language cannot write it."""
    default = schema.get("default") if isinstance(schema, Mapping) else None
    inner = of.removeprefix("Optional[").removesuffix("]") if of.startswith("Optional[") else of
    match default:
        case bool() if inner == "Bool":
            return repr(default)
        case int() if inner in ("Int", "Float") and abs(default) < 10**_MOST_DIGITS and default is not True:
            return repr(default)
        case float() if inner == "Float" and abs(default) < 10**_MOST_DIGITS:
            return repr(default)
        case str():
            lines = types.declarations.get(inner, [])
            if lines and lines[0].startswith("enum "):
                member = next((ln for ln in map(str.strip, lines[1:]) if _stands_for(ln, default)), None)
                return f"{inner}.{member.split()[0]}" if member else "None"
            if inner == "Text" or (lines and lines[0].endswith("= Text")):
                return quote(default)
    if default is not None:
        types.report.dropped.append((str(place), "default"))
    return "None"


def _stands_for(line: str, original: str) -> bool:
    return line in (original, named(line.split()[0], original))


def _result(tool: Tool, name: str, types: Types) -> str | None:
    if tool.output is not None:
        definitions = _definitions(tool.output) if isinstance(tool.output, Mapping) else {}
        return types.of(_unwrapped(tool.output), Place(name, ("result",), definitions))
    match tool.untyped:
        case "nothing":
            return None
        case "anything":
            return types.opaque(Place(name, ("result",)), "its type is not stated")
    return "Text"


def _unwrapped(output: Any) -> Any:
    """What stands in the object that servers put around a result that is no object: `{"result": …}`.

    `p2c_dsl.runtime.outside` takes it out again.
    """
    properties = output.get("properties") if isinstance(output, Mapping) else None
    if (
        isinstance(properties, Mapping)
        and list(properties) == [WRAPPED]
        and output.get("required") == [WRAPPED]
    ):
        inner = properties[WRAPPED]
        return output if isinstance(inner, Mapping) and "properties" in inner else inner
    return output


def _definitions(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = {**(schema.get("definitions") or {}), **(schema.get("$defs") or {})}
    return found


def _doc(tool: Tool) -> str:
    """The docstring: title, description, and a line for each parameter that has a description."""
    parts = [part for part in (tool.title, tool.description) if part.strip()]
    lines = list(_described(tool.input.get("properties") or {}))
    return "\n\n".join([*parts, *(["\n".join(lines)] if lines else [])])


def _described(properties: Mapping[str, Any]) -> Iterable[str]:
    for name, schema in properties.items():
        if isinstance(schema, Mapping) and isinstance(schema.get("description"), str):
            yield f"{name}: {schema['description']}"


__all__ = ["Imported", "spec_of", "type_name"]
