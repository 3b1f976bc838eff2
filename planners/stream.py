"""Text that is passed on while it is written."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Semaphore, Thread


class _Stopped(BaseException):
    """The consumer has left."""


def pulled(work: Callable[[Callable[[str], None]], object]) -> Iterator[str]:
    """What `work` pushes, piece by piece. It runs in a thread of its own, and only while the next piece is awaited.

    What it raises is raised here. Leaving the iterator early ends the work at its next piece.
    """
    pieces: SimpleQueue[str | BaseException | None] = SimpleQueue()
    wanted, stopped = Semaphore(0), False

    def push(piece: str) -> None:
        pieces.put(piece)
        wanted.acquire()
        if stopped:
            raise _Stopped

    def run() -> None:
        wanted.acquire()
        try:
            work(push)
            pieces.put(None)
        except BaseException as error:
            pieces.put(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            wanted.release()
            piece = pieces.get()
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        stopped = True
        wanted.release()
        thread.join()


def decoded(watch: Callable[[str], None], prefix: str) -> Callable[[int, bytes], None]:
    """Passes on the text so far of the first row; a token may end within a character."""
    decoder, text = codecs.getincrementaldecoder("utf-8")(), prefix

    def add(row: int, written: bytes) -> None:
        nonlocal text
        if row == 0:
            text += decoder.decode(written)
            watch(text)

    return add
