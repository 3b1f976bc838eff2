"""Reads files as text, or gives the reason why a file cannot be read."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

MOST_BYTES = 100_000_000


class Unreadable(Exception):
    """A file that cannot be read; `text` is the part that could be decoded, `offset` the place of the error in it."""

    def __init__(self, code: str, reason: str, help: str, text: str = "", offset: int = 0) -> None:
        super().__init__(reason)
        self.code, self.reason, self.help, self.text, self.offset = code, reason, help, text, offset


def read(path: Path, *, regular: bool = False) -> str:
    """A file's text without a byte order mark. With `regular`, pipes are refused. Raises `Unreadable`."""
    return _decode(_bytes(path, regular))


def real(path: Path) -> Path:
    """A file's canonical absolute path, as far as the system can tell. Does not raise."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def _bytes(path: Path, regular: bool) -> bytes:
    try:
        status = path.stat()
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable("P2C130", "this is a folder", "give the path of a file in it")
        if stat.S_ISFIFO(mode) and not regular:
            return _piped(path)
        # Reading a device may never end.
        if not stat.S_ISREG(mode):
            raise Unreadable("P2C130", "this is not a regular file", "give the path of a regular file")
        if status.st_size > MOST_BYTES:
            reason = f"the file is too large: {status.st_size:,} bytes, where at most {MOST_BYTES:,} are allowed"
            raise Unreadable("P2C130", reason, "check that this is the right file")
        return path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("P2C130", "there is no such file", "check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable("P2C130", f"it cannot be read: {reason}", "check the path") from None


def _piped(path: Path) -> bytes:
    """The data that is written to a pipe. Raises `Unreadable` if it has no writer: opening it would wait forever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        start = pipe.read(1)
        if start == b"":
            raise Unreadable(
                "P2C130",
                "no process has this pipe open for writing",
                "give the path of a file, or of a pipe that is in use",
            )
        os.set_blocking(descriptor, True)
        return (start or b"") + pipe.readall()


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig", "replace")
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            reason = "it is UTF-16, not UTF-8"
        else:
            reason = f"byte 0x{error.object[error.start]:02x} in line {before.count(chr(10)) + 1} is not UTF-8"
        text = data.decode("utf-8-sig", "replace")
        raise Unreadable("P2C131", reason, "save the file as UTF-8", text, len(before)) from None
    if "\0" in text:
        offset = text.index("\0")
        reason = f"there is a NUL character in line {text.count(chr(10), 0, offset) + 1}"
        raise Unreadable("P2C131", reason, "save the file as UTF-8 text", text, offset)
    return text
