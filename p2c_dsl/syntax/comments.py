"""The comments of a file while it is formatted: each is taken once, by the closest line or bracket."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from p2c_dsl.source import Source
from p2c_dsl.syntax.nodes import Comment

_TO_CLOSING = re.compile(r"(?:[\s,\\]|#[^\n]*)*[)\]}]")


class Comments:
    """A file's comments in order, minus those taken."""

    def __init__(self, source: Source, comments: Sequence[Comment]) -> None:
        self._source = source
        self._comments = list(comments)
        self._starts = [c.span.start for c in comments]
        self._taken: set[int] = set()

    @property
    def left(self) -> bool:
        """Whether there are comments that have not been taken."""
        return len(self._taken) < len(self._comments)

    def take(self, start: int, end: int) -> list[Comment]:
        """Takes the remaining comments between two offsets."""
        found = range(bisect_left(self._starts, start), bisect_left(self._starts, end))
        free = [i for i in found if i not in self._taken]
        self._taken.update(free)
        return [self._comments[i] for i in free]

    def given_out(self, start: int, end: int) -> bool:
        """Whether a comment between two offsets has been taken."""
        found = range(bisect_left(self._starts, start), bisect_left(self._starts, end))
        return not self._taken.isdisjoint(found)

    def closing(self, end: int) -> int:
        """The position of the closing bracket after the last item, which ends here."""
        found = _TO_CLOSING.match(self._source.text, end)
        return end if found is None else found.end()
