"""Files that are written whole or not at all: whatever is killed while it writes, the last one is still there."""

from __future__ import annotations

import os
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Writes a text over what the file held before. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes that write the same file each have their own beginning of it.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
