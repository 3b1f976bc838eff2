"""When a search must stop, and whom it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from typing import NamedTuple

from p2c_dsl.planners.deadline import Deadline


class SearchProgress(NamedTuple):
    """How far a search is: the lines tried, the cost of the best plan (if there is one), and a bound on all costs."""

    lines: int
    best: int | None
    at_least: int


Watch = Callable[[SearchProgress], None]
_OFTEN = 64
"""After how many lines the clock is looked at."""


class Stopped(Exception):
    """The time or the effort is spent."""


@dataclass(slots=True)
class SearchLimits:
    """The limits of one search.

    Attributes:
        deadline: The moment at which it stops.
        effort: The number of tried lines after which it stops.
        watch: Is told about the progress from time to time.
    """

    deadline: Deadline = field(default_factory=Deadline)
    effort: float = inf
    watch: Watch | None = None
    _next: int = 0

    def check(self, lines: int, best: int | None, at_least: int) -> None:
        """Raises `Stopped` if the search must stop here. Mostly it does not look at the clock."""
        if lines >= self._next:
            self.look(lines, best, at_least)

    def look(self, lines: int, best: int | None, at_least: int) -> None:
        """The same with a look at the clock, for steps that take long."""
        self._next = lines + _OFTEN
        if self.watch is not None:
            self.watch(SearchProgress(lines, best, at_least))
        if lines > self.effort or self.deadline.over:
            raise Stopped

    def sooner(self, effort: float) -> SearchLimits:
        """These limits with a smaller effort."""
        return replace(self, effort=min(self.effort, effort))
