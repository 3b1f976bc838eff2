"""How often something happens: a lower and an upper bound over all runs.

In nested loops a call happens |a|·|b| times, so an effect's count is a polynomial over collection
sizes. Only declared bounds are known about a size, so the polynomial is evaluated at these
bounds as it grows (evaluation is a homomorphism: sums and products commute with it). A branch takes the greater upper
bound and the smaller lower bound of its arms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from p2c_dsl.bounds import add, at_least, greatest, times
from p2c_dsl.machine.facet import Narrator
from p2c_dsl.machine.state import LoopFrame
from p2c_dsl.source import Span


class Count(NamedTuple):
    """A lower and an upper bound; `high` is `None` if there is no limit."""

    low: int = 0
    high: int | None = 0

    def plus(self, low: int, high: int | None) -> Count:
        """The sum of two counts."""
        return Count(at_least(self.low + low), add(self.high, high))

    def join(self, other: Count) -> Count:
        """The bounds that hold in either case."""
        return Count(min(self.low, other.low), greatest(self.high, other.high))


ZERO = Count()


def exceeds(high: int | None, limit: int) -> bool:
    """Whether an upper bound is above a limit."""
    return high is None or high > limit


def rounds(loops: Iterable[LoopFrame]) -> Count:
    """How often the innermost body runs: the product of the loops' sizes."""
    low, high = 1, 1
    total: int | None = high
    for frame in loops:
        low = at_least(low * frame.size.low)
        total = times(total, frame.size.high)
    return Count(low, total)


def polynomial(loops: Iterable[LoopFrame], narrator: Narrator) -> str:
    """The number of times in symbols: `|users|·|prefs|`, or `1` outside loops."""
    factors = [f"|{narrator.name(frame.collection).strip('`')}|" for frame in loops]
    return "·".join(factors) or "1"


def loop_notes(loops: Iterable[LoopFrame], narrator: Narrator) -> tuple[tuple[str, Span], ...]:
    """One note for each open loop about how often it runs."""
    notes = (narrator.loop(frame) for frame in loops)
    return tuple(note for note in notes if note is not None)
