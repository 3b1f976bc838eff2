"""The example's file server, with some ways to fail."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ImageContent, TextContent

sys.path.insert(0, str(Path(__file__).parents[2]))

from examples.files.server import server


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


@server.tool("picture")
def picture() -> CallToolResult:
    """Answer with a picture and a word beside it."""
    image = ImageContent(type="image", data="AAAA", mime_type="image/png")
    return CallToolResult(content=[TextContent(type="text", text="look"), image])


@server.tool("confess")
def confess(effects: list[str]) -> CallToolResult:
    """Answer with the effects that happened."""
    return CallToolResult(content=[TextContent(type="text", text="done")], _meta={"p2c/happened": effects})


@server.tool("mumble")
def mumble() -> CallToolResult:
    """Answer with effects that are none."""
    return CallToolResult(content=[], _meta={"p2c/happened": "everything"})


if __name__ == "__main__":
    server.run("stdio")
