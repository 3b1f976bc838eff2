"""A census of the example domains: the results of planners that know the rules and nothing else.

    python benchmarks/domains.py [DOMAIN ...] [--plans 100] [--worlds 5] [--budget 60]
        [--timed 5] [--effort 300] [--size K] [--json FILE]

For each domain: the CPU time that the automaton takes to start, and `RandomPlanner` for a plan (mean and maximum over
the first `timed` seeds); the share of the runs of random plans (walks with the seeds 0, 1, … over one automaton,
each run in `worlds` worlds) that the world verifies; of those, the share that the hidden expert objects to, and
the share in which no single call is objectionable and only the whole run is; the number of lines of the shortest
plan that is verified in all worlds, and how many accepted ones are cheaper.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random

from p2c_dsl.lint import lint_loaded
from p2c_dsl.planners import Automaton, RandomPlanner, SearchPlanner
from p2c_dsl.planners.random import walk
from p2c_dsl.program import Program
from p2c_dsl.resolve import Loaded, load, load_text
from p2c_dsl.runtime.domain import load_expert, load_world
from p2c_dsl.runtime.trace import CallStarted, Trace
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.runtime.values import thaw
from p2c_dsl.runtime.world import world_of
from p2c_dsl.spec import Task

EXAMPLES = Path(__file__).parents[1] / "examples"
_MOST_SEARCHED = 40


@dataclass(frozen=True, slots=True)
class Census:
    """A domain's figures. Shares are in percent, and `None` if the denominator is zero."""

    domain: str
    start_s: float
    plan_s: float | None
    slowest_s: float | None
    completed: float
    verified: float
    objected: float | None
    whole_only: float | None
    shortest: int | None
    cheaper: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One run: whether it completed, whether the world verified it, and what the expert objects to."""

    completed: bool
    verified: bool
    parts: bool
    whole: bool


def census(domain: str, plans: int, worlds: int, budget: int, timed: int, effort: int, size: int | None) -> Census:
    """Measures one domain."""
    folder = EXAMPLES / domain
    loaded = load(folder / f"{domain}.p2c")
    [task] = loaded.spec.tasks.values()
    started = time.process_time()
    Automaton(loaded.spec, task, 200, effort=effort)
    start = time.process_time() - started
    times: list[float] = []
    for seed in range(timed):
        started = time.process_time()
        RandomPlanner(seed, budget, effort).plan(loaded.spec, task)
        times.append(time.process_time() - started)
    # Walks share what the automaton has computed: a planner per walk would take many times as long.
    automaton = Automaton(loaded.spec, task, budget, effort=effort)
    verdicts: list[Verdict] = []
    for seed in range(plans):
        program = program_of(folder, walk(automaton, Random(seed)))
        verdicts += [judge(folder, program, seed * worlds + i, size) for i in range(worlds)]
    verified = [v for v in verdicts if v.verified]
    objected = [v for v in verified if v.parts or v.whole]
    shortest, cheaper = shortest_verified(folder, loaded, task)
    return Census(
        domain,
        start,
        statistics.mean(times) if times else None,
        max(times, default=None),
        _percent(sum(v.completed for v in verdicts), len(verdicts)) or 0.0,
        _percent(len(verified), len(verdicts)) or 0.0,
        _percent(len(objected), len(verified)),
        _percent(sum(v.whole and not v.parts for v in verified), len(verified)),
        shortest,
        cheaper,
    )


def program_of(folder: Path, text: str) -> Program:
    """The program of a planned composition. Lint must accept it."""
    report = lint_loaded(load_text(f'use "{folder.name}.p2c"\n\n{text}', "<plan>", folder))
    program = report.analyses[0].program
    assert report.accepted and program is not None, text
    return program


def judge(folder: Path, program: Program, seed: int, size: int | None) -> Verdict:
    """Runs a program in one world, and asks the expert about its calls and about the whole."""
    world = world_of(load_world(folder), seed, size)
    expert = load_expert(folder)(world, seed)
    trial = try_out(program, world)
    parts = any(expert.part(name, arguments) for name, arguments in calls(program, trial.run.trace))
    return Verdict(trial.run.completed, trial.verified, parts, bool(expert.whole()))


def calls(program: Program, trace: Trace) -> Iterator[tuple[str, dict[str, object]]]:
    """The calls of a run, with their arguments by name."""
    for event in trace.events:
        if isinstance(event, CallStarted):
            names = [p.name for p in program.spec.subtasks[event.subtask].parameters]
            given = zip(names, event.arguments, strict=True)
            yield event.subtask, {name: thaw(value.value) for name, value in given if value is not None}


def shortest_verified(folder: Path, loaded: Loaded, task: Task) -> tuple[int | None, int]:
    """The number of lines of the cheapest plan that every world verifies, and how many plans are cheaper."""
    found = islice(SearchPlanner().plans(loaded.spec, task), _MOST_SEARCHED)
    for cheaper, text in enumerate(found):
        program = program_of(folder, text)
        if all(judge(folder, program, seed, None).verified for seed in range(10)):
            return len(text.strip().splitlines()) - 1, cheaper
    return None, _MOST_SEARCHED


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


HEADER = (
    "| domain | start | plan, mean / max | verified | objected to | only the whole | shortest verified | cheaper |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def row(c: Census) -> str:
    """A line of the table."""
    return (
        f"| {c.domain} | {_seconds(c.start_s)} | {_seconds(c.plan_s)} / {_seconds(c.slowest_s)} | {_shown(c.verified)} "
        f"| {_shown(c.objected)} | {_shown(c.whole_only)} | {c.shortest or 'none'} lines | {c.cheaper} |"
    )


def _shown(percent: float | None) -> str:
    return "–" if percent is None else f"{percent:.0f}%"


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f} s"


def domains() -> list[str]:
    """The folders with a world and an expert."""
    return sorted(f.parent.name for f in EXAMPLES.glob("*/expert.py") if (f.parent / "world.py").is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("domains", nargs="*")
    parser.add_argument("--plans", type=int, default=100)
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--budget", type=int, default=60)
    parser.add_argument("--timed", type=int, default=5)
    parser.add_argument("--effort", type=int, default=300)
    parser.add_argument("--size", type=int)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(HEADER)
    rows = []
    for domain in options.domains or domains():
        rows.append(
            census(
                domain,
                options.plans,
                options.worlds,
                options.budget,
                options.timed,
                options.effort,
                options.size,
            )
        )
        print(row(rows[-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in rows], indent=1))


if __name__ == "__main__":
    main()
