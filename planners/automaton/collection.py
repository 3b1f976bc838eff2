"""Python's cycle collector, which is kept from pausing a composition that is being written."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Runs a block without the collector.

    What the automaton remembers lives on, and the collector looks through all of it again and again: that was a fifth
    of the time of drawing, and a third of the longest pauses. Blocks may be nested, and garbage is found after them.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
