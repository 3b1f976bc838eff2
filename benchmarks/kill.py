"""Checks that a run killed at random moments ends with the same metrics as an undisturbed one.

    python benchmarks/kill.py examples/dinner --minutes 10 --kills 3 --seed 0

The first run trains for the given minutes. The second makes the same number of updates, but is killed (SIGKILL:
nothing can be saved) at random moments and resumed with `--resume`. All metrics except times must be equal, update by
update. The seed determines the moments.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from p2c_dsl.planners.rl.metrics import read

TRAIN = (sys.executable, "-c", "from p2c_dsl.cli import main; main()", "train")
SAVE = 5
"""Updates between checkpoints; no run is killed before its first checkpoint."""


def trained(folder: Path, *arguments: str) -> None:
    subprocess.run([*TRAIN, *arguments, "--output", str(folder)], check=True)


def killed_after(folder: Path, updates: int, wait: float, *arguments: str) -> int:
    """Trains, kills the run `wait` seconds after `updates` updates, and returns how many updates it made."""
    process = subprocess.Popen([*TRAIN, *arguments, "--output", str(folder)], stderr=subprocess.DEVNULL)
    while len(read(folder)) < updates:
        if process.poll() is not None:
            raise SystemExit(f"the run ended before update {updates}: {process.returncode}")
        time.sleep(0.05)
    time.sleep(wait)
    process.kill()
    process.wait()
    return len(read(folder))


def without_clock(folder: Path) -> list[dict[str, Any]]:
    return [{n: v for n, v in line.items() if not n.startswith("time/")} for line in read(folder)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("domain")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], help="a setting of the runs, NAME=VALUE")
    options = parser.parse_args()
    settings = [f"--set={entry}" for entry in (f"save_every={SAVE}", *options.set)]
    with tempfile.TemporaryDirectory() as made:
        whole, killed = Path(made) / "whole", Path(made) / "killed"
        endless = ("--updates", "1000000", "--minutes", str(options.minutes))
        trained(whole, options.domain, *endless, *settings)
        metrics = without_clock(whole)
        updates, pause = len(metrics), 60 * options.minutes / len(metrics)
        if updates <= SAVE + options.kills:
            raise SystemExit(f"{updates} updates are too few: use more minutes, or fewer episodes")
        print(f"undisturbed: {updates} updates in {options.minutes} minutes", flush=True)
        chance = random.Random(options.seed)
        begin = [options.domain, "--updates", str(updates), *settings]
        for at in sorted(chance.randrange(SAVE, updates) for _ in range(options.kills)):
            # The updates after the last checkpoint are repeated.
            reached = killed_after(killed, at, pause * chance.random(), *begin)
            print(f"killed after update {reached}", flush=True)
            begin = ["--resume"]
        trained(killed, *begin)
        equal = without_clock(killed) == metrics
    print(f"the metrics of all {updates} updates are {'equal' if equal else 'NOT equal'}")
    raise SystemExit(not equal)


if __name__ == "__main__":
    main()
