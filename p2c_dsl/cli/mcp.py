"""`p2c mcp`: the linter, the repair and the planner as tools of an agent."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable
from functools import wraps
from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from p2c_dsl.cli.files import fail, needs_extra
from p2c_dsl.cli.planner_options import Model

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from p2c_dsl.cli.mcp_workers import Workers


def mcp(
    model: Annotated[
        str | None,
        typer.Option(
            help="For planner lm: a causal model's folder or hub name, by default the project's own."
        ),
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="A LoRA adapter for it.")] = None,
    device: Annotated[str | None, typer.Option(help="Where to run it: cpu, cuda, …")] = None,
    time_limit: Annotated[
        float, typer.Option(help="The most seconds for one request.", min=0.1, max=86_400)
    ] = 30,
    memory_limit: Annotated[
        int, typer.Option(help="The most megabytes for one request (on Linux).", min=16, max=1_000_000)
    ] = 1024,
) -> None:
    """Serve lint, fix, explain, plan and graph to agents, over stdio.

    It speaks the Model Context Protocol over standard input and output, as clients expect of a local server.
    `use` in a text is relative to the folder that the server is started in, and reaches only the .p2c files in it.
    Which language model plans is chosen here: an agent can name none.

    Each request is worked on by a process of its own, which ends when its time or memory is spent; the agent is
    told so. A language model is kept by one process, and loading it takes none of that time.

    Examples:

      p2c mcp

      p2c mcp --model ./my-model --time-limit 120
    """
    needs_extra("mcp", "mcp")
    if not hasattr(os, "fork"):
        fail("this takes a system that can fork processes, such as Linux, macOS, or WSL on Windows")
    try:
        os.getcwd()
    except OSError:
        fail("the folder that this was started in is gone")
    if isnan(time_limit):
        fail("--time-limit takes a number of seconds")
    from p2c_dsl.cli.mcp_fork_server import Limits
    from p2c_dsl.cli.mcp_workers import Workers

    # A server lives long, unlike other commands.
    gc.enable()
    with Workers(Limits(time_limit, memory_limit), Model(model, adapter, device)) as workers:
        server(workers).run("stdio")


def server(workers: Workers) -> MCPServer:
    """The server with its tools. Raises `ImportError` without the official library."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    from p2c_dsl import __version__
    from p2c_dsl.cli.mcp_texts import Planning
    from p2c_dsl.cli.mcp_tools import tools

    made = MCPServer(
        "p2c",
        version=__version__,
        instructions="Lint, repair, explain, plan and draw compositions in the p2c language.",
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for name, tool in tools(Planning(Model())).items():
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
