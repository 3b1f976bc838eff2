"""Whether a domain has room between what its verifier takes for right and what is right.

Two samples of each domain's programs: all of at most some steps under no rule, and random accepted ones under the
domain's rules. Of those that V verifies in every world, how useful are they (verified, and the expert objects to
nothing), in comparison with the best composition that is known?

    PYTHONPATH=. python benchmarks/gate.py refunds --walks 100
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from random import Random

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners import Automaton
from p2c_dsl.planners.random import walk
from p2c_dsl.program import Program
from tests.examples.domains import DOMAINS, analysis
from tests.examples.gate import BEST, judged, short_programs, the_task

HEADER = (
    "| domain | space | programs | V-optimal | mean useful | best useful | the best that is known | room |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def walked(domain: str, walks: int, budget: int, effort: int) -> Iterator[Program]:
    """Different random accepted compositions under the domain's own rules."""
    spec, task = the_task(domain)
    automaton = Automaton(spec, task, budget, effort=effort)
    texts = (walk(automaton, Random(seed)) for seed in range(walks))
    for text in dict.fromkeys(texts):
        yield read_composition(spec, text)


def row(domain: str, space: str, programs: Iterator[Program], worlds: range) -> str:
    """A line of the table."""
    tried, useful = list(programs), list[float]()
    for program in tried:
        found = judged(domain, program, worlds, only_optimal=True)
        if found.verified == len(worlds):
            useful.append(found.useful / len(worlds))
    known = analysis(BEST[domain]).program
    assert known is not None
    best = judged(domain, known, worlds).useful / len(worlds)
    if not useful:
        return f"| {domain} | {space} | {len(tried)} | 0 | – | – | {best:.2f} | – |"
    mean, top = statistics.mean(useful), max(useful)
    room = max(best, top) - mean
    return f"| {domain} | {space} | {len(tried)} | {len(useful)} | {mean:.2f} | {top:.2f} | {best:.2f} | {room:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("domains", nargs="*")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--walks", type=int, default=100)
    parser.add_argument("--budget", type=int, default=80)
    parser.add_argument("--effort", type=int, default=200)
    parser.add_argument("--worlds", type=int, default=40)
    options = parser.parse_args()
    worlds = range(options.worlds)
    print(HEADER)
    for domain in options.domains or DOMAINS:
        short = (program for _, program in short_programs(domain, options.steps))
        print(row(domain, f"no rule, {options.steps} steps", short, worlds), flush=True)
        random = walked(domain, options.walks, options.budget, options.effort)
        print(row(domain, "all rules, at random", random, worlds), flush=True)


if __name__ == "__main__":
    main()
