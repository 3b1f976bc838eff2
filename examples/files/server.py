"""A small file server for the Model Context Protocol: `python examples/files/server.py`."""

from __future__ import annotations

from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations
from pydantic import BaseModel

server = MCPServer("files")
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True)


class Entry(BaseModel):
    """An entry of a folder."""

    name: str
    is_file: bool


class Listing(BaseModel):
    """The entries of a folder."""

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


if __name__ == "__main__":
    server.run("stdio")
