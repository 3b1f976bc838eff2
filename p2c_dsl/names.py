"""Suggestions for unknown names, and lists of names, as messages give them."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

_MOST_LISTED = 8
_MOST_COMPARED = 200


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The closest known name, or a short list of all known names; `None` if there are none."""
    # Most runs have no unknown name to explain.
    from difflib import get_close_matches

    names = list(known)
    if not names:
        return None
    close = get_close_matches(name, _comparable(name, names), 1)
    if close:
        return f"did you mean `{close[0]}`?"
    listed = ", ".join(f"`{n}`" for n in nsmallest(_MOST_LISTED, names))
    return f"known here: {listed}{', …' if len(names) > _MOST_LISTED else ''}"


def listing(items: Iterable[str], last: str) -> str:
    """The items as a sentence lists them: `a, b or c`, with `last` before the last one."""
    *first, end = items
    return f"{', '.join(first)} {last} {end}" if first else end


def _comparable(name: str, names: list[str]) -> list[str]:
    """A number of names that can be compared quickly: of many, those with the same start or end."""
    if len(names) <= _MOST_COMPARED:
        return sorted(names)
    alike = [n for n in names if n[:2] == name[:2] or n[-2:] == name[-2:]]
    return nsmallest(_MOST_COMPARED, alike, key=lambda n: (abs(len(n) - len(name)), n))
