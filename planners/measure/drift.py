"""Drift, as cells of the grid: values switch at a known time, and φ is stale, refitted, or the human's own values.

`drift_recovery.py` defines what is measured, and how. The solutions to choose from are those that the loop shows to
people.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from p2c_dsl.planners.figure2.align_run import AlignSettings, Shared, loop_of
from p2c_dsl.planners.measure.drift_recovery import DriftConfig, drift_curves
from p2c_dsl.planners.preferences.humans.drift import Step
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman
from p2c_dsl.planners.preferences.reward_model import RewardConfig
from p2c_dsl.planners.rl.explore import WarmUp

KINDS = ("oracle", "refit", "undiscounted", "stale")
ROUNDS, SWITCH = 14, 5


def drifted(folder: Path, settings: AlignSettings, shared: Shared) -> dict[str, Any]:
    """The expert alignment of each kind of φ after each round, and the rounds until it has recovered."""
    config = DriftConfig(
        rounds=ROUNDS,
        switch=SWITCH,
        situations=100,
        reward=RewardConfig(hidden=8, epochs=60, half_life=1.5, seed=settings.seed),
        seed=settings.seed,
    )
    settings = replace(settings, warm_up=WarmUp(attempts=0))
    loop = loop_of(folder, settings, drift=Step(float(SWITCH)), shared=shared)
    human = loop.human
    assert isinstance(human, SimulatedHuman)
    pool = {solution.key: solution for pair in loop.questions.pairs for solution in pair}
    curves = drift_curves(human, list(pool.values()), config)
    return {
        "drift": {kind: getattr(curves, kind) for kind in KINDS},
        "recovery": {kind: curves.recovery(getattr(curves, kind)) for kind in KINDS},
    }
