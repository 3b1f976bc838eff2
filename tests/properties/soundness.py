"""P1 as a search: what the analyzer accepts must break no rule in any world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.rules import RULES, read_rules
from p2c_dsl.rules.pattern import NoMatch, match
from p2c_dsl.runtime.trace import Trace
from p2c_dsl.source import Source
from p2c_dsl.spec import RuleText, Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.generators.compositions import random_composition
from tests.generators.rules import random_rules
from tests.generators.specs import random_spec
from tests.generators.text import file_text, rule_text
from tests.generators.worlds import random_world
from tests.oracle import broken_rules, ill_typed
from tests.oracle.interpreter import run
from tests.oracle.text import statements

_SOURCE = Source("generated", "")


@dataclass(frozen=True)
class Case:
    """A composition and the task that it is for."""

    spec: Spec
    compose: ComposeDecl

    @property
    def task(self) -> Task:
        return self.spec.tasks[self.compose.task.text]

    def with_rules(self, rules: tuple[RuleText, ...]) -> Case:
        """The same composition under other rules."""
        task = replace(self.task, rules=rules)
        return Case(replace(self.spec, tasks={task.name: task}), self.compose)

    def analysis(self) -> Analysis:
        """The analyzer's word on it."""
        return analyze(self.spec, self.compose, _SOURCE)

    @property
    def text(self) -> str:
        """The case as a file."""
        return file_text(self.spec, [self.compose])


@dataclass(frozen=True)
class Breach:
    """An accepted composition with a run that breaks a rule (or what it says of its values' types)."""

    case: Case
    rule: str
    trace: Trace
    seed: tuple[int, int]

    def __str__(self) -> str:
        events = "\n".join(f"  {event}" for event in self.trace.events)
        return f"seed {self.seed}: `{self.rule}` is broken by\n{self.case.text}\n{events}"


def random_case(seed: int, rules: int = 22) -> Case:
    """The composition of a seed, under random rules that it may or may not keep."""
    random = Random(seed)
    spec = random_spec(random)
    compose = random_composition(spec, spec.tasks["t"], random)
    case = Case(spec, compose)
    return case.with_rules(random_rules(spec, case.task, compose, random, rules))


def accepted_part(case: Case) -> Case | None:
    """The case under those of its rules to which the analyzer has no objection; `None` if it does not make sense."""
    rules, _ = read_rules(case.spec, case.task)
    findings = analyze(case.spec, case.compose, _SOURCE, rules).findings
    if any(f.rule is None and f.diagnostic.severity is Severity.ERROR for f in findings):
        return None
    objected = {f.rule.text for f in findings if f.rule is not None}
    kept = {_squeezed(rule.text) for rule in rules if rule.text not in objected}
    return case.with_rules(tuple(r for r in case.task.rules if _squeezed(rule_text(r)) in kept))


def _squeezed(line: str) -> str:
    return line.replace(" ", "")


def breaches(case: Case, seed: int, worlds: int) -> Iterator[Breach | None]:
    """One item a run: `None`, or how it breaks an accepted case."""
    for number in range(worlds):
        random = Random(seed * 1000 + number)
        trace = run(case.spec, case.task, case.compose, random_world(case.spec, random))
        wrong = ill_typed(trace, case.spec, case.task)
        broken = [wrong] if wrong else []
        broken += [rule_text(r) for r in broken_rules(trace, case.spec, case.task, case.compose)]
        yield Breach(case, broken[0], trace, (seed, number)) if broken else None


@dataclass
class Tally:
    """What a search went through."""

    runs: int = 0
    cases: int = 0
    senseless: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)
    breaches: list[Breach] = field(default_factory=list)

    def add(self, case: Case) -> None:
        """An accepted case that makes some calls."""
        self.cases += 1
        self.rules.update(rule_kind(r) for r in case.task.rules)
        self.statements.update(type(s).__name__ for s in statements(case.compose.body))

    def merge(self, other: Tally) -> None:
        """Another search's tally."""
        self.runs += other.runs
        self.cases += other.cases
        self.senseless += other.senseless
        self.rules += other.rules
        self.statements += other.statements
        self.breaches += other.breaches


def rule_kind(rule: RuleText) -> str:
    """The name of the rule whose line this is."""
    # `*.p` stands for `f.p`.
    tokens = (rule.tokens[0]._replace(kind="name"), *rule.tokens[1:]) if rule.tokens[0].text == "*" else rule.tokens
    return next(k.name for k in RULES if not isinstance(match(k.pattern, tokens), NoMatch))


def search(seeds: range, runs: int, worlds: int = 10) -> Tally:
    """Looks for breaches until that many runs are done or the seeds are used up."""
    tally = Tally()
    for seed in seeds:
        if tally.runs >= runs:
            break
        case = accepted_part(random_case(seed))
        if case is None:
            tally.senseless += 1
            continue
        if not case.task.rules:
            continue
        tally.add(case)
        for breach in breaches(case, seed, worlds):
            tally.runs += 1
            if breach is not None:
                tally.breaches.append(breach)
                break
    return tally
