"""Different plans from draws that may repeat themselves."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator

_MOST_MISSES = 30
"""How many draws in a row may bring nothing new before it is held that there is nothing new."""


class FewerPlans(UserWarning):
    """There are fewer different plans than were asked for."""


def distinct(draws: Iterable[str], n: int | None) -> Iterator[str]:
    """The first `n` different plans among the draws, `None` for all.

    It ends after 30 draws in a row that bring nothing new, or with the draws themselves; where it has fewer
    than `n` by then, it warns of that (`FewerPlans`).
    """
    seen: set[str] = set()
    misses = 0
    for text in draws:
        if text in seen:
            misses += 1
            if misses == _MOST_MISSES:
                break
            continue
        misses = 0
        seen.add(text)
        yield text
        if len(seen) == n:
            return
    if n is not None:
        again = f": {misses} further draws brought nothing new" if misses else ""
        warnings.warn(f"found {len(seen)} of {n} different plans{again}", FewerPlans, stacklevel=2)
