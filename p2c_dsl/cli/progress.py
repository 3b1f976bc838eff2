"""What is shown on a terminal while a command works."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_MANY = 20


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
