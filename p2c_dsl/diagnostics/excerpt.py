"""The part of a line around what is marked, fitted to a number of terminal cells."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from p2c_dsl.diagnostics.plain import printable

_TAB = 4
_CUT = "…"


class Excerpt(NamedTuple):
    """A line in three parts; `…` marks omitted text."""

    before: str
    marked: str
    after: str


def excerpt(line: str, start: int, length: int, room: int) -> Excerpt:
    """The part of `line` around `length` characters from `start` on, at most `room` cells wide."""
    start = min(start, len(line))
    end = min(start + max(length, 1), len(line))
    # Nearly every character takes up at least one cell, so text that is further away cannot be visible.
    far = 2 * room
    before = _clean(line[:start] if start <= far else line[start - far : start])
    marked, after = _clean(line[start : min(end, start + far)]), _clean(line[end : end + far])
    if cell_len(before) + cell_len(marked) + cell_len(after) <= room:
        return Excerpt(before, marked, after)
    before = _ending(before, max(2 * (room - cell_len(marked)) // 3, room // 3))
    marked = _beginning(marked, room - cell_len(before))
    return Excerpt(before, marked, _beginning(after, room - cell_len(before) - cell_len(marked)))


def _clean(text: str) -> str:
    return printable(text.expandtabs(_TAB))


def _beginning(text: str, room: int) -> str:
    if cell_len(text) <= room:
        return text
    while text and cell_len(text) + 1 > room:
        text = text[:-1]
    return text + _CUT if room > 0 else ""


def _ending(text: str, room: int) -> str:
    return _beginning(text[::-1], room)[::-1]
