"""Standard streams that are closed, full, without a reader or without a width."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper
from typing import TextIO

EXIT_NO_OUTPUT, EXIT_READER_LEFT = 2, 141
_NARROWEST = {"COLUMNS": 20, "LINES": 5}


def prepare() -> None:
    """Makes every stream usable or one that raises errors, and ignores sizes that no terminal has."""
    # A stream that is opened in the wrong direction keeps its descriptor, and using it is an error.
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY), closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", closefd=False)
    # A replacement by tests is left alone.
    if type(sys.stdout) is TextIOWrapper:
        sys.stdout = _Output(sys.stdout)
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
    for name, least in _NARROWEST.items():
        size = os.environ.get(name, "")
        if not (size.isascii() and size.isdecimal() and len(size) < 5 and int(size) >= least):
            os.environ.pop(name, None)


def failed_stream(error: BaseException) -> OSError | None:
    """The error of a stream or file that is behind another error, if there is one."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error if isinstance(error, OSError) else None


def lost(error: OSError, where: str = "standard input or output") -> int:
    """Reports that a stream or file failed, unless its reader has left. Returns the exit status."""
    _give_up(sys.stdout)
    if error.errno == errno.EPIPE:
        return EXIT_READER_LEFT
    place = where if error.filename is None else os.fsdecode(error.filename)
    named = "" if error.errno == errno.ENOENT and error.filename is None else f"{place}: "
    try:
        print(f"p2c: {named}{error.strerror or error}", file=sys.stderr, flush=True)
    except OSError:
        _give_up(sys.stderr)
    return EXIT_NO_OUTPUT


def _give_up(stream: TextIO) -> None:
    """Writes no more to a stream that has failed: the interpreter would write the rest of its buffer when it exits."""
    from contextlib import suppress

    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Output(TextIOWrapper):
    """Standard output that ends the process when it cannot be written, even if callers catch exceptions.

    Characters outside the terminal's encoding are escaped: a file's name can be any bytes.
    """

    _NAME = "standard output"

    def __init__(self, stream: TextIOWrapper) -> None:
        # A stream without references would close its buffer.
        self._stream = stream
        super().__init__(stream.buffer, stream.encoding, "backslashreplace", line_buffering=stream.line_buffering)

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
