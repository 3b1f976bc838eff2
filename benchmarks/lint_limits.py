"""The worst case of lint: the processor time of adversarial texts, and how it grows under each rule.

    python benchmarks/lint_limits.py [--seeds 200] [--branches 250 500 1000 2000]

The first table shows, for each kind of attack, the worst time over its texts of up to 10 kB, under one rule of each
kind and under many rules, including the search for counterexamples; its last line is the worst of random mixtures. The
second shows times for sequences of `if`s under each rule, and the slope of log(time) over log(branches), 1 if linear.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from p2c_dsl.lint import lint_text
from tests.generators.nasty import HEAD, KEYED_RULES, RULES, SHAPES, nasty, of_shape
from tests.generators.nasty.bodies import KEYED_BODIES


def seconds(text: str, *, counterexamples: bool = True) -> float:
    """The processor time of one lint."""
    started = time.process_time()
    lint_text(text, "limits.p2c", Path(), counterexamples=counterexamples)
    return time.process_time() - started


def row(rule: str, branches: int) -> str:
    """A composition of this many successive branches, under one rule."""
    block = "    c{0} = ok(x)\n    if c{0}:\n        f(x)\n"
    body = "".join(block.format(i) for i in range(branches))
    return f"{HEAD}task t(x: U, xs: Set[U] <= 9):\n    {rule}\ncompose t(x, xs):\n{body}"


def attacks(seeds: int) -> float:
    """Prints the worst time of each kind of attack, and returns the worst of all."""
    print(f"{'attack':20}{'worst s':>10}")
    worst = 0.0
    for shape in SHAPES + KEYED_BODIES:
        texts = [of_shape(shape, 1, rule and rule.format(n=3)) for rule in (None, *RULES, *KEYED_RULES)]
        taken = max(map(seconds, texts))
        worst = max(worst, taken)
        print(f"{shape.__name__:20}{taken:>10.3f}", flush=True)
    taken = max((seconds(nasty(Random(seed))) for seed in range(seeds)), default=0.0)
    print(f"{f'{seeds} mixtures':20}{taken:>10.3f}", flush=True)
    return max(worst, taken)


def growth(branches: list[int]) -> None:
    """Prints the times and the slope for each rule."""
    print(f"{'rule':40}" + "".join(f"{n:>9}" for n in branches) + f"{'slope':>8}")
    for rule in RULES + KEYED_RULES:
        texts = [row(rule.format(n=10**6), n) for n in branches]
        times = [min(seconds(text, counterexamples=False) for _ in range(3)) for text in texts]
        fit = statistics.linear_regression([math.log(n) for n in branches], [math.log(t) for t in times])
        print(
            f"{rule.format(n='N'):40}" + "".join(f"{t:>9.3f}" for t in times) + f"{fit.slope:>8.2f}",
            flush=True,
        )


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--branches", type=int, nargs="+", default=[250, 500, 1_000, 2_000])
    options = parser.parse_args()
    print(f"worst of all: {attacks(options.seeds):.3f} s\n")
    growth(options.branches)


if __name__ == "__main__":
    main()
