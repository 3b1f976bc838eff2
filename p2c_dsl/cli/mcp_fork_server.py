"""The processes that answer the requests of `p2c mcp`, and the one that they are forked from.

The fork server has one thread and knows nothing of the protocol, so that it is safe to fork. A worker sends the
number of its process, and then answers requests, one line of JSON each. The kernel itself ends a request: no loop
and no library can delay its alarm.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from p2c_dsl.cli.mcp_texts import Refused
from p2c_dsl.cli.mcp_tools import Planning, tools
from p2c_dsl.cli.planner_options import ModelOptions

LOAD = "load"
"""Loads the language model; no limit applies."""
ANSWER, REFUSED, SPENT = "answer", "refused", "spent"
MOST_BYTES = 20_000_000
_MISTAKE = "internal error: {}: {}. This is a bug in p2c: please report it with the text that causes it"
_EXAMPLE = """
type A
subtask f() -> A
subtask g(a: A)
task t():
    f before g
    exactly 1 g
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take. The memory is what a worker takes beyond that of an idle one."""

    seconds: float
    megabytes: int

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Ends the process when the time is spent. Raises `MemoryError` when the memory is."""
        unlimited = resource.getrlimit(resource.RLIMIT_DATA)
        taken = _memory()
        if taken is not None:
            most = taken + (self.megabytes << 20)
            resource.setrlimit(resource.RLIMIT_DATA, (most, unlimited[1]))
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            resource.setrlimit(resource.RLIMIT_DATA, unlimited)


def setup(limits: Limits, model: ModelOptions) -> str:
    """What a fork server is started with."""
    return json.dumps([asdict(limits), asdict(model)])


def main(descriptor: int, given: str) -> None:
    """Forks a worker for each connection that it is sent, until the server is gone."""
    limits, model = json.loads(given)
    # Ctrl-C reaches the whole group of processes; this one ends when the server does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _warm_up()
    with socket.socket(fileno=descriptor) as control:
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not message:
                return
            for connection in descriptors:
                if _forked():
                    control.close()
                    _work(connection, Limits(**limits), Planning(ModelOptions(**model)))
                    return
                os.close(connection)


def _forked() -> bool:
    """Whether this is the new process. If there is none, the server sees the connection end."""
    try:
        return os.fork() == 0
    except OSError:
        return False


def _warm_up() -> None:
    """Loads what the tools need, so that no worker has to, and hides it from the garbage collector."""
    ready = tools(Planning(ModelOptions()))
    planned = ready["plan"](text=_EXAMPLE)
    rejected = _EXAMPLE + "compose t():\n    a = f()\n    g(a)\n    g(a)\n"
    ready["lint"](text=rejected)
    ready["fix"](text=rejected)
    ready["graph"](text=_EXAMPLE + planned)
    ready["explain"](code="P2C401")
    gc.freeze()


def _work(connection: int, limits: Limits, planning: Planning) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # The server may have stopped waiting: then nobody would read an error.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    known: dict[str, Callable[..., str]] = {**tools(planning), LOAD: planning.load}
    with socket.socket(fileno=connection) as server, server.makefile("rwb") as stream:
        stream.write(b"%d\n" % os.getpid())
        stream.flush()
        for line in stream:
            tool, arguments = json.loads(line)
            enforced = nullcontext() if tool == LOAD else limits.enforced()
            kind, answer = _answer(known[tool], arguments, enforced)
            stream.write(answer)
            stream.flush()
            if kind == SPENT:
                # The memory that is left is fragmented.
                return


def _answer(
    tool: Callable[..., str], arguments: dict[str, object], enforced: AbstractContextManager[None]
) -> tuple[str, bytes]:
    """The kind of an answer, and the line with it."""
    try:
        with enforced:
            kind, line = _asked(tool, arguments)
    except MemoryError:
        return SPENT, _line(SPENT, "")
    except RecursionError:
        return REFUSED, _line(REFUSED, "the text is nested too deeply")
    except Exception as error:
        return REFUSED, _line(REFUSED, _MISTAKE.format(type(error).__name__, error))
    if len(line) > MOST_BYTES:
        return REFUSED, _line(REFUSED, f"the answer is longer than {MOST_BYTES:,} bytes")
    return kind, line


def _asked(tool: Callable[..., str], arguments: dict[str, object]) -> tuple[str, bytes]:
    try:
        return ANSWER, _line(ANSWER, tool(**arguments))
    except Refused as refused:
        return REFUSED, _line(REFUSED, str(refused))


def _line(kind: str, text: str) -> bytes:
    return json.dumps([kind, text]).encode() + b"\n"


def _memory() -> int | None:
    """How much memory this process uses for its data, if the system says so."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except (OSError, IndexError, ValueError):
        return None
    return pages * resource.getpagesize()
