"""How long planning takes, whether it finds what there is, and whether it says so where there is nothing.

    python benchmarks/planning.py satisfiable [--seeds 0 500] [--seconds 5] [--jobs 2] [--verbose] [--first]
    python benchmarks/planning.py goals [--seeds 0 500] [--seconds 5] [--jobs 2] [--verbose] [--first]
    python benchmarks/planning.py unsatisfiable [--seeds 0 500] [--seconds 5] [--jobs 2] [--verbose]
    python benchmarks/planning.py small [--seeds 0 5000] [--seconds 10] [--jobs 2] [--effort 12000]
    python benchmarks/planning.py small-goals [--seeds 0 2000] [--seconds 10] [--jobs 2] [--effort 12000]
    python benchmarks/planning.py cases [--seconds 10]
    python benchmarks/planning.py domains [--seconds 10] [--show]
    python benchmarks/planning.py worlds [--seconds 10] [--worlds 100] [--show]
    python benchmarks/planning.py FILE.p2c … [--seconds 10] [--show]

`satisfiable`: specs of 10 to 100 subtasks, each drawn together with a hidden composition that keeps its rules. Reported
are the share that is planned within five seconds, the seeds of the others, how long the first and the last plan took,
and what they cost compared with the hidden composition.
`goals`: the same with rules that ask for something for each element of a collection, or after something else.
`unsatisfiable`: such specs with a conflict planted into them. Reported are the share of conflicts found, by kind;
whether the reported rules are minimal (without any one of them no conflict is known), and the planted ones; how long
that took; and what the planner answers where no conflict is found.
`small`: tiny specs beside a search that tries all lines. Reported is what is wrong: a conflict where there is a plan, a
plan that is missed or that lint rejects, and a cost called the lowest that is not. Seeds can be done in portions.
`small-goals`: the same with rules that ask for something for some keys, or after something else.
`cases`: small specs that planners found hard, alone and beside 30, 100 and 300 tools that the task does not need.
`domains` and files: the conflict, if there is one; otherwise when the first plan was there, what it cost, when the last
one was, and what ended the search.
`worlds`: the domains that have a world: in how many worlds the first plan and the last one are verified.

All times are CPU seconds of the process that plans. Costs are lexemes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from planning_modes import domains, given, own_cases, satisfiable, worlds
from planning_small import small
from planning_unsatisfiable import unsatisfiable

SEEDS = {"satisfiable": 500, "goals": 500, "unsatisfiable": 500, "small": 5000, "small-goals": 2000}
"""How many specs a run takes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="+", help="a mode, or files")
    parser.add_argument("--seeds", type=int, nargs=2, help="the first, and the one after the last")
    parser.add_argument("--seconds", type=float, help="the clock that the planner is given")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--effort", type=int, default=12_000, help="lines that the exhaustive search tries at most")
    parser.add_argument("--verbose", action="store_true", help="a line for every seed")
    parser.add_argument("--worlds", type=int, default=100, help="how many worlds a plan is run in")
    parser.add_argument("--first", action="store_true", help="stop at the first plan")
    parser.add_argument("--show", action="store_true", help="print the plans")
    options = parser.parse_args()
    seeds = range(*(options.seeds or (0, SEEDS.get(options.what[0], 0))))
    match options.what:
        case ["satisfiable"]:
            satisfiable(seeds, options.seconds or 5.0, options.jobs, options.verbose, options.first)
        case ["goals"]:
            satisfiable(seeds, options.seconds or 5.0, options.jobs, options.verbose, options.first, goals=True)
        case ["unsatisfiable"]:
            unsatisfiable(seeds, options.seconds or 5.0, options.jobs, options.verbose)
        case ["small"]:
            small(seeds, options.seconds or 10.0, options.jobs, options.effort)
        case ["small-goals"]:
            small(seeds, options.seconds or 10.0, options.jobs, options.effort, goals=True)
        case ["cases"]:
            own_cases(options.seconds or 10.0, options.jobs)
        case ["domains"]:
            domains(options.seconds or 10.0, options.show)
        case ["worlds"]:
            worlds(options.seconds or 10.0, options.worlds, options.show)
        case paths:
            given([Path(path) for path in paths], options.seconds or 10.0, options.show)


if __name__ == "__main__":
    main()
