"""The process's streams where something is odd about them: closed, full, left by their reader, of no width."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper

EXIT_NO_OUTPUT, EXIT_READER_LEFT = 2, 141
_NARROWEST = {"COLUMNS": 20, "LINES": 5}


def prepare() -> None:
    """Makes every stream one that can be used or says that it cannot, and forgets sizes that no terminal has."""
    # Opened for the wrong direction, a stream has its place among the files, and using it is an error.
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY), closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", closefd=False)
    # What tests put in place of it is left alone.
    if type(sys.stdout) is TextIOWrapper:
        sys.stdout = _Output(sys.stdout)
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
    for name, least in _NARROWEST.items():
        size = os.environ.get(name, "")
        if not (size.isascii() and size.isdecimal() and len(size) < 5 and int(size) >= least):
            os.environ.pop(name, None)


def failed_stream(error: BaseException) -> OSError | None:
    """The error of a stream or a file that another error comes down to, if it does."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error if isinstance(error, OSError) else None


def lost(error: OSError, where: str = "standard input or output") -> int:
    """Says that a stream or a file fails; a reader that has left is not told so. Returns the status to end with."""
    from contextlib import suppress

    with suppress(OSError, ValueError):
        # What is still in the buffer goes nowhere: the interpreter would write it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        return EXIT_READER_LEFT
    place = where if error.filename is None else os.fsdecode(error.filename)
    named = "" if error.errno == errno.ENOENT and error.filename is None else f"{place}: "
    with suppress(OSError):
        print(f"p2c: {named}{error.strerror or error}", file=sys.stderr, flush=True)
    return EXIT_NO_OUTPUT


class _Output(TextIOWrapper):
    """Standard output that ends the process where it cannot be written, whatever is caught on the way.

    What the terminal's encoding does not know is escaped: a file's name can be any bytes.
    """

    _NAME = "standard output"

    def __init__(self, stream: TextIOWrapper) -> None:
        # A stream that nobody holds any more closes its buffer.
        self._stream = stream
        super().__init__(
            stream.buffer, stream.encoding, "backslashreplace", line_buffering=stream.line_buffering
        )

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            sys.exit(lost(error, self._NAME))

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            sys.exit(lost(error, self._NAME))
