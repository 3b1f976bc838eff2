"""Reads a server's answer to `tools/list` of the Model Context Protocol, which is not trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Tool

_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_DEEPEST = 100
"""Deeper than any real schema, but not deep enough to overflow a recursion."""


def read_tools(path: Path) -> list[Tool]:
    """The tools in a file. Raises `ImportProblem`."""
    try:
        if path.exists() and not path.is_file():
            raise ImportProblem(f"{path} is not a regular file")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ImportProblem(f"{path} does not exist") from None
    except OSError as error:
        raise ImportProblem(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ImportProblem(f"{path} is not UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as error:
        place = f"{path}:{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else str(path)
        raise ImportProblem(f"{place} is not JSON: {error}") from None
    return tools_of(data)


def tools_of(data: Any) -> list[Tool]:
    """The tools of an answer: `{"tools": […]}`, with or without its JSON-RPC envelope, or the list alone.

    Raises `ImportProblem`.
    """
    if isinstance(data, Mapping) and "result" in data:
        data = data["result"]
    if isinstance(data, Mapping):
        data = data.get("tools")
    if not isinstance(data, list):
        raise ImportProblem('no tools found: expected {"tools": […]}, the answer of a server to `tools/list`')
    if _depth(data) > _DEEPEST:
        raise ImportProblem(f"tools: the list is nested more than {_DEEPEST} levels deep")
    return [_tool(entry, f"tools[{number}]") for number, entry in enumerate(data)]


def _tool(entry: Any, where: str) -> Tool:
    if not isinstance(entry, Mapping):
        raise ImportProblem(f"{where}: a tool must be an object")
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise ImportProblem(f"{where}.name: a tool must have a name, which is a string")
    given = entry.get("inputSchema", {"type": "object"})
    if not isinstance(given, Mapping):
        raise ImportProblem(f"{where}.inputSchema: a JSON Schema must be an object")
    annotations = entry.get("annotations") or {}
    if not isinstance(annotations, Mapping):
        raise ImportProblem(f"{where}.annotations: annotations must be an object")
    returns = entry.get("returns")
    output = entry.get("outputSchema")
    untyped = "text"
    if output is None and isinstance(returns, str):
        from p2c_dsl.importing.python_types import schema_of_text

        output, untyped = schema_of_text(returns)
    return Tool(
        name=name,
        input=given,
        output=output,
        title=_text(entry.get("title") or annotations.get("title")),
        description=_text(entry.get("description")),
        untyped=untyped,
        annotations={h: annotations[h] for h in _HINTS if isinstance(annotations.get(h), bool)},
    )


def _depth(data: Any) -> int:
    """How deep objects and lists are nested, up to `_DEEPEST` and one more."""
    level, depth = [data], 0
    while level and depth <= _DEEPEST:
        parts = (p.values() if isinstance(p, Mapping) else p for p in level if isinstance(p, Mapping | list))
        level, depth = [inner for part in parts for inner in part], depth + 1
    return depth


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
