"""Files that are replaced as a whole: a process killed while it writes leaves the file as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which replaces `path` once it is on the disk; an error leaves `path` alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes that write the same file each have a temporary file of their own.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replaces a file by a text. Raises `OSError`."""
    with replacing(path) as file:
        file.write(text.encode())
