"""What to say about a name that nothing has."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

_MOST_LISTED = 8
_MOST_COMPARED = 200


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The closest known name, or a short list of all; `None` where nothing is known."""
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


def _comparable(name: str, names: list[str]) -> list[str]:
    """A number of names that can be compared in no time: of many, those that begin or end alike."""
    if len(names) <= _MOST_COMPARED:
        return sorted(names)
    alike = [n for n in names if n[:2] == name[:2] or n[-2:] == name[-2:]]
    return nsmallest(_MOST_COMPARED, alike, key=lambda n: (abs(len(n) - len(name)), n))
