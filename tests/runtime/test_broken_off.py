"""Whatever a tool raises fails its call; what ends a run from outside leaves its trace, the running call in doubt."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from p2c_dsl.runtime.interpreter import run, run_async, run_of
from p2c_dsl.runtime.trace import CallFailed, CallFinished, CallInDoubt, CallStarted, Event, RunFailed
from p2c_dsl.runtime.walk import StopRun
from tests.runtime.desk import LISTS, Desk


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no word")


class Base(BaseException):
    pass


def raising(error: BaseException) -> Callable[..., Any]:
    def tool(*_: object) -> None:
        raise error

    return tool


ERRORS = [
    (Mute(), "Mute: it cannot be shown"),
    (Base("x"), "Base: x"),
    (StopIteration(), "StopIteration"),
    (GeneratorExit(), "GeneratorExit"),
    (asyncio.CancelledError(), "CancelledError"),
    (ValueError("a\nb"), "ValueError: a b"),
]


class TestErrors:
    @pytest.mark.parametrize(("error", "words"), ERRORS)
    def test_whatever_a_tool_raises_fails_that_call(self, error: BaseException, words: str) -> None:
        done = run(LISTS, {}, {"items": lambda: ["a"], "note": raising(error), "mail": lambda x: None})
        assert done.error == f"`note` failed: {words}"
        assert isinstance(done.trace.events[-1], CallFailed)

    @pytest.mark.parametrize(("error", "words"), [e for e in ERRORS if not isinstance(e[0], StopIteration)])
    def test_so_does_what_one_raises_that_is_awaited(self, error: BaseException, words: str) -> None:
        async def note(xs: list[str]) -> None:
            raise error

        tools = {"items": lambda: ["a"], "note": note, "mail": lambda x: None}
        assert asyncio.run(run_async(LISTS, {}, tools)).error == f"`note` failed: {words}"

    def test_a_tool_that_wants_the_process_to_end_is_in_doubt(self) -> None:
        tools = {"items": lambda: ["a"], "note": lambda xs: None, "mail": raising(SystemExit(3))}
        done = run(LISTS, {}, tools)
        assert done.error == "`mail` failed: SystemExit: 3"
        assert done.trace.events[-1] == CallInDoubt("mail", (("send", ("a",)),), "SystemExit: 3")


class TestInterrupts:
    def test_the_call_that_was_running_is_in_doubt(self) -> None:
        interrupt = KeyboardInterrupt()
        seen: list[Event] = []
        with pytest.raises(KeyboardInterrupt) as raised:
            run(
                LISTS,
                {},
                {"items": lambda: ["a"], "note": lambda xs: None, "mail": raising(interrupt)},
                seen.append,
            )
        done = run_of(raised.value)
        assert raised.value is interrupt and done is not None and not done.completed
        assert done.error == "interrupted while `mail` was running: its outcome is unknown"
        assert done.trace.events[-1] == CallInDoubt("mail", (("send", ("a",)),), "interrupted")
        assert seen == list(done.trace.events)

    def test_between_calls_none_is(self) -> None:
        def watch(event: Event) -> None:
            if isinstance(event, CallStarted) and event.subtask == "mail":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt) as raised:
            run(LISTS, {}, Desk(), watch)
        done = run_of(raised.value)
        assert done is not None and done.trace.events[-1] == RunFailed("interrupted", None)

    def test_an_observer_cannot_stop_what_is_over(self) -> None:
        def watch(event: Event) -> None:
            if isinstance(event, CallInDoubt):
                raise StopRun("too late")

        with pytest.raises(KeyboardInterrupt) as raised:
            run(LISTS, {}, dict.fromkeys(("items", "note", "mail"), raising(KeyboardInterrupt())), watch)
        done = run_of(raised.value)
        assert done is not None and isinstance(done.trace.events[-1], CallInDoubt)

    def test_another_error_has_no_run(self) -> None:
        assert run_of(ValueError()) is None


class TestCancellation:
    @staticmethod
    async def cancelled(then: Callable[[Any], Any]) -> BaseException:
        """What comes of a run that is broken off while it mails."""
        mailing = asyncio.Event()

        async def mail(x: str) -> None:
            mailing.set()
            await asyncio.Event().wait()

        tools = {"items": lambda: ["a"], "note": lambda xs: None, "mail": mail}
        task = asyncio.ensure_future(then(run_async(LISTS, {}, tools)))
        await mailing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as raised:
            await task
        return raised.value

    def test_it_reaches_the_caller_with_the_run(self) -> None:
        error = asyncio.run(self.cancelled(lambda running: running))
        done = run_of(error)
        assert done is not None
        assert done.trace.events[-1] == CallInDoubt("mail", (("send", ("a",)),), "cancelled")

    def test_a_time_limit_does_too(self) -> None:
        async def limited() -> None:
            async def mail(x: str) -> None:
                await asyncio.Event().wait()

            tools = {"items": lambda: ["a"], "note": lambda xs: None, "mail": mail}
            async with asyncio.timeout(0):
                await run_async(LISTS, {}, tools)

        with pytest.raises(TimeoutError) as raised:
            asyncio.run(limited())
        done = run_of(raised.value)
        assert done is not None and isinstance(done.trace.events[-1], CallInDoubt)

    def test_an_interrupt_of_the_whole_loop_does_too(self) -> None:
        async def mail(x: str) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()

        tools = {"items": lambda: ["a"], "note": lambda xs: None, "mail": mail}
        with pytest.raises(KeyboardInterrupt) as raised:
            asyncio.run(run_async(LISTS, {}, tools))
        done = run_of(raised.value)
        assert done is not None and isinstance(done.trace.events[-1], CallInDoubt)

    def test_a_tool_that_swallows_it_is_the_last_one(self) -> None:
        made: list[str] = []

        async def note(xs: list[str]) -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)

        tools = {"items": lambda: ["a"], "note": note, "mail": made.append}
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(run_async(LISTS, {}, tools))
        assert made == []

    def test_a_tool_that_awaits_something_cancelled_has_failed(self) -> None:
        async def note(xs: list[str]) -> None:
            task = asyncio.ensure_future(asyncio.sleep(1))
            task.cancel()
            await task

        tools = {"items": lambda: ["a"], "note": note, "mail": lambda x: None}
        done = asyncio.run(run_async(LISTS, {}, tools))
        assert done.error == "`note` failed: CancelledError"


def test_what_finished_before_is_kept() -> None:
    tools = {"items": lambda: ["a"], "note": raising(Base()), "mail": lambda x: None}
    finished = [e.subtask for e in run(LISTS, {}, tools).trace.events if isinstance(e, CallFinished)]
    assert finished == ["items"]
