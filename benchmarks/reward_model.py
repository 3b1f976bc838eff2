"""How well φ predicts a simulated person, relative to the limit set by their noise, and how well calibrated it is.

The pool is accepted programs of a domain's task. Values are drawn over their features, and answers have Bradley–Terry
noise of temperature 1. Training and test pairs are disjoint. Bayes is the accuracy of someone who knows the values.

    python benchmarks/reward_model.py examples/deletion/deletion.p2c examples/refunds/refunds.p2c
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from random import Random

import numpy as np
from scipy.stats import bootstrap

from p2c_dsl.planners.preferences.comparison import Comparison, Pair
from p2c_dsl.planners.preferences.humans.candidates import candidates, pairs
from p2c_dsl.planners.preferences.humans.oracle import Oracle
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman, drawn_values
from p2c_dsl.planners.preferences.questions import ask
from p2c_dsl.planners.preferences.reward_model import fit
from p2c_dsl.planners.preferences.solution import PartialSolution
from p2c_dsl.resolve import load

TESTED = 4000
SHARE_TESTED = 0.3


def main() -> None:
    arguments = _arguments()
    print("| domain | comparisons | accuracy / Bayes | least | ECE | greatest | log-loss | seconds a fit |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in arguments.specs:
        spec = load(path).spec
        pool = candidates(spec, next(iter(spec.tasks.values())), arguments.programs)
        for count in arguments.comparisons:
            rows = [_measured(pool, count, seed) for seed in range(arguments.seeds)]
            share, error, loss, seconds = np.array(rows).T
            print(
                f"| {path.stem} ({len(pool)} programs) | {count:,} | {_interval(share)} | {share.min():.3f} "
                f"| {_interval(error)} | {error.max():.3f} | {loss.mean():.3f} | {seconds.mean():.2f} |",
                flush=True,
            )


def _measured(pool: list[PartialSolution], count: int, seed: int) -> tuple[float, float, float, float]:
    """Accuracy relative to the Bayes-optimal one, calibration error, log-loss, and the seconds of the fit."""
    human = SimulatedHuman(drawn_values(pool, seed), temperature=1.0, seed=seed)
    among = pairs(pool, seed=seed)
    cut = int(len(among) * SHARE_TESTED)
    random = Random(seed)
    trained = _asked(human, random.choices(among[cut:], k=count), 0)
    tested = _asked(human, random.choices(among[:cut], k=TESTED), count)
    start = time.perf_counter()
    phi = fit(trained)
    seconds = time.perf_counter() - start
    measured = phi.measured(tested)
    bayes = Oracle(human).best_accuracy([(c.left, c.right) for c in tested], 0)
    return measured.accuracy / bayes, measured.calibration_error, measured.log_loss, seconds


def _asked(human: SimulatedHuman, among: list[Pair], start: int) -> list[Comparison]:
    """Asks each pair at a different time, so that no two answers share their noise."""
    return [c for place, pair in enumerate(among) for c in ask(human, [pair], float(start + place))]


def _interval(values: np.ndarray) -> str:
    """Mean and its 95% interval over seeds."""
    found = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(0))
    low, high = found.confidence_interval
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--programs", type=int, default=40)
    parser.add_argument("--comparisons", type=int, nargs="+", default=[300, 1000, 3000])
    return parser.parse_args()


if __name__ == "__main__":
    main()
