"""Which pairs people are asked about, and their answers.

The pairs of a round depend on the pool, the seed and the round, and on nothing that a planner does: one that could
choose what is compared could keep φ from learning what would count against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from p2c_dsl.planners.preferences.comparison import Comparison, Human, Pair
from p2c_dsl.planners.preferences.solution import PartialSolution


def scheduled(pool: Sequence[PartialSolution], count: int, round_: int, seed: int = 0) -> list[Pair]:
    """The pairs of a round, drawn evenly from the pool. Raises `ValueError` for a pool of fewer than two."""
    random = Random(f"schedule {seed} {round_}")
    return [(one, other) for one, other in (random.sample(pool, 2) for _ in range(count))]


def ask(human: Human, pairs: Iterable[Pair], time: float, who: str = "") -> list[Comparison]:
    """Somebody's answers to pairs at a time; skipped ones are left out."""
    told = ((pair, human.compare(*pair, time)) for pair in pairs)
    return [Comparison(*pair, chosen, time, who) for pair, chosen in told if chosen is not None]
