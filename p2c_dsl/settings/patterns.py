"""Patterns that name files and folders, as in a `.gitignore`."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence


class Patterns:
    """Patterns in order: a later one takes precedence, and `!` negates. Raises `ValueError` for an invalid pattern."""

    def __init__(self, patterns: Sequence[str]) -> None:
        # Most projects exclude nothing.
        from pathspec import GitIgnoreSpec

        try:
            with warnings.catch_warnings(action="ignore"):
                self._spec = GitIgnoreSpec.from_lines(map(_anchored, patterns))
        except re.error as error:
            raise ValueError(str(error)) from None

    def match(self, path: str, *, folder: bool = False) -> bool:
        """Whether they match a file or folder, given its path relative to the folder of the patterns."""
        return self._spec.match_file(f"{path}/" if folder else path)


def _anchored(pattern: str) -> str:
    """Strips a leading `./`, with which a pattern would match nothing in a `.gitignore`."""
    back = "!" if pattern.startswith("!") else ""
    return back + re.sub(r"^(\./)+", "/", pattern.removeprefix("!"))
