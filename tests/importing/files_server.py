"""The example's file server, with some ways to fail."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

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


if __name__ == "__main__":
    server.run("stdio")
