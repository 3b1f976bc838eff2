"""What `enforced` changes: every objection to a rule is still made, as an error or as left to the monitor.

An error is certain: of the runs that come there, the monitor stops each, there or later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from p2c_dsl.analysis import Finding, analyze
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules
from p2c_dsl.runtime.monitor import RuleBroken, RuleMonitor
from p2c_dsl.runtime.trace import CallStarted, Returned, Trace
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax.nodes import ComposeDecl, Return, Token
from tests.generators.worlds import random_world
from tests.oracle.interpreter import run
from tests.oracle.text import statements
from tests.properties.soundness import Case, random_case, rule_kind

PREFIX = Token("name", "enforced", Span(0, 1))


@dataclass
class Certainty:
    """How often an objection was certain and left, by kind of rule, and how many runs came to a certain one."""

    certain: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def parsed(case: Case) -> Case:
    """The case as a text that has been read, so that everything in it has a place."""
    loaded = load_text(case.text, "generated.p2c", Path())
    (compose,) = (d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    return Case(loaded.spec, compose)


def one_by_one(case: Case) -> Iterator[Case]:
    """The case under each of those of its rules that a run can keep."""
    for line in case.task.rules:
        alone = case.with_rules((line,))
        rules, _ = read_rules(alone.spec, alone.task)
        if all(rule.unenforceable is None for rule in rules):
            yield alone


def with_prefix(case: Case) -> Case:
    """The case with its rules enforced."""
    return case.with_rules(tuple(replace(rule, tokens=(PREFIX, *rule.tokens)) for rule in case.task.rules))


def objections(case: Case) -> list[Finding] | None:
    """What lint has to say about the rule; `None` if the composition does not make sense."""
    source = Source("generated.p2c", case.text)
    found = analyze(case.spec, case.compose, source).findings
    if any(f.rule is None and f.diagnostic.severity is Severity.ERROR for f in found):
        return None
    return [finding for finding in found if finding.rule is not None]


def comes_to(trace: Trace, place: Span, compose: ComposeDecl) -> bool:
    """Whether a run makes the call at a place, or ends there."""
    if place == compose.span:
        returns = any(isinstance(s, Return) for s in statements(compose.body))
        return not returns and isinstance(trace.events[-1], Returned)
    calls = (event.span for event in trace.events if isinstance(event, CallStarted))
    return any(span.start <= place.start and place.end <= span.end for span in calls)


def is_stopped(trace: Trace, case: Case) -> bool:
    """Whether the monitor stops the run at some point: a call that is about to be made may do all that it can do."""
    program = case.analysis().program
    assert program is not None
    try:
        RuleMonitor.after(program, trace.events)
    except RuleBroken:
        return True
    return False


def measure(seeds: range, worlds: int = 10) -> Certainty:
    """Compares each rule of random cases with itself enforced, and runs what is certain to break it."""
    tally = Certainty()
    for seed in seeds:
        for case in one_by_one(parsed(random_case(seed))):
            _compare(case, seed, worlds, tally)
    return tally


def _compare(case: Case, seed: int, worlds: int, tally: Certainty) -> None:
    plain, found = objections(case), objections(with_prefix(case))
    if plain is None or found is None:
        return
    places = [f.diagnostic.location.span for f in plain]
    if places != [f.diagnostic.location.span for f in found]:
        tally.wrong.append(f"seed {seed}: other objections to the enforced rule\n{case.text}")
    kind = rule_kind(case.task.rules[0])
    certain = {f.diagnostic.location.span for f in found if f.diagnostic.severity is Severity.ERROR}
    tally.certain[kind] += len(certain)
    tally.left[kind] += len(found) - len(certain)
    for number in range(worlds if certain else 0):
        trace = run(case.spec, case.task, case.compose, random_world(case.spec, Random(seed * 1000 + number)))
        for place in certain:
            if isinstance(trace.events[-1], Returned) and comes_to(trace, place, case.compose):
                tally.reached[kind] += 1
                if not is_stopped(trace, case):
                    tally.wrong.append(f"seed {seed}: a run that does not break the rule\n{case.text}")
