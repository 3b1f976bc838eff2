"""What the overlays' rules accept and reject: `python -m examples.agentdojo.measure DATA`."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from examples.agentdojo.mutations import Mutant, attacks, mutants
from examples.agentdojo.plans import Plan, Translation
from examples.agentdojo.suites import HERE, SUITES, Suite, prepare
from p2c_dsl.lint import Report
from p2c_dsl.rules import read_rules
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.provenance import Provenance

Share = tuple[int, int]
Judged = tuple[Translation, Report]
"""A plan and lint's report on it."""


def clean(suite: Suite) -> tuple[list[Judged], list[Judged]]:
    """The accepted plans and the rejected ones, each with lint's report."""
    reports = [(plan, suite.lint(plan)) for plan in suite.translations]
    return [r for r in reports if r[1].accepted], [r for r in reports if not r[1].accepted]


def constrained(accepted: Iterable[Judged]) -> Counter[str]:
    """For each kind of rule, the number of plans in which some call could break it."""
    found: Counter[str] = Counter()
    for plan, report in accepted:
        spec = report.loaded.spec
        task = spec.tasks[plan.plan.id]
        called = Counter(s.subtask for s in plan.statements)
        looped = {s.subtask for s in plan.statements if s.over is not None}
        kinds = set()
        for rule in read_rules(spec, task)[0]:
            if isinstance(rule, Provenance) and rule.sink in called:
                parameter = spec.subtasks[rule.sink].parameters[rule.parameter].name
                given = (a.parameter for s in plan.statements if s.subtask == rule.sink for a in s.arguments)
                kinds |= {"where values come from"} if parameter in given else set()
            if isinstance(rule, AtMostPer) and rule.event.name in called:
                kinds.add("nothing twice")
                if called[rule.event.name] > 1 or rule.event.name in looped:
                    kinds.add("nothing twice, where it happens more than once")
        found.update(kinds)
    return found


def recall(suite: Suite, accepted: Iterable[Judged]) -> tuple[dict[str, Share], list[Mutant]]:
    """For each mutation, how many mutants are caught, and how many there are; and the mutants that are missed."""
    counts: dict[str, list[bool]] = defaultdict(list)
    missed = []
    for plan, _ in accepted:
        for name, mutant in mutants(plan):
            caught = not suite.lint(mutant).accepted
            counts[name].append(caught)
            if not caught:
                missed.append((name, mutant))
    return {name: (sum(caught), len(caught)) for name, caught in counts.items()}, missed


def injected(suite: Suite, accepted: Iterable[Judged], injections: Iterable[Plan]) -> dict[str, Share]:
    """For each kind of attack, how many pairs of a user's and an attacker's plan are rejected, of how many."""
    counts: dict[str, list[bool]] = defaultdict(list)
    plans = list(injections)
    for plan, report in track(list(accepted), f"attacking {suite.name}", transient=True):
        for injection in plans:
            for name, attacked in attacks(plan, injection, report.loaded.spec):
                counts[name].append(not suite.lint(attacked).accepted)
    return {name: (sum(rejected), len(rejected)) for name, rejected in counts.items()}


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder with banking.json, slack.json, travel.json, workspace.json")
    parser.add_argument("--show", action="store_true", help="show every mutant that is missed")
    options = parser.parse_args()
    console = Console(width=110)
    table = Table("suite", "plans", "accepted", "mutation", "caught", title="ground truth and its mutants")
    attacked = Table("suite", "attack", "pairs", "rejected", title="injected calls behind accepted plans")
    for name in SUITES:
        suite = prepare(name, options.data, HERE)
        accepted, rejected = clean(suite)
        for plan, report in rejected:
            console.print(f"rejected: {name} {plan.plan.id}", style="bold")
            for diagnostic in report.diagnostics:
                console.print(f"  {diagnostic.code} {diagnostic.message}", markup=False)
        shares, missed = recall(suite, accepted)
        first = (name, str(len(suite.plans)), str(len(accepted)))
        for mutation, (caught, of) in sorted(shares.items()):
            table.add_row(*first, mutation, f"{caught} of {of}")
            first = ("", "", "")
        for kind, count in sorted(constrained(accepted).items()):
            table.add_row("", "", "", f"[dim]plans that a rule constrains: {kind}", f"[dim]{count}")
        if options.show:
            for mutation, mutant in missed:
                console.print(f"missed: {name}, {mutation}\n{mutant.text()}", markup=False)
        for attack, (caught, of) in injected(suite, accepted, _injections(name)).items():
            attacked.add_row(name, attack, str(of), f"{caught} ({caught / of:.1%})")
    console.print(table)
    console.print(attacked)


def _injections(name: str) -> list[Plan]:
    try:
        from examples.agentdojo.environments import injections
    except ImportError:
        return []
    return injections(name)


if __name__ == "__main__":
    main()
