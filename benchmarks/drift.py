"""Expert alignment of stale, refitted and oracle judges while values drift, over several seeds, with a plot.

Each seed draws the values before and after, the pairs and the noise.

    python benchmarks/drift.py examples/deletion/deletion.p2c --plot docs/measured/drift.svg
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import bootstrap

from p2c_dsl.planners.measure.drift_recovery import DriftConfig, DriftCurves, drift_curves
from p2c_dsl.planners.preferences.humans.candidates import candidates
from p2c_dsl.planners.preferences.humans.drift import Cyclic, Drift, Slow, Step
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman, drawn_values
from p2c_dsl.planners.preferences.solution import PartialSolution
from p2c_dsl.resolve import load

JUDGES = {
    "oracle": "the person's own values",
    "refit": "φ, refitted, old answers discounted",
    "undiscounted": "φ, refitted, all answers alike",
    "stale": "φ, as it was before the change",
}


def main() -> None:
    arguments = _arguments()
    spec = load(arguments.spec).spec
    pool = candidates(spec, next(iter(spec.tasks.values())), arguments.programs)
    kinds: dict[str, Drift] = {"step": Step(8), "slow": Slow(8, 18), "cyclic": Cyclic(16)}
    curves = [_curves(pool, kinds[arguments.kind], seed) for seed in range(arguments.seeds)]
    print(f"{arguments.spec.stem}, {len(pool)} programs, {arguments.kind} drift, {len(curves)} seeds")
    after = slice(curves[0].switch, None)
    for name, label in JUDGES.items():
        late = np.array([np.mean(getattr(c, name)[after]) for c in curves])
        print(f"| {label} | {_interval(late)} |{_recovery(curves, name) if arguments.kind == 'step' else ''}")
    if arguments.plot is not None:
        _plot(curves, arguments.plot, arguments.kind)


def _curves(pool: list[PartialSolution], drift: Drift, seed: int) -> DriftCurves:
    before, later = drawn_values(pool, 2 * seed), drawn_values(pool, 2 * seed + 1)
    return drift_curves(SimulatedHuman(before, later, drift, seed=seed), pool, DriftConfig(seed=seed))


def _recovery(curves: list[DriftCurves], name: str) -> str:
    """Rounds until recovery; a judge that does not recover counts as one round more than there were."""
    left = len(curves[0].oracle) - curves[0].switch
    found = [c.recovery(getattr(c, name)) for c in curves]
    rounds = np.array([left + 1 if n is None else n for n in found], float)
    return f" {_interval(rounds, '.1f')}, {sum(n is not None for n in found)} of {len(found)} |"


def _interval(values: np.ndarray, form: str = ".3f") -> str:
    if np.ptp(values) == 0:
        return f"{values[0]:{form}}"
    found = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(0))
    low, high = found.confidence_interval
    return f"{values.mean():{form}} [{low:{form}}, {high:{form}}]"


def _plot(curves: list[DriftCurves], path: Path, kind: str) -> None:
    matplotlib.rcParams["svg.hashsalt"] = "p2c"
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    rounds = np.arange(len(curves[0].oracle))
    for (name, label), style in zip(JUDGES.items(), ("k:", "C0-", "C1--", "C3-."), strict=True):
        values = np.array([getattr(c, name) for c in curves])
        axes.plot(rounds, values.mean(0), style, label=label)
        if np.ptp(values) > 0:
            draws = np.random.default_rng(0).integers(len(values), size=(2000, len(values)))
            low, high = np.quantile(values[draws].mean(1), (0.025, 0.975), axis=0)
            axes.fill_between(rounds, low, high, color=style[:2], alpha=0.15, linewidth=0)
    if kind == "step":
        axes.axvline(curves[0].switch - 0.5, color="gray", linewidth=1)
        axes.text(curves[0].switch - 0.4, 0.02, "values change", color="gray", transform=axes.get_xaxis_transform())
    axes.set(xlabel="round (30 answers each)", ylabel="expert alignment of choices")
    axes.set_ylim(top=1.03)
    axes.legend(frameon=False, loc="lower left" if kind != "step" else "center right")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--programs", type=int, default=40)
    parser.add_argument("--kind", choices=["step", "slow", "cyclic"], default="step")
    parser.add_argument("--plot", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
