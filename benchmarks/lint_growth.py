"""How lint's time grows with a composition's length: the slope of log(time) over log(steps), 1 when linear.

python benchmarks/lint_growth.py [--steps 500 1000 2000 4000 10000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from pathlib import Path

from p2c_dsl.lint import lint_text

SPEC = """\
type User
type Place
effect contact(User)
effect reserve(Place)
subtask ask(user: User) -> Set[Place]:
    does contact(user)
subtask choose(prefs: Map[User, Set[Place]]) -> Place
subtask free(place: Place) -> Bool
subtask book(place: Place):
    does reserve(place)
task dinners(users: Set[User]):
    loops <= 1
    at most 100000 reserve
    book.place from choose
    reserve only if free(place)
    choose before reserve
compose dinners(users):
"""
BLOCK = """\
    prefs{0} = {{}}
    for u in users:
        prefs{0}[u] = ask(u)
    r{0} = choose(prefs{0})
    ok{0} = free(r{0})
    if ok{0}:
        book(r{0})
"""
STEPS_IN_BLOCK = 7


def program(steps: int) -> str:
    """A composition of about this many steps, of all kinds."""
    return SPEC + "".join(BLOCK.format(i) for i in range(steps // STEPS_IN_BLOCK))


def seconds(text: str) -> float:
    """The processor time of one lint, without the search for counterexamples."""
    started = time.process_time()
    lint_text(text, "growth.p2c", Path(), counterexamples=False)
    return time.process_time() - started


def main() -> None:
    """Prints a line per length, and the fitted slope."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, nargs="+", default=[500, 1_000, 2_000, 4_000, 10_000])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    points = []
    print(f"{'steps':>7}{'seconds':>10}{'µs/step':>10}")
    for steps in options.steps:
        text = program(steps)
        taken = min(seconds(text) for _ in range(options.repeat))
        points.append((math.log(steps), math.log(taken)))
        print(f"{steps:>7}{taken:>10.3f}{taken / steps * 1e6:>10.1f}", flush=True)
    fit = statistics.linear_regression(*zip(*points, strict=True))
    print(f"slope {fit.slope:.3f}")


if __name__ == "__main__":
    main()
