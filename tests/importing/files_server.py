"""The example's file server, with some ways to fail."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from mcp.server.mcpserver.exceptions import ToolError

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


if __name__ == "__main__":
    server.run("stdio")
