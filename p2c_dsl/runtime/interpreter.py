"""Runs a composition with tools for its subtasks, synchronously or asynchronously, and records a trace."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from p2c_dsl.diagnostics.plain import plain
from p2c_dsl.program import Program
from p2c_dsl.runtime.approval import Approvals, Approver
from p2c_dsl.runtime.calls import Reply, Request
from p2c_dsl.runtime.tools import BindingError, Outcome, Tool, bind_inputs, bind_tools
from p2c_dsl.runtime.trace import Observer, StopRun, Trace
from p2c_dsl.runtime.values import Freezer, WrongValue, is_awaitable
from p2c_dsl.runtime.values.copies import thaw
from p2c_dsl.runtime.values.display import described
from p2c_dsl.runtime.walk import Calls, Walk
from p2c_dsl.source import Span

__all__ = ["BindingError", "Observer", "Outcome", "Run", "StopRun", "Tool", "run", "run_async", "run_of"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its trace, and its result if it completed or else the reason why it ended."""

    trace: Trace
    result: object = None
    error: str | None = None
    span: Span | None = None
    """Where the run ended, as far as that is known."""

    @property
    def completed(self) -> bool:
        """Whether the run completed."""
        return self.error is None


def run(
    program: Program,
    inputs: Mapping[str, object],
    tools: object,
    observer: Observer | None = None,
    approve: Approver | None = None,
) -> Run:
    """Runs a program with tools by name from a mapping, a module or an object.

    `approve` is asked before each call that needs approval (`E needs approval`); without it, such a call is denied.
    An error (a tool that raises, a missing key) ends the run and is recorded in it. Raises `BindingError` before
    anything happens if tools or inputs are missing or do not fit. An interruption from outside (`KeyboardInterrupt`)
    is raised again, and `run_of` returns the run up to that point.
    """
    walk, calls = _begin(program, inputs, tools, observer, approve)
    try:
        request = next(calls, None)
        while request is not None:
            reply = _call(request)
            if reply.error is None and is_awaitable(reply.value):
                if inspect.iscoroutine(reply.value):
                    reply.value.close()
                reply = Reply(error="it is asynchronous: use `run_async`")
            request = _after(calls, reply)
    except BaseException as error:
        _break_off(walk, error)
        raise
    return _outcome(walk)


async def run_async(
    program: Program,
    inputs: Mapping[str, object],
    tools: object,
    observer: Observer | None = None,
    approve: Approver | None = None,
) -> Run:
    """Like `run`, but tools and `approve` may be asynchronous; calls are awaited one after the other.

    If its task is cancelled, the cancellation is raised again, and `run_of` returns the run up to that point.
    """
    walk, calls = _begin(program, inputs, tools, observer, approve)
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
    """Raises the pending cancellation of the current task, if any: a tool may have swallowed it."""
    import asyncio

    try:
        task = asyncio.current_task()
    except RuntimeError:
        # This runs in another library's event loop.
        return
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def run_of(error: BaseException) -> Run | None:
    """The run that an exception interrupted, even if that was converted to another exception such as `TimeoutError`."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        result = getattr(cause, _BROKEN_OFF, None)
        if isinstance(result, Run):
            return result
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
    program: Program,
    inputs: Mapping[str, object],
    tools: object,
    observer: Observer | None,
    approve: Approver | None,
) -> tuple[Walk, Calls]:
    freezer = Freezer(program.spec)
    walk = Walk(program, bind_tools(program, tools), freezer, observer, Approvals.of(program, approve))
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
    """Whether this task was cancelled, and not something that a tool waited for."""
    import asyncio

    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0


def _failed(error: BaseException) -> Reply:
    """A tool that tried to end the process may have stopped at any point of its work."""
    # The message of a wrong value says everything; the class would be a word about this library.
    reason = plain(str(error)) if type(error) is WrongValue else described(error)
    return Reply(error=reason, in_doubt=isinstance(error, SystemExit))


def _outcome(walk: Walk) -> Run:
    events = Trace(tuple(walk.events))
    try:
        return Run(events, thaw(walk.result), walk.error, walk.span)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        why = f"the run completed, but its result cannot be copied: {described(error)}"
        return Run(events, None, why, walk.program.span)
