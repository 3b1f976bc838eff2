"""Different plans from draws that may repeat."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator


class FewerPlans(UserWarning):
    """There are fewer different plans than were asked for."""


def distinct(draws: Iterable[str], n: int | None, misses: int = 30) -> Iterator[str]:
    """The first `n` different plans among the draws, `None` for all.

    It ends after `misses` draws in a row that bring nothing new, or when the draws end; if it has found fewer
    than `n` by then, it warns (`FewerPlans`).
    """
    seen: set[str] = set()
    missed = 0
    for text in draws:
        if text in seen:
            missed += 1
            if missed == misses:
                break
            continue
        missed = 0
        seen.add(text)
        yield text
        if len(seen) == n:
            return
    if n is not None:
        again = f": {missed} further draws found no new plan" if missed else ""
        warnings.warn(f"found {len(seen)} of {n} different plans{again}", FewerPlans, stacklevel=2)
