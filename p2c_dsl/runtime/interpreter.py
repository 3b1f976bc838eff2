"""Runs a composition with tools for its subtasks, synchronously or not, leaving a trace."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from p2c_dsl.program import Program
from p2c_dsl.runtime.calls import Reply, Request
from p2c_dsl.runtime.showing import described
from p2c_dsl.runtime.thawed import thaw
from p2c_dsl.runtime.tools import BindingError, Outcome, Tool, bind_inputs, bind_tools
from p2c_dsl.runtime.trace import Trace
from p2c_dsl.runtime.values import Freezer, is_awaitable
from p2c_dsl.runtime.walk import Calls, Observer, StopRun, Walk
from p2c_dsl.syntax.span import Span

__all__ = ["BindingError", "Observer", "Outcome", "Run", "StopRun", "Tool", "run", "run_async", "run_of"]


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
    `BindingError` before anything happens when tools or inputs are missing or do not fit. What breaks the run off
    from outside (`KeyboardInterrupt`) is raised again, and `run_of` has the run up to there.
    """
    walk, calls = _begin(program, inputs, tools, observer)
    try:
        request = next(calls, None)
        while request is not None:
            reply = _call(request)
            if reply.error is None and is_awaitable(reply.value):
                if inspect.iscoroutine(reply.value):
                    reply.value.close()
                reply = Reply(error="its tool is asynchronous: use `run_async`")
            request = _after(calls, reply)
    except BaseException as error:
        _break_off(walk, error)
        raise
    return _outcome(walk)


async def run_async(
    program: Program, inputs: Mapping[str, object], tools: object, observer: Observer | None = None
) -> Run:
    """`run` for tools of which some are asynchronous; calls are awaited one after the other.

    When its task is cancelled, the cancellation is raised again, and `run_of` has the run up to there.
    """
    walk, calls = _begin(program, inputs, tools, observer)
    try:
        request = next(calls, None)
        while request is not None:
            _heed_cancellation()
            reply = _call(request)
            if reply.error is None and is_awaitable(reply.value):
                reply = await _awaited(reply.value)
            request = _after(calls, reply)
    except BaseException as error:
        _break_off(walk, error)
        raise
    return _outcome(walk)


def _heed_cancellation() -> None:
    """Raises the cancellation of the task that runs, if it has been asked for: a tool may have swallowed it."""
    import asyncio

    try:
        task = asyncio.current_task()
    except RuntimeError:
        # Another library's loop runs this.
        return
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def run_of(error: BaseException) -> Run | None:
    """The run that an exception broke off, also where another one (`TimeoutError`) has been made of it since."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        found = getattr(cause, _BROKEN_OFF, None)
        if isinstance(found, Run):
            return found
        cause = cause.__cause__ or cause.__context__
    return None


_BROKEN_OFF = "p2c_run"


def _break_off(walk: Walk, error: BaseException) -> None:
    interrupted = isinstance(error, KeyboardInterrupt)
    cancelled = type(error).__name__ == "CancelledError"
    walk.break_off("interrupted" if interrupted else "cancelled" if cancelled else described(error))
    with suppress(Exception):
        setattr(error, _BROKEN_OFF, _outcome(walk))


def _begin(
    program: Program, inputs: Mapping[str, object], tools: object, observer: Observer | None
) -> tuple[Walk, Calls]:
    freezer = Freezer(program.spec)
    walk = Walk(program, bind_tools(program, tools), freezer, observer)
    return walk, walk.calls(bind_inputs(program, inputs, freezer))


def _after(calls: Calls, reply: Reply) -> Request | None:
    try:
        return calls.send(reply)
    except StopIteration:
        return None


def _call(request: Request) -> Reply:
    try:
        return Reply(request.tool(*request.given()))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _failed(error)


async def _awaited(value: Awaitable[object]) -> Reply:
    try:
        return Reply(await value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if _is_being_cancelled():
            raise
        return _failed(error)


def _is_being_cancelled() -> bool:
    """Whether it is this task that is cancelled, and not something that a tool has waited for."""
    import asyncio

    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0


def _failed(error: BaseException) -> Reply:
    """A tool that wanted the process to end may have been anywhere in its work."""
    return Reply(error=described(error), in_doubt=isinstance(error, SystemExit))


def _outcome(walk: Walk) -> Run:
    events = Trace(tuple(walk.events))
    try:
        return Run(events, thaw(walk.result), walk.error, walk.span)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        why = f"the run completed, but its result cannot be copied: {described(error)}"
        return Run(events, None, why, walk.program.span)
