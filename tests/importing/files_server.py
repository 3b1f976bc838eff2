"""A small file server that speaks the Model Context Protocol, and knows some ways to fail."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel

server = MCPServer("files")
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True)


class Entry(BaseModel):
    """A line of a folder's list."""

    name: str
    is_file: bool


class Listing(BaseModel):
    """What stands in a folder."""

    entries: list[Entry]


class Done(BaseModel):
    """A path that was written."""

    path: str


@server.tool("list-directory", annotations=READS)
def list_directory(path: str) -> Listing:
    """List a folder."""
    found = sorted(Path(path).iterdir())
    return Listing(entries=[Entry(name=p.name, is_file=p.is_file()) for p in found])


@server.tool("is-report", annotations=READS)
def is_report(name: str) -> bool:
    """Whether a file's name says that it is a report."""
    return name.startswith("report")


@server.tool("move_file", annotations=WRITES)
def move_file(folder: str, name: str, target: str) -> Done:
    """Move a file into another folder."""
    Path(folder, name).rename(Path(target, name))
    return Done(path=str(Path(target, name)))


@server.tool("write_file", annotations=WRITES)
def write_file(path: str, content: str) -> Done:
    """Write a file."""
    Path(path).write_text(content)
    return Done(path=path)


@server.tool("die")
def die() -> str:
    """End the server."""
    print("a fatal thing", file=sys.stderr, flush=True)
    os._exit(3)


@server.tool("sleep")
def sleep(seconds: float) -> str:
    """Answer late."""
    time.sleep(seconds)
    return "late"


@server.tool("complain")
def complain() -> str:
    """Fail."""
    raise ValueError("no, thank you")


@server.tool("shout")
def shout() -> str:
    """Fail in colour."""
    raise ToolError("\x1b[31mred\x9b0m\u202eder")


if __name__ == "__main__":
    server.run("stdio")
