"""Words that rules' messages share."""

from __future__ import annotations


def times_words(n: int | None) -> str:
    """`once`, `twice`, `3 times` or `any number of times`."""
    if n is None:
        return "any number of times"
    return {1: "once", 2: "twice"}.get(n, f"{n} times")
