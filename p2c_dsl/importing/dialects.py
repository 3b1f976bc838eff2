"""One tool in any of the forms that agents write tools in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Tool

_HINTS = {
    "readOnlyHint": "read_only_hint",
    "destructiveHint": "destructive_hint",
    "idempotentHint": "idempotent_hint",
    "openWorldHint": "open_world_hint",
}
_INPUTS = ("inputSchema", "input_schema", "parameters", "parametersJsonSchema", "args_schema")
_OUTPUTS = ("outputSchema", "output_schema")
_NOTHING = {"type": "object"}


def tool_in(entry: Any, where: str) -> Tool:
    """The tool of an entry at `where` in a list. Raises `ImportProblem`."""
    if not isinstance(entry, Mapping):
        raise ImportProblem(f"{where}: a tool must be an object")
    if isinstance(entry.get("function"), Mapping):
        return tool_in(entry["function"], f"{where}.function")
    name = entry.get("name")
    kind = entry.get("type")
    described = any(word in entry for word in _INPUTS)
    if isinstance(kind, str) and kind not in ("function", "custom") and not described:
        raise ImportProblem(f"{where}: a tool of the model's provider (`{kind}`), which is not described here")
    if not isinstance(name, str) or not name:
        raise ImportProblem(f"{where}.name: a tool must have a name, which is a string")
    if kind == "custom" and not described:
        raise ImportProblem(
            f"{where}: `{name}` takes free text, and no arguments with names: write its subtask by hand"
        )
    annotations = entry.get("annotations") or {}
    if not isinstance(annotations, Mapping):
        raise ImportProblem(f"{where}.annotations: annotations must be an object")
    output, untyped = _output(entry)
    return Tool(
        name=name,
        input=_input(entry, where),
        output=output,
        title=_text(entry.get("title") or annotations.get("title")),
        description=_text(entry.get("description")),
        untyped=untyped,
        annotations=_hints(annotations),
    )


def _input(entry: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    word = next((word for word in _INPUTS if word in entry), "")
    given = entry.get(word)
    if given is None:
        return _NOTHING
    if not isinstance(given, Mapping):
        raise ImportProblem(f"{where}.{word}: a JSON Schema must be an object")
    return given


def _output(entry: Mapping[str, Any]) -> tuple[Any, str]:
    """The schema of the result, and what the tool returns if there is none."""
    output = next((entry[word] for word in _OUTPUTS if entry.get(word) is not None), None)
    returns = entry.get("returns")
    if output is None and isinstance(returns, str):
        from p2c_dsl.importing.python_types import schema_of_text

        return schema_of_text(returns)
    return output, "text"


def _hints(annotations: Mapping[str, Any]) -> dict[str, bool]:
    found = {hint: annotations.get(hint, annotations.get(snake)) for hint, snake in _HINTS.items()}
    return {hint: value for hint, value in found.items() if isinstance(value, bool)}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
