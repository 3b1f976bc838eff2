"""A composition that is being written, shown on a terminal while it grows."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def shown(doing: str) -> Iterator[Callable[[str], None] | None]:
    """Gives what is to be told the text so far, and shows it on standard error; `None` where that is no terminal."""
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
