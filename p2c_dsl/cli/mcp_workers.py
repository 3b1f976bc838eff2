"""A process for each request, which the system ends when its time or memory runs out.

Only a process can always be ended, even in the middle of a loop in C. So that each starts at once and keeps nothing
from another request, it is forked from a server (`mcp_fork_server.py`) that has loaded everything. A language model
takes too long to load for that: one worker keeps it, until a request exceeds its limits.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from p2c_dsl.cli.mcp_fork_server import ANSWER, LOAD, MOST_BYTES, SPENT, Limits, setup
from p2c_dsl.cli.mcp_texts import Refused
from p2c_dsl.cli.planner_options import ModelOptions

_AT_ONCE = 4
_PATIENCE = 5.0
"""Seconds that the system has to end a worker."""
_ADVICE = "Send a smaller request, or start the server with a larger --time-limit or --memory-limit."
_START = (
    "import sys; sys.path[:] = {path!r}\nfrom p2c_dsl.cli.mcp_fork_server import main; main({descriptor}, {setup!r})"
)


class Workers:
    """Lets processes work on requests, a few at a time."""

    def __init__(self, limits: Limits, model: ModelOptions) -> None:
        self._limits, self._setup = limits, setup(limits, model)
        self._places, self._turn = asyncio.Semaphore(_AT_ONCE), asyncio.Lock()
        self._with_model: _Worker | None = None
        self._fork_server, self._control = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        self._fork_server.wait()

    async def ask(self, tool: str, arguments: dict[str, object]) -> str:
        """What a tool answers. Raises `Refused`, with the reason, also when a request exceeds its limits."""
        if arguments.get("planner") == "lm":
            return await self._ask_model(tool, arguments)
        async with self._places, self._worker() as worker:
            return await worker.ask(tool, arguments)

    async def _ask_model(self, tool: str, arguments: dict[str, object]) -> str:
        # One model decodes for one request at a time.
        async with self._turn:
            if self._with_model is None or not self._with_model.alive:
                self._with_model = await self._loaded()
            return await self._with_model.ask(tool, arguments)

    async def _loaded(self) -> _Worker:
        worker = await self._start()
        try:
            await worker.ask(LOAD, {})
        except BaseException:
            worker.end()
            raise
        return worker

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[_Worker]:
        worker = await self._start()
        try:
            yield worker
        finally:
            worker.end()

    async def _start(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"w"], [theirs.fileno()])
            except OSError:
                self._control.close()
                self._fork_server, self._control = self._started()
                socket.send_fds(self._control, [b"w"], [theirs.fileno()])
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=MOST_BYTES)
        return _Worker(reader, writer, self._limits)

    def _started(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            descriptor = theirs.fileno()
            code = _START.format(path=sys.path, descriptor=descriptor, setup=self._setup)
            # -P: nothing is imported from the folder that is served. Standard output belongs to the protocol.
            command = [sys.executable, "-P", "-c", code]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2, pass_fds=[descriptor])
        return process, ours


class _Worker:
    """The server's end of the connection to a worker."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self._reader, self._writer, self._limits = reader, writer, limits
        self._process: int | None = None
        self._ended = False

    @property
    def alive(self) -> bool:
        """Whether it can be asked again."""
        return not (self._ended or self._reader.at_eof())

    async def ask(self, tool: str, arguments: dict[str, object]) -> str:
        """What a tool answers. Raises `Refused`. Any other exception ends the worker."""
        try:
            kind, text = await self._answer(tool, arguments)
        except BaseException:
            self.end()
            raise
        if kind == ANSWER:
            return text
        if kind == SPENT:
            self.end()
            text = f"{text or f'the request used more memory than it may ({self._limits.megabytes} MB)'}. {_ADVICE}"
        raise Refused(text)

    async def _answer(self, tool: str, arguments: dict[str, object]) -> tuple[str, str]:
        if self._process is None:
            self._process = int(await self._reader.readline() or 0)
        started = time.monotonic()
        self._writer.write(json.dumps([tool, arguments]).encode() + b"\n")
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(None if tool == LOAD else self._limits.seconds + _PATIENCE):
                line = await self._reader.readline()
                if line:
                    kind, text = json.loads(line)
                    return kind, text
        if tool != LOAD and time.monotonic() - started >= self._limits.seconds:
            return SPENT, f"the request took longer than it may ({self._limits.seconds:g} s)"
        return SPENT, f"the request crashed or used too much memory (more than {self._limits.megabytes} MB)"

    def end(self) -> None:
        """Ends its process."""
        if self._process and self.alive:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
        self._ended = True
        self._writer.close()
