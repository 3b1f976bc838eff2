"""The cost of the run-time monitor per call, early and late in a run, under ten rules.

    python benchmarks/monitor.py [--calls 1100] [--repeat 30] [--against CHECKOUT]

A run with one loop makes this many calls. The time between two calls is spent in the interpreter and the monitor; the
same run without a monitor gives the interpreter's share. Reported are windows of eleven calls around the tenth and the
thousandth call, as medians over the repetitions, in one process. `--against` then measures another checkout of the
project in a separate process.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time_ns

from p2c_dsl.lint import lint_text
from p2c_dsl.program import Program
from p2c_dsl.runtime.interpreter import Outcome, run
from p2c_dsl.runtime.monitor import RuleMonitor

TEXT = """
type User
type Note
effect contact(User)
effect log
effect close
subtask ready(user: User) -> Bool
subtask write(user: User) -> Note
subtask send(user: User, note: Note):
    does contact(user)
    may log
    cost 1
subtask read() -> Note
subtask shut():
    does close
task remind(users: Set[User] <= 5000):
    at most 5000 contact
    at most 1 contact per User
    at least 0 log
    exactly 0 close
    write before contact
    no contact after close
    contact only if ready(user)
    send.note from write
    no flow from read to contact
    not both contact, close

compose remind(users):
    for user in users:
        if ready(user):
            send(user, write(user))
"""
WINDOWS = {"tenth": 10, "thousandth": 1000}
AROUND = 5


def program() -> Program:
    """The program, which lint must accept."""
    report = lint_text(TEXT, "remind.p2c", Path())
    found = report.analyses[0].program
    if not report.accepted or found is None:
        raise SystemExit(f"lint rejects the benchmark's own text: {[d.message for d in report.diagnostics]}")
    return found


def intervals(of: Program, calls: int, *, monitored: bool) -> list[int]:
    """The CPU time in nanoseconds between successive calls of `send`."""
    at: list[int] = []

    def send(user: str, note: str) -> Outcome:
        at.append(process_time_ns())
        return Outcome(None, frozenset({"log"}))

    tools = {"ready": lambda user: True, "write": lambda user: "a note", "send": send}
    users = [f"user {n}" for n in range(calls + AROUND + 1)]
    gc.collect()
    gc.disable()
    done = run(of, {"users": users}, tools, RuleMonitor(of) if monitored else None)
    gc.enable()
    if not done.completed:
        raise SystemExit(f"the run was stopped: {done.error}")
    return [later - earlier for earlier, later in pairwise(at)]


def measured(calls: int, repeat: int) -> dict[str, float]:
    """Microseconds per round of three calls, for each window, with and without a monitor."""
    of, found = program(), dict[str, list[float]]()
    for _ in range(repeat):
        for monitored in (False, True):
            times = intervals(of, calls, monitored=monitored)
            for name, middle in WINDOWS.items():
                window = times[max(middle - AROUND, 0) : middle + AROUND + 1]
                found.setdefault(f"{name} {'with' if monitored else 'without'}", []).append(median(window) / 1000)
    return {name: median(times) for name, times in found.items()}


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=1100)
    parser.add_argument("--repeat", type=int, default=30)
    parser.add_argument("--against", type=Path, help="another checkout of the project")
    parser.add_argument("--json", action="store_true", help="print only the figures")
    options = parser.parse_args()
    if options.json:
        print(json.dumps(measured(options.calls, options.repeat)))
        return
    figures = {"here": measured(options.calls, options.repeat)}
    if options.against is not None:
        command = [
            sys.executable,
            __file__,
            "--json",
            "--calls",
            str(options.calls),
            "--repeat",
            str(options.repeat),
        ]
        environment = {**os.environ, "PYTHONPATH": str(options.against)}
        other = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, cwd=options.against
        )
        figures["there"] = json.loads(other.stdout)
    for where, own in figures.items():
        early, late = (own[f"{name} with"] - own[f"{name} without"] for name in WINDOWS)
        print(
            f"{where}: a round of three calls, {own['tenth with']:.0f} µs with the monitor, "
            f"{own['tenth without']:.0f} µs without; the monitor alone {early:.0f} µs at the tenth round, "
            f"{late:.0f} µs at the thousandth, ratio {late / early:.2f}"
        )
    if "there" in figures:
        here, there = (f["thousandth with"] - f["thousandth without"] for f in figures.values())
        print(f"the monitor alone, here / there: {here / there:.2f}")


if __name__ == "__main__":
    main()
