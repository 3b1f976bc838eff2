"""Words that rules' messages share."""

from __future__ import annotations


def times_words(n: int | None) -> str:
    """`once`, `twice`, `3 times` or `any number of times`."""
    if n is None:
        return "any number of times"
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def but_allowed(limit: int | None) -> str:
    """What a rule with a limit says against more: `but the rule allows it only twice`."""
    return "but the rule does not allow it" if limit == 0 else f"but the rule allows it only {times_words(limit)}"
