"""The parts of the benchmark of planning whose specs have a plan that is known, or are given."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from planning_adapters import Outcome, conflict_of, conflicts_known, plan_within
from planning_cases import cases

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_text
from p2c_dsl.resolve import Loaded, load, load_text
from p2c_dsl.runtime.domain import load_world
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.spec import Spec
from tests.generators.planning.hidden import hidden

EXAMPLES = Path(__file__).parents[1] / "examples"
DOMAINS = ("clinic", "deletion", "dinner", "files", "hiring", "refunds", "relief", "rollout", "trip")
SECONDS = 5.0
"""When the first plan has to be there."""

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def spread(function: Callable[[_In], _Out], over: Iterable[_In], jobs: int) -> Iterator[_Out]:
    """The results in order, by several processes. Each has a fresh process for some calls, as memory grows."""
    if jobs == 1:
        yield from map(function, over)
        return
    with get_context("spawn").Pool(jobs, maxtasksperchild=50) as pool:
        yield from pool.imap(function, over)


def quantiles(values: list[float]) -> str:
    """Median, 90th and 99th percentile, and the largest."""
    if not values:
        return "none"
    ordered = sorted(values)
    at = [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.9, 0.99)]
    return f"median {at[0]:.3g}, 90% {at[1]:.3g}, 99% {at[2]:.3g}, max {ordered[-1]:.3g}"


def refused(spec_text: str, plan: str, path: str = "") -> str:
    """What lint says against a plan; empty if it accepts it. `path`: where the spec lies, if it uses other files."""
    report = lint_text(f"{spec_text}\n{plan}", "plan", Path(path).parent, counterexamples=False)
    return next((f"{d.code} {d.message}" for d in report.diagnostics if d.severity is Severity.ERROR), "")


# ---------------------------------------------------------------- satisfiable


def _one_hidden(task: tuple[int, float, bool, bool]) -> tuple[int, int, int, int, tuple[str, ...], Outcome, str]:
    seed, seconds, first, goals = task
    made, discarded = hidden(seed, goals=goals)
    loaded = load_text(made.parts.text, "hidden", Path())
    outcome = plan_within(loaded.spec, loaded.spec.tasks["job"], seconds, first=first)
    wrong = refused(made.parts.text, outcome.text) if outcome.text else ""
    return seed, discarded, len(made.parts.subtasks), made.cost, made.acts, outcome, wrong


def satisfiable(seeds: range, seconds: float, jobs: int, verbose: bool, first: bool, *, goals: bool = False) -> None:
    """Plans specs around hidden compositions."""
    found, missed, discarded, rejected = [], [], 0, []
    for seed, tried, size, cost, acts, outcome, wrong in spread(
        _one_hidden, [(s, seconds, first, goals) for s in seeds], jobs
    ):
        discarded += tried
        in_time = outcome.first is not None and outcome.first <= SECONDS
        if in_time:
            found.append((outcome, cost))
        else:
            missed.append(seed)
        if wrong:
            rejected.append(seed)
        if verbose or not in_time or wrong:
            made = f"{size} subtasks, hidden cost {cost} ({', '.join(acts)})"
            print(f"{seed}: {made}: {shown(outcome)} {wrong}".rstrip(), flush=True)
    print(f"\nseeds {seeds.start} to {seeds.stop - 1}, {seconds:g} s each; {discarded} drafts discarded")
    print(f"planned within {SECONDS:g} s of CPU: {len(found)} of {len(seeds)} ({100 * len(found) / len(seeds):.1f}%)")
    print(f"missed: {missed}\nrejected by lint: {rejected}")
    print(f"first plan, s: {quantiles([o.first for o, _ in found if o.first is not None])}")
    print(f"last plan, s: {quantiles([o.last for o, _ in found if o.last is not None])}")
    print(f"end, s: {quantiles([o.end for o, _ in found])}")
    print(f"cheapest proved: {sum(o.proved for o, _ in found)} of {len(found)}")
    for name, costs in (("first", [(o.first_cost, c) for o, c in found]), ("last", [(o.cost, c) for o, c in found])):
        ratios = [cost / own for cost, own in costs if cost is not None]
        if ratios:
            print(
                f"cost of the {name} plan over the hidden: mean {statistics.mean(ratios):.3f}, {quantiles(ratios)};",
                end=" ",
            )
            print(f"dearer: {sum(r > 1 for r in ratios)}")


def shown(outcome: Outcome) -> str:
    """An outcome on one line."""
    if outcome.first is None:
        return f"no plan in {outcome.end:.2f} s: {outcome.stopped}"
    return (
        f"first {outcome.first:.3f} s, cost {outcome.first_cost}; last {outcome.last:.3f} s, cost {outcome.cost}; "
        f"end {outcome.end:.3f} s: {outcome.stopped}"
    )


# ---------------------------------------------------------------- given specs


def _one_case(task: tuple[str, str, float]) -> list[str]:
    name, text, seconds = task
    return list(_answers(load_text(text, name, Path()), name, seconds, False))


def _answers(loaded: Loaded, name: str, seconds: float, show: bool) -> Iterator[str]:
    """A line for each task of a spec; a task with a conflict is not planned."""
    errors = [d.message for d in loaded.diagnostics if d.severity is Severity.ERROR]
    if errors:
        yield f"{name}: cannot be read: {errors[0]}"
        return
    for task in loaded.spec.tasks.values():
        started = time.process_time()
        conflict = conflict_of(loaded.spec, task) if conflicts_known() else None
        taken = time.process_time() - started
        if conflict is not None:
            yield f"{name} {task.name}: conflict in {taken:.3f} s: {'; '.join(r.text for r in conflict) or 'no rule'}"
            continue
        outcome = plan_within(loaded.spec, task, seconds)
        wrong = refused(loaded.root.source.text, outcome.text, loaded.root.source.name) if outcome.text else ""
        yield f"{name} {task.name}: no conflict in {taken:.3f} s; {shown(outcome)} {wrong}".rstrip()
        if show:
            yield outcome.text


def own_cases(seconds: float, jobs: int) -> None:
    """Plans the cases of `planning_cases`."""
    for lines in spread(_one_case, [(name, text, seconds) for name, text in cases()], jobs):
        print(*lines, sep="\n", flush=True)


def given(paths: list[Path], seconds: float, show: bool) -> None:
    """Plans each task of files."""
    for path in paths:
        for line in _answers(load(path), str(path), seconds, show):
            print(line, flush=True)


def domains(seconds: float, show: bool) -> None:
    """Plans the example domains."""
    given([EXAMPLES / name / f"{name}.p2c" for name in DOMAINS], seconds, show)


# ---------------------------------------------------------------- worlds

WORLDS_HEADER = (
    "| domain | first plan, s | its lines | verified | last plan, s | its lines | verified | what ended the search |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def worlds(seconds: float, count: int, show: bool) -> None:
    """Plans the example domains that have a world, and runs the first plan and the last in its worlds."""
    print(WORLDS_HEADER)
    for name in DOMAINS:
        folder = EXAMPLES / name
        if not (folder / "world.py").is_file():
            continue
        spec = load(folder / f"{name}.p2c").spec
        (task,) = spec.tasks.values()
        found = plan_within(spec, task, seconds)
        plans = [(found.first, found.first_text), (found.last, found.text)]
        cells = [_cells(folder, spec, after, plan, count) for after, plan in plans if after is not None]
        print(f"| {name} | {' | '.join(cells)} | {found.stopped} |", flush=True)
        if show:
            print("\n".join(dict.fromkeys(plan for _, plan in plans)), flush=True)


def _cells(folder: Path, spec: Spec, after: float, plan: str, count: int) -> str:
    program, make = read_composition(spec, plan), load_world(folder)
    verified = sum(try_out(program, make(seed)).verified for seed in range(count))
    return f"{after:.2f} | {len(plan.strip().splitlines()) - 1} | {verified} of {count}"
