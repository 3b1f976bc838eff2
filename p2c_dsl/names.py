"""What to say about a name that nothing has."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_LISTED = 8


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The closest known name, or a short list of all; `None` where nothing is known."""
    names = sorted(known)
    close = get_close_matches(name, names, 1)
    if close:
        return f"did you mean `{close[0]}`?"
    if not names:
        return None
    listed = ", ".join(f"`{n}`" for n in names[:_MOST_LISTED])
    return f"known here: {listed}{', …' if len(names) > _MOST_LISTED else ''}"
