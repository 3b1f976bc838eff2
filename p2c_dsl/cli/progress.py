"""What is shown on a terminal while a command works."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_MANY = 20
_SLOW = 1.0
"""In seconds: what ends sooner needs no progress."""


def with_progress(files: Sequence[str], word: str) -> Iterator[str]:
    """The files one by one, with a progress bar on a terminal if there are many."""
    if len(files) < _MANY or not sys.stderr.isatty():
        yield from files
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(files, description=word, console=Console(stderr=True), transient=True)


@contextmanager
def growing_text(doing: str) -> Iterator[Callable[[str], None] | None]:
    """Gives a function that shows the text so far on standard error; `None` where that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    from p2c_dsl.diagnostics.plain import printable

    waiting = Spinner("dots", Text(doing, "dim"))
    with Live(waiting, console=Console(stderr=True), transient=True) as live:

        def watch(text: str) -> None:
            live.update(Group(Text("\n".join(map(printable, text.split("\n")))), waiting))

        yield watch


@contextmanager
def once_slow() -> Iterator[Callable[[str], None] | None]:
    """Gives a function that shows on standard error what is being done, once the work has taken more than a second.

    It gives `None` where that is not a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.status import Status

    from p2c_dsl.diagnostics.plain import printable

    begun = time.monotonic()
    status: Status | None = None

    def show(doing: str) -> None:
        nonlocal status
        if status is not None:
            status.update(printable(doing))
        elif time.monotonic() >= begun + _SLOW:
            status = Status(printable(doing), console=Console(stderr=True))
            status.start()

    try:
        yield show
    finally:
        if status is not None:
            status.stop()
