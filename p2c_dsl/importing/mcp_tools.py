"""Reads lists of tools as agents have them, which are not trusted.

Known are the answer of a server of the Model Context Protocol to `tools/list`, also as a library writes it with names
in snake case, and the lists that go to OpenAI (chat and responses) and Anthropic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from p2c_dsl.importing.dialects import tool_in
from p2c_dsl.importing.model import ImportProblem, Refusal, Tool, ToolList

_DEEPEST = 100
"""Deeper than any real schema, but not deep enough to overflow a recursion."""
_LISTS = ("tools", "functions")


def read_tools(path: Path) -> list[Tool]:
    """The tools in a file. Raises `ImportProblem` if it is not a list, or a tool in it is odd."""
    return read_list(path).strict()


def read_list(path: Path) -> ToolList:
    """The tools in a file, and those that are too odd. Raises `ImportProblem` if it is not a list of tools."""
    return list_in(read_json(path))


def read_json(path: Path) -> Any:
    """What a JSON file says. Raises `ImportProblem`."""
    text = read_text(path)
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = f"{path}:{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else str(path)
        raise ImportProblem(f"{place} is not JSON: {error}") from None
    except ValueError as error:
        raise ImportProblem(f"{path} is not JSON that can be read: {error}") from None


def read_text(path: Path) -> str:
    """The text of a file. Raises `ImportProblem`."""
    try:
        if path.exists() and not path.is_file():
            raise ImportProblem(f"{path} is not a regular file")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ImportProblem(f"{path} does not exist") from None
    except OSError as error:
        raise ImportProblem(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ImportProblem(f"{path} is not UTF-8") from None


def tools_of(data: Any) -> list[Tool]:
    """The tools of a list. Raises `ImportProblem` if it is not a list, or a tool in it is odd."""
    return list_in(data).strict()


def list_in(data: Any) -> ToolList:
    """The tools of `{"tools": […]}`, with or without its JSON-RPC envelope, or of the list alone.

    Raises `ImportProblem` if it is not a list of tools.
    """
    if isinstance(data, Mapping) and isinstance(data.get("result"), Mapping | list):
        data = data["result"]
    if isinstance(data, Mapping):
        data = next((data[word] for word in _LISTS if word in data), None)
    if not isinstance(data, list):
        expected = 'expected {"tools": […]} or a list, as a server answers to `tools/list` or a model\'s API takes it'
        raise ImportProblem(f"no tools found: {expected}")
    found: list[Tool] = []
    refused: list[Refusal] = []
    for number, entry in enumerate(data):
        where = f"tools[{number}]"
        try:
            if _depth(entry) >= _DEEPEST:
                raise ImportProblem(f"{where}: the tool is nested more than {_DEEPEST} levels deep")
            found.append(tool_in(entry, where))
        except ImportProblem as problem:
            refused.append(Refusal(_name(entry) or where, str(problem)))
    return ToolList(tuple(found), tuple(refused))


def _name(entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return name if isinstance(name, str) else ""


def _depth(data: Any) -> int:
    """How deep objects and lists are nested, up to `_DEEPEST` and one more."""
    level, depth = [data], 0
    while level and depth <= _DEEPEST:
        parts = (p.values() if isinstance(p, Mapping) else p for p in level if isinstance(p, Mapping | list))
        level, depth = [inner for part in parts for inner in part], depth + 1
    return depth
