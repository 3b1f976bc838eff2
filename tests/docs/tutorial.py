"""Follows a tutorial: saves its files, runs its commands, and writes down what they print.

`python -m tests.docs.tutorial` writes the outputs on the page anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"as `([\w.]+)`|at the end of `([\w.]+)`")


def followed(page: str, folder: Path) -> str:
    """The page with what its commands print now, when a reader does in an empty folder what it says."""
    parts: list[str] = []
    at = 0
    for block in _BLOCK.finditer(page):
        kind, text = block.groups()
        parts.append(page[at : block.start(2)])
        at = block.end(2)
        if kind == "console":
            text = "".join(_typed(text, folder))
        else:
            _save(page[: block.start()], text, folder)
        parts.append(text)
    return "".join([*parts, page[at:]])


def _save(before: str, text: str, folder: Path) -> None:
    """Saves a block in the file that the text before it named last, or adds it at that file's end."""
    *_, named = _FILE.finditer(before)
    with (folder / (named[1] or named[2])).open("w" if named[1] else "a") as file:
        file.write(text)


def _typed(session: str, folder: Path) -> Iterator[str]:
    """The commands of a session, each with what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line in session.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                ["sh", "-c", line.removeprefix("$ ")],
                cwd=folder,
                env={**os.environ, "PATH": path, "COLUMNS": "120"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            yield f"{line}\n"
            if printed := done.stdout.strip("\n"):
                yield f"{printed}\n"


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        PAGE.write_text(followed(PAGE.read_text(), Path(name)))
