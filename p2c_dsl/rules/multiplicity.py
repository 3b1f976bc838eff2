"""How often something happens, between a least and a greatest number over all runs.

In nested loops a call happens |a|·|b| times, so an effect's count is a polynomial over collection
sizes. Nothing but declared bounds is known about a size, so the polynomial is evaluated at those
bounds as it grows (an evaluation is a homomorphism: sums and products commute with it). Arms of a
branch take the greater upper and the smaller lower bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from p2c_dsl.machine.facet import Narrator
from p2c_dsl.machine.state import LoopFrame
from p2c_dsl.syntax.span import Span


class Count(NamedTuple):
    """A least and a greatest number; `high` is `None` where nothing bounds it."""

    low: int = 0
    high: int | None = 0

    def plus(self, low: int, high: int | None) -> Count:
        """Both bounds moved up."""
        return Count(self.low + low, add(self.high, high))

    def join(self, other: Count) -> Count:
        """What holds when either may be the case."""
        return Count(min(self.low, other.low), greatest(self.high, other.high))


ZERO = Count()


def add(a: int | None, b: int | None) -> int | None:
    """The sum of two upper bounds."""
    return None if a is None or b is None else a + b


def times(a: int | None, b: int | None) -> int | None:
    """The product of two upper bounds; nothing happens without bound zero times."""
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else a * b


def greatest(a: int | None, b: int | None) -> int | None:
    """The greater of two upper bounds."""
    return None if a is None or b is None else max(a, b)


def exceeds(high: int | None, limit: int) -> bool:
    """Whether an upper bound lies above a limit."""
    return high is None or high > limit


def rounds(loops: Iterable[LoopFrame]) -> Count:
    """How often the innermost body runs: the product of the loops' sizes."""
    low, high = 1, 1
    total: int | None = high
    for frame in loops:
        low *= frame.size.low
        total = times(total, frame.size.high)
    return Count(low, total)


def polynomial(loops: Iterable[LoopFrame], narrator: Narrator) -> str:
    """The number of times in symbols: `|users|·|prefs|`, or `1` outside loops."""
    factors = [f"|{narrator.name(frame.collection).strip('`')}|" for frame in loops]
    return "·".join(factors) or "1"


def loop_notes(loops: Iterable[LoopFrame], narrator: Narrator) -> tuple[tuple[str, Span], ...]:
    """One note for each open loop, on how often it runs."""
    notes = (narrator.loop(frame) for frame in loops)
    return tuple(note for note in notes if note is not None)
