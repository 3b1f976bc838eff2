"""Runs a composition with tools for its subtasks, synchronously or not, leaving a trace."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

from p2c_dsl.program import Program
from p2c_dsl.runtime.tools import BindingError, Outcome, Tool, bind_inputs, bind_tools
from p2c_dsl.runtime.trace import Trace
from p2c_dsl.runtime.walk import Observer, Reply, Request, StopRun, Walk
from p2c_dsl.syntax.span import Span

__all__ = ["BindingError", "Observer", "Outcome", "Run", "StopRun", "Tool", "run", "run_async"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its trace, the result if it completed, and what ended it otherwise."""

    trace: Trace
    result: object = None
    error: str | None = None
    span: Span | None = None
    """Where it was ended, as far as that is known."""

    @property
    def completed(self) -> bool:
        """Whether the run came to its end."""
        return self.error is None


def run(
    program: Program, inputs: Mapping[str, object], tools: object, observer: Observer | None = None
) -> Run:
    """Runs a program with tools by name from a mapping, a module or an object.

    What goes wrong in it (a tool that raises, a missing key) ends the run and is told in it. Raises
    `BindingError` before anything happens when tools or inputs are missing or do not fit.
    """
    walk = Walk(program, bind_tools(program, tools), observer)
    calls = walk.calls(bind_inputs(program, inputs))
    reply: Reply | None = None
    while True:
        try:
            request = calls.send(reply)
        except StopIteration:
            return _outcome(walk)
        reply = _call(request)
        if inspect.isawaitable(reply.value):
            if inspect.iscoroutine(reply.value):
                reply.value.close()
            reply = Reply(error="its tool is asynchronous, which takes `run_async`")


async def run_async(
    program: Program, inputs: Mapping[str, object], tools: object, observer: Observer | None = None
) -> Run:
    """`run` for tools of which some are asynchronous; calls are awaited one after the other."""
    walk = Walk(program, bind_tools(program, tools), observer)
    calls = walk.calls(bind_inputs(program, inputs))
    reply: Reply | None = None
    while True:
        try:
            request = calls.send(reply)
        except StopIteration:
            return _outcome(walk)
        reply = _call(request)
        if inspect.isawaitable(reply.value):
            try:
                reply = Reply(await reply.value)
            except Exception as error:
                reply = Reply(error=_described(error))


def _call(request: Request) -> Reply:
    try:
        return Reply(request.tool(*request.arguments))
    except Exception as error:
        return Reply(error=_described(error))


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _outcome(walk: Walk) -> Run:
    return Run(Trace(tuple(walk.events)), walk.result, walk.error, walk.span)
