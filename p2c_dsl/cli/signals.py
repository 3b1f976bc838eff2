"""An interrupt and a request to end, as exceptions that leave time to say what has been done."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ONE_WISH = 1.0
"""In seconds: signals that follow each other as fast are one, sent to the process and to its group."""


class Terminated(KeyboardInterrupt):
    """The process is asked to end."""


class _Handler:
    def __init__(self) -> None:
        self._last = -_ONE_WISH

    def __call__(self, number: int, frame: FrameType | None) -> None:
        before, self._last = self._last, time.monotonic()
        if self._last - before >= _ONE_WISH:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


@contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """While it lasts, SIGTERM raises `Terminated`, and one wish to end raises once however often it is sent.

    Handlers that somebody else has set are left alone.
    """
    defaults = ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL))
    main = threading.current_thread() is threading.main_thread()
    ours = [(number, before) for number, before in defaults if main and signal.getsignal(number) == before]
    handler = _Handler()
    for number, _ in ours:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in ours:
            signal.signal(number, before)
