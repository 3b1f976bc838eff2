"""The part of the benchmark of planning whose specs nothing can keep."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from planning_adapters import OutOfTime, conflict_of, conflicts_known, plan_within, within
from planning_modes import quantiles, refused, spread

from p2c_dsl.resolve import load_text
from tests.generators.planning.conflicts import planted


@dataclass(frozen=True, slots=True)
class Finding:
    """What was said of one spec.

    Attributes:
        reported: The rules of the conflict that was found, `None` if none was.
        needless: Those without which there is a conflict all the same.
        answer: What the planner said where no conflict was found.
    """

    seed: int
    kind: str
    subtasks: int
    planted: tuple[str, ...]
    reported: tuple[str, ...] | None
    needless: tuple[str, ...]
    seconds: float
    answer: str
    wrong: str


def _one(task: tuple[int, float]) -> Finding:
    seed, seconds = task
    made = planted(seed)
    loaded = load_text(made.parts.text, "planted", Path())
    job = loaded.spec.tasks["job"]
    started = time.process_time()
    rules, needless, answer, wrong = None, [], "", ""
    try:
        with within(60):
            rules = conflict_of(loaded.spec, job) if conflicts_known() else None
    except OutOfTime:
        answer = "the search for conflicts does not end; "
    taken = time.process_time() - started
    if rules is None:
        outcome = plan_within(loaded.spec, job, seconds)
        answer += outcome.stopped
        if outcome.text:
            said = refused(made.parts.text, outcome.text)
            wrong = f"A PLAN, {f'refused: {said}' if said else 'ACCEPTED'}:\n{outcome.text}"
    else:
        for rule in rules:
            rest = [other for other in rules if other is not rule]
            if conflict_of(loaded.spec, job, rest) is not None:
                needless.append(rule.text)
    reported = None if rules is None else tuple(rule.text for rule in rules)
    subtasks = len(made.parts.subtasks)
    return Finding(seed, made.kind, subtasks, made.rules, reported, tuple(needless), taken, answer, wrong)


def unsatisfiable(seeds: range, seconds: float, jobs: int, verbose: bool) -> None:
    """Looks for the conflicts."""
    found: list[Finding] = []
    for one in spread(_one, [(seed, seconds) for seed in seeds], jobs):
        found.append(one)
        if verbose or one.reported is None or one.needless or one.wrong:
            said = f"no conflict; {one.answer}" if one.reported is None else f"conflict {list(one.reported)}"
            more = f", needless {list(one.needless)}" if one.needless else ""
            print(
                f"{one.seed}: {one.kind}, {one.subtasks} subtasks, planted {list(one.planted)}: {said}{more}",
                flush=True,
            )
            if one.wrong:
                print(one.wrong)
    print(f"\nseeds {seeds.start} to {seeds.stop - 1}, {seconds:g} s for the planner where no conflict is found\n")
    print("| kind | specs | conflict found | minimal | the planted one |\n" + "| --- " * 5 + "|")
    for kind in sorted({one.kind for one in found}):
        print(_row(kind, [one for one in found if one.kind == kind]))
    print(_row("all", found))
    print(f"\nseconds for a conflict: {quantiles([one.seconds for one in found if one.reported is not None])}")
    print(f"seconds until none is found: {quantiles([one.seconds for one in found if one.reported is None])}")
    print(f"answers without a conflict: {dict(Counter(one.answer for one in found if one.reported is None))}")
    print(f"plans where there can be none: {[one.seed for one in found if one.wrong]}")


def _row(name: str, found: list[Finding]) -> str:
    reported = [one for one in found if one.reported is not None]
    minimal = sum(not one.needless for one in reported)
    exact = sum(set(one.reported or ()) == set(one.planted) for one in reported)
    share = f"{len(reported)} ({100 * len(reported) / len(found):.0f}%)"
    return f"| {name} | {len(found)} | {share} | {minimal} | {exact} |"
