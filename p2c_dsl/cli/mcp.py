"""`p2c mcp`: the linter, the repair and the planner as tools of an agent."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable
from functools import wraps
from math import isnan
from typing import TYPE_CHECKING, Annotated

from typer import Option

from p2c_dsl.cli.failure import fail, need_extra
from p2c_dsl.cli.options import AdapterName, Device, ModelName
from p2c_dsl.cli.planner_options import ModelOptions

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from p2c_dsl.cli.mcp_workers import Workers


def mcp(
    model: ModelName = None,
    adapter: AdapterName = None,
    device: Device = None,
    time_limit: Annotated[float, Option(help="The most seconds per request.", min=0.1, max=86_400)] = 30,
    memory_limit: Annotated[
        int, Option(help="The most megabytes per request (on Linux).", min=16, max=1_000_000)
    ] = 1024,
) -> None:
    """Serve lint, fix, explain, plan and graph to agents, over stdio.

    The server speaks the Model Context Protocol over standard input and output, as clients expect of a local server.
    `use` in a text is relative to the folder in which the server is started, and reaches only the .p2c files in it.
    Only these options choose the language model; an agent cannot.

    Each request runs in its own process, which is stopped when its time or memory runs out; the agent gets an error.
    A language model stays loaded in one process, and loading it does not count as time of a request.

    Examples:

      p2c mcp

      p2c mcp --model ./my-model --time-limit 120
    """
    need_extra("mcp", "mcp")
    if not hasattr(os, "fork"):
        fail("this command needs a system that can fork processes, such as Linux, macOS, or WSL on Windows")
    try:
        os.getcwd()
    except OSError:
        fail("the current folder no longer exists")
    if isnan(time_limit):
        fail("--time-limit must be a number of seconds")
    from p2c_dsl.cli.mcp_fork_server import Limits
    from p2c_dsl.cli.mcp_workers import Workers

    # Unlike other commands, a server runs for a long time.
    gc.enable()
    with Workers(Limits(time_limit, memory_limit), ModelOptions(model, adapter, device)) as workers:
        server(workers).run("stdio")


def server(workers: Workers) -> MCPServer:
    """The server with its tools. Raises `ImportError` without the official library."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    from p2c_dsl import __version__
    from p2c_dsl.cli.mcp_tools import Planning, tools

    made = MCPServer(
        "p2c",
        version=__version__,
        instructions="Lint, repair, explain, plan and draw compositions in the p2c language.",
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for name, tool in tools(Planning(ModelOptions())).items():
        made.tool(name, annotations=reads)(_asked(name, tool, workers))
    return made


def _asked(name: str, tool: Callable[..., str], workers: Workers) -> Callable[..., Awaitable[str]]:
    """A tool of the same form, which a worker answers."""
    from mcp.server.mcpserver.exceptions import ToolError

    from p2c_dsl.cli.mcp_texts import Refused, check

    @wraps(tool)
    async def asked(**arguments: object) -> str:
        try:
            for value in arguments.values():
                if isinstance(value, str):
                    check(value)
            return await workers.ask(name, arguments)
        except Refused as refused:
            raise ToolError(str(refused)) from None

    return asked
