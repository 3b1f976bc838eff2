"""An interrupt and a request to end, as exceptions that leave time to say what has been done."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ONE_REQUEST = 1.0
"""In seconds: signals that follow each other as fast are one, sent to the process and to its group."""


class Terminated(KeyboardInterrupt):
    """The process is asked to end."""


class Interruption:
    """A request to end. It is raised where it arrives, and kept: what runs there may swallow it."""

    def __init__(self) -> None:
        self._last = -_ONE_REQUEST
        self._raised: type[KeyboardInterrupt] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        before, self._last = self._last, time.monotonic()
        if self._last - before >= _ONE_REQUEST:
            self._raised = Terminated if number == signal.SIGTERM else KeyboardInterrupt
            raise self._raised

    def heed(self, *_: object) -> None:
        """Raises the request again if there has been one."""
        if self._raised is not None:
            raise self._raised


@contextmanager
def signals_as_interrupts() -> Iterator[Interruption]:
    """While it lasts, SIGTERM raises `Terminated`, and one request to end raises once however often it is sent.

    Handlers that somebody else has set are left alone.
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
