"""Draws learning curves from the metrics of runs: one panel per metric, one line per run.

p2c train examples/dinner --seed 0 --output runs/dinner-0        # and so on for other seeds
python benchmarks/learning_curve.py runs/dinner-* --output docs/measured/training-curve.svg
"""

from __future__ import annotations

import argparse
from pathlib import Path

from p2c_dsl.planners.rl.metrics import read

PANELS = {"charts/verified": "verified", "charts/accepted": "accepted", "losses/entropy": "entropy (nats)"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()

    import matplotlib

    matplotlib.use("svg")
    # So that equal data give equal files.
    matplotlib.rcParams["svg.hashsalt"] = "p2c"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(PANELS), figsize=(10, 3), layout="constrained")
    for run in options.runs:
        lines = read(run)
        episodes = [line["charts/episodes"] for line in lines]
        for axis, (metric, label) in zip(axes, PANELS.items(), strict=True):
            axis.plot(episodes, [line[metric] for line in lines], label=run.name, linewidth=1.2)
            axis.set(xlabel="episodes", title=label)
            if metric.startswith("charts/"):
                axis.set_ylim(-0.03, 1.03)
    axes[0].legend(fontsize="x-small", frameon=False)
    figure.savefig(options.output, metadata={"Date": None})


if __name__ == "__main__":
    main()
