"""Runs on the tools that agents have: Python functions, and the tools of an MCP server."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from p2c_dsl.cli.failure import fail
from p2c_dsl.diagnostics.plain import plain

if TYPE_CHECKING:
    from p2c_dsl.program import Program
    from p2c_dsl.runtime.external_tools import Call
    from p2c_dsl.runtime.tools import SparseTool
    from p2c_dsl.spec import Spec


@contextmanager
def bound(spec: Spec, functions: str | None, server: str | None, timeout: float) -> Iterator[dict[str, SparseTool]]:
    """A tool for each subtask that the functions or the server have; the server runs meanwhile.

    A function is taken before the server's tool of the same name. Raises `ImportProblem`.
    """
    from p2c_dsl.runtime.external_tools import tool_for

    tools: dict[str, SparseTool] = {}
    with ExitStack() as stack:
        for names, call in _sources(functions, server, timeout, stack):
            offered = (subtask for subtask in spec.subtasks.values() if spec.original(subtask.name) in names)
            tools |= {subtask.name: tool_for(subtask, call, spec) for subtask in offered}
        yield tools


def _sources(
    functions: str | None, server: str | None, timeout: float, stack: ExitStack
) -> Iterator[tuple[Collection[str], Call]]:
    """The names of the tools of each source, and how they are called; those that win come last."""
    if server is not None:
        from p2c_dsl.importing.mcp_server import connect

        running = stack.enter_context(connect(shlex.split(server), timeout))
        yield running.names(), running.call
    if functions is not None:
        from p2c_dsl.importing.python_calls import calling
        from p2c_dsl.importing.python_tools import functions_at

        found = functions_at(functions)
        yield found, calling(found)


def inputs_of(program: Program, given: list[str]) -> dict[str, object]:
    """The task's inputs from NAME=VALUE; ends the command if one is invalid."""
    from p2c_dsl.runtime.external_tools import inward
    from p2c_dsl.runtime.values import WrongValue

    types = {p.name: p.type for p in program.task.parameters}
    found: dict[str, object] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or name not in types:
            known = ", ".join(types) or "none"
            fail(f"`--input {entry}`: write NAME=VALUE, with an input of `{program.task.name}` ({known})")
        problems: list[Exception] = []
        for read in (json.loads, str):
            try:
                found[name] = inward(read(value), types[name], program.spec)
                break
            except (ValueError, WrongValue, RecursionError) as error:
                problems.append(error)
        else:
            # What can be read as JSON was meant as JSON.
            problem = next((p for p in problems if isinstance(p, WrongValue)), problems[-1])
            fail(f"`--input {plain(entry)}`: {plain(str(problem))}")
    return found
