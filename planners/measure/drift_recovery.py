"""What drifting values do to φ, and how soon a refitted one has caught up.

A person is asked about the same number of pairs in each round. Four judges then choose, in situations of a few
solutions each, what the person would be given: φ as it was before the values changed (stale), φ refitted each round
with old answers discounted (NS-DPO, arXiv 2407.18676), φ refitted without a discount, and the person's own values of
that round (oracle). The measure is how good the choices are by the person's values of that round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from random import Random

from p2c_dsl.planners.preferences.comparison import Comparison
from p2c_dsl.planners.preferences.humans.candidates import shuffled
from p2c_dsl.planners.preferences.humans.oracle import Oracle
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman
from p2c_dsl.planners.preferences.questions import ask, scheduled
from p2c_dsl.planners.preferences.reward_model import RewardConfig, RewardModel, fit
from p2c_dsl.planners.preferences.solution import PartialSolution

Situation = tuple[int, ...]
"""The numbers of the solutions in a pool that can be chosen."""


@dataclass(frozen=True, slots=True)
class DriftConfig:
    """How many rounds and questions, and when values change.

    Attributes:
        rounds: Rounds in all; the time of a round is its number.
        answers: Pairs asked about in each round.
        switch: The first round of new values; the stale φ has learned from the rounds before it.
        situations, choices: How many choices are judged, and between how many solutions each.
        reward: How φ is trained; its half-life counts in rounds.
        seed: Decides pairs and situations.
    """

    rounds: int = 20
    answers: int = 30
    switch: int = 8
    situations: int = 200
    choices: int = 6
    reward: RewardConfig = field(default_factory=lambda: RewardConfig(hidden=8, epochs=80, half_life=1.5))
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.switch < self.rounds:
            raise ValueError("values must change after the first round and before the last")


@dataclass(frozen=True, slots=True)
class DriftCurves:
    """Expert alignment of each judge, one number a round: 1 where it always chooses the best, 0 the worst."""

    switch: int
    stale: tuple[float, ...]
    refit: tuple[float, ...]
    undiscounted: tuple[float, ...]
    oracle: tuple[float, ...]

    def recovery(self, curve: Sequence[float], share: float = 0.95, steady: int = 2) -> int | None:
        """Rounds with new values until a curve is back at a share of its level before them, and stays for `steady`.

        1 is the first round in which answers by the new values were given. `None`: not within these rounds.
        """
        level = share * sum(curve[: self.switch][-3:]) / len(curve[: self.switch][-3:])
        after = curve[self.switch :]
        for place in range(len(after) - steady + 1):
            if all(value >= level for value in after[place : place + steady]):
                return place + 1
        return None


def drift_curves(
    human: SimulatedHuman, pool: Sequence[PartialSolution], config: DriftConfig | None = None
) -> DriftCurves:
    """Runs the rounds. In each, the answers come first; then φ is refitted and judged."""
    config = config or DriftConfig()
    random, oracle = Random(f"situations {config.seed}"), Oracle(human)
    situations = [tuple(random.sample(range(len(pool)), config.choices)) for _ in range(config.situations)]
    pairs = shuffled(combinations(pool, 2), seed=config.seed)
    answers: list[Comparison] = []
    curves: dict[str, list[float]] = {name: [] for name in ("stale", "refit", "undiscounted", "oracle")}
    stale: RewardModel | None = None
    for round_ in range(config.rounds):
        time = float(round_)
        answers += ask(human, scheduled(pairs, config.answers, round_), time)
        refit = fit(answers, config.reward, time)
        undiscounted = fit(answers, replace(config.reward, half_life=None), time)
        if stale is None or round_ < config.switch:
            stale = undiscounted
        values = [oracle.value(solution, time) for solution in pool]
        for name, phi in (("stale", stale), ("refit", refit), ("undiscounted", undiscounted)):
            curves[name].append(alignment(phi.judged(pool), values, situations))
        curves["oracle"].append(alignment(values, values, situations))
    return DriftCurves(config.switch, **{name: tuple(curve) for name, curve in curves.items()})


def alignment(scores: Sequence[float], values: Sequence[float], situations: Sequence[Situation]) -> float:
    """How good choices by scores are, by values: 1 for the best and 0 for the worst of a situation, on average."""
    found = []
    for situation in situations:
        low, high = min(values[s] for s in situation), max(values[s] for s in situation)
        if high > low:
            chosen = max(situation, key=lambda solution: scores[solution])
            found.append((values[chosen] - low) / (high - low))
    return sum(found) / len(found)
