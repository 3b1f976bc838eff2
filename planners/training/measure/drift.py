"""Drift: values switch at a known time, and φ is left as it was, refitted, or replaced by what the human really holds.

What is measured is φ's agreement with the human's present values: of pairs that it was never asked about, how often φ
prefers the one that is worth more to them. Refitting is that of the loop: `align_to_human`, round after round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from p2c_dsl.planners.training.align_run import AlignSettings, Loop, Shared, loop_of
from p2c_dsl.planners.training.humans.candidates import Pair
from p2c_dsl.planners.training.humans.drift import Step
from p2c_dsl.planners.training.humans.oracle import Oracle
from p2c_dsl.planners.training.humans.simulated import SimulatedHuman
from p2c_dsl.planners.training.scalable_align import align_to_human
from p2c_dsl.planners.training.warm_up import WarmUp

KINDS = ("stale", "refitted", "oracle")
HALF_LIFE = 1.5
RECOVERED = 0.9
"""Of the agreement before the switch: φ has recovered when it is back at this share of it."""


def curves(
    folder: Path, settings: AlignSettings, rounds: int, switch: int, shared: Shared | None = None
) -> dict[str, list[float]]:
    """The agreement with the present values after each round, for each kind of φ."""
    return {kind: _curve(folder, settings, rounds, switch, kind, shared) for kind in KINDS}


def _curve(
    folder: Path, settings: AlignSettings, rounds: int, switch: int, kind: str, shared: Shared | None
) -> list[float]:
    settings = replace(settings, half_life=HALF_LIFE, warm_up=WarmUp(attempts=0))
    loop = loop_of(folder, settings, drift=Step(float(switch)), shared=shared)
    human = loop.human
    assert isinstance(human, SimulatedHuman)
    oracle, held_out = Oracle(human), _held_out(loop)
    if kind == "stale":
        loop.questions.frozen_after = switch
    found = []
    for now in range(rounds):
        loop.proxy = align_to_human(human, loop.proxy, loop.questions)
        found.append(_agreement(loop, oracle, held_out, float(now), kind == "oracle"))
    return found


def _held_out(loop: Loop) -> Sequence[Pair]:
    """A fifth of the pairs, which nobody is asked about."""
    pairs = list(loop.questions.pairs)
    count = max(len(pairs) // 5, 1)
    loop.questions.pairs = pairs[count:]
    return pairs[:count]


def _agreement(loop: Loop, oracle: Oracle, pairs: Sequence[Pair], now: float, exact: bool) -> float:
    if exact:
        return 1.0
    right = 0
    decided = 0
    for left, other in pairs:
        better = oracle.value(left, now) - oracle.value(other, now)
        if better:
            decided += 1
            right += (loop.proxy.values.judge(left) > loop.proxy.values.judge(other)) == (better > 0)
    return right / decided if decided else float("nan")


def recovery(curve: Sequence[float], switch: int) -> int | None:
    """How many rounds after the switch the agreement is back; `None` where it is not within the curve."""
    before = max(curve[:switch], default=1.0)
    return next((now - switch for now in range(switch, len(curve)) if curve[now] >= RECOVERED * before), None)
