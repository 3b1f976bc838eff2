"""The part of the benchmark of planning that compares with an exhaustive search."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from planning_adapters import conflict_of, conflicts_known, plan_within
from planning_modes import refused, spread

from p2c_dsl.resolve import load_text
from tests.generators.planning.exhaustive import TooLarge, cheapest
from tests.generators.planning.small import BUDGET, small_spec

WRONG = ("conflict, but a plan", "missed", "rejected by lint", "proved, but dearer", "cheaper than the cheapest")
EACH = 500


def judged(task: tuple[int, float, int, bool]) -> tuple[int, list[str], str]:
    """What can be said of the planner on the small spec of a seed, and details if something is wrong."""
    seed, seconds, effort, goals = task
    text = small_spec(seed, goals=goals)
    loaded = load_text(text, "small", Path())
    job = loaded.spec.tasks["job"]
    conflict = conflict_of(loaded.spec, job) if conflicts_known() else None
    outcome = plan_within(loaded.spec, job, seconds, BUDGET)
    found = []
    try:
        best = cheapest(loaded.spec, job, BUDGET, effort)
        known: int | None = None if best is None else best[0]
        floor = known
    except TooLarge as error:
        best, known, floor = None, None, error.cost
    rules = None if conflict is None else [rule.text for rule in conflict]
    details = f"planner: {outcome.stopped}, cost {outcome.cost}; cheapest: {best}, floor {floor}; conflict: {rules}"
    if best is None and floor is None:
        found.append("none, known by the conflict" if conflict is not None else "none, without a conflict")
        found.append("none, said" if outcome.denied else "none, not said in time" if outcome.cost is None else "")
    elif best is None:
        found.append("too many to try")
    if conflict is not None and (best is not None or outcome.cost is not None):
        found.append("conflict, but a plan")
    if best is not None and outcome.cost is None:
        found.append("missed" if outcome.denied else "not found in time")
    if outcome.text and refused(text, outcome.text):
        found.append("rejected by lint")
    if outcome.cost is not None:
        found.append(_compared(outcome.cost, outcome.proved, known, floor))
    return seed, [f for f in found if f], details


def _compared(cost: int, proved: bool, known: int | None, floor: int | None) -> str:
    """`floor` is what every composition costs at least; `None` if there is none at all."""
    if floor is None or cost < floor:
        return "cheaper than the cheapest"
    if known is None:
        return "cheapest proved, not checked" if proved else "planned, not checked"
    if cost == known:
        return "cheapest, proved" if proved else "cheapest, not proved"
    return "proved, but dearer" if proved else "dearer, not proved"


def small(seeds: range, seconds: float, jobs: int, effort: int, *, goals: bool = False) -> None:
    """Compares seed by seed; a line for what is wrong, and a summary now and then."""
    counts = Counter[str]()
    wrong: list[int] = []
    for done, (seed, found, details) in enumerate(
        spread(judged, [(s, seconds, effort, goals) for s in seeds], jobs), 1
    ):
        counts.update(found)
        if set(found) & set(WRONG):
            wrong.append(seed)
        if set(found) & {*WRONG, "not found in time", "none, not said in time"}:
            print(f"{seed}: {', '.join(found)} ({details})", flush=True)
        if done % EACH == 0 or done == len(seeds):
            listed = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
            print(f"seeds {seeds.start} to {seed}: wrong {len(wrong)} {wrong or ''}; {listed}", flush=True)
