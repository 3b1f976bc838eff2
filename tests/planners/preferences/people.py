"""Solutions with made-up features, and answers about them: what φ sees, without a domain."""

from __future__ import annotations

from random import Random

from p2c_dsl.planners.preferences.comparison import Comparison, Pair
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman
from p2c_dsl.planners.preferences.solution import PartialSolution

NAMES = ("fee", "calls", "leaks", "steps")


def solution(*features: float) -> PartialSolution:
    return PartialSolution("task t()", f"compose t(): # {features}\n", (), features, NAMES)


def solutions(count: int, seed: int = 0) -> list[PartialSolution]:
    draw = Random(f"solutions {seed}")
    return [solution(*(float(draw.randint(0, 5)) for _ in NAMES)) for _ in range(count)]


def drawn_pairs(among: list[PartialSolution], count: int, seed: int = 0) -> list[Pair]:
    draw = Random(f"drawn {seed}")
    return [(pair[0], pair[1]) for pair in (draw.sample(among, 2) for _ in range(count))]


def asked(human: SimulatedHuman, among: list[Pair], start: float = 0.0, pace: float = 1.0) -> list[Comparison]:
    """What they answer, one pair after the other."""
    answers = ((pair, start + pace * n) for n, pair in enumerate(among))
    told = ((pair, time, human.compare(*pair, time)) for pair, time in answers)
    return [Comparison(*pair, chosen, time, human.who) for pair, time, chosen in told if chosen is not None]
