"""SIGINT and SIGTERM as exceptions, so that a command can say what it has done."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from p2c_dsl.cli import EXIT_INTERRUPTED, EXIT_TERMINATED

_AT_ONCE = 1.0
"""In seconds: signals that arrive within this time are one, sent to the process and to its group."""


class Terminated(KeyboardInterrupt):
    """The process has received SIGTERM."""


def status_of(interrupt: BaseException) -> int:
    """The status that a command ends with once it has been interrupted."""
    causes = interrupt, interrupt.__cause__
    return EXIT_TERMINATED if any(isinstance(c, Terminated) for c in causes) else EXIT_INTERRUPTED


class Interruption:
    """A signal handler that raises an exception, and keeps it: the code that it interrupts may swallow it."""

    def __init__(self) -> None:
        self._last = -_AT_ONCE
        self._raised: type[KeyboardInterrupt] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        before, self._last = self._last, time.monotonic()
        if self._last - before >= _AT_ONCE:
            self._raised = Terminated if number == signal.SIGTERM else KeyboardInterrupt
            raise self._raised

    def raise_again(self) -> None:
        """Raises the exception again if there has been one."""
        if self._raised is not None:
            raise self._raised


@contextmanager
def signals_as_interrupts() -> Iterator[Interruption]:
    """Within this context, SIGTERM raises `Terminated`, and a signal that is sent twice at once raises only once.

    Handlers that were set by other code are left alone.
    """
    defaults = ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL))
    main = threading.current_thread() is threading.main_thread()
    ours = [(number, before) for number, before in defaults if main and signal.getsignal(number) == before]
    handler = Interruption()
    for number, _ in ours:
        signal.signal(number, handler)
    try:
        yield handler
    finally:
        for number, before in ours:
            signal.signal(number, before)
