"""One pair of program and spec: the analyzer's word, and what the oracle says of every small world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from p2c_dsl.analysis import analyze
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.rules import read_rules
from p2c_dsl.runtime.trace import Trace
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.exhaustive.runs import Runs
from tests.exhaustive.worlds import MORE, LargerWorld, LazyWorld, Values
from tests.generators.spans import with_own_spans
from tests.generators.text import rule_text
from tests.generators.worlds import all_choices
from tests.oracle import is_broken
from tests.oracle.judge import words

MOST_WORLDS = 1_000_000
"""How many worlds of one program are tried, far above what any needs: a program that would need more is counted."""
LARGER_WORLDS = 300
"""In how many larger worlds a rejected program is tried that no small one breaks."""

_SOURCE = Source("raw", "")
_IN_VAIN = "P2C247"
_TEXTUAL = ("shape", "loops", "branches", "steps")


@dataclass(frozen=True, slots=True)
class Broken:
    """A run that breaks a rule."""

    rule: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a pair. Rules are named by their kinds and lines: `before: a before b`."""

    accepted: tuple[str, ...]
    rejected: tuple[str, ...]
    unsound: Broken | None
    undeserved: tuple[str, ...]
    """Rejected, and no world breaks it, small or larger."""
    worlds: int
    cut: bool
    """Whether there were more worlds than were tried."""


class Checker:
    """Checks the programs of one spec."""

    def __init__(self, spec: Spec, most_worlds: int = MOST_WORLDS) -> None:
        self.spec = spec
        (self.task,) = spec.tasks.values()
        self._most = most_worlds
        self._rules, _ = read_rules(spec, self.task)
        self._values, self._more = Values(spec, self.task), Values(spec, self.task, MORE)
        lines = {_squeezed(rule_text(r)): words(r) for r in spec.rules_of(self.task)}
        # A line of two halves is one rule, named by its first half.
        self._names = {r.text: f"{r.name}: {r.text}" for r in reversed(self._rules)}
        self._lines = {name: lines[_squeezed(text)] for text, name in self._names.items()}

    def verdict(self, compose: ComposeDecl) -> Verdict | None:
        """What became of it; `None` if it does not make sense to the analyzer whatever the rules."""
        compose = with_own_spans(compose)
        rejected = self._rejected(compose)
        if rejected is None:
            return None
        accepted = tuple(r for r in self._lines if r not in rejected)
        undeserved = []
        unsound, worlds, cut = self._search(compose, accepted)
        for rule in rejected:
            broken, tried, more = self._search(compose, (rule,))
            worlds, cut = worlds + tried, cut or more
            if broken is None and not self._breaks_in_larger(compose, rule):
                undeserved.append(rule)
        return Verdict(accepted, rejected, unsound, tuple(undeserved), worlds, cut)

    def looks_up_in_vain(self, compose: ComposeDecl) -> bool:
        """Whether a program is refused for nothing but a look-up that fails in every run."""
        findings = analyze(self.spec, with_own_spans(compose), _SOURCE, self._rules).findings
        errors = [f.diagnostic for f in findings if f.rule is None and f.diagnostic.severity is Severity.ERROR]
        return bool(errors) and all(error.code == _IN_VAIN for error in errors)

    def is_unsound(self, compose: ComposeDecl, rule: str) -> bool:
        """Whether the rule is accepted, and some world breaks it."""
        try:
            verdict = self.verdict(compose)
        except LookupError:
            return False
        return verdict is not None and verdict.unsound is not None and verdict.unsound.rule == rule

    def _rejected(self, compose: ComposeDecl) -> tuple[str, ...] | None:
        findings = analyze(self.spec, compose, _SOURCE, self._rules).findings
        if any(f.rule is None and f.diagnostic.severity is Severity.ERROR for f in findings):
            return None
        objected = {self._names[f.rule.text] for f in findings if f.rule is not None}
        return tuple(r for r in self._lines if r in objected)

    def _search(self, compose: ComposeDecl, rules: tuple[str, ...]) -> tuple[Broken | None, int, bool]:
        """A run that breaks one of the rules, how many worlds were tried, and whether there are more."""
        for rule in rules:
            if self._textual(rule) and self._breaks(rule, Trace(()), compose):
                return Broken(rule, Trace(())), 0, False
        about_runs = tuple(r for r in rules if not self._textual(r))
        worlds = 0
        for trace in self._traces(compose) if about_runs else ():
            if worlds == self._most:
                return None, worlds, True
            worlds += 1
            for rule in about_runs:
                if self._breaks(rule, trace, compose):
                    return Broken(rule, trace), worlds, False
        return None, worlds, False

    def _breaks_in_larger(self, compose: ComposeDecl, rule: str) -> bool:
        """Whether some larger world breaks a rule. The same ones are tried of each program."""
        if self._textual(rule):
            return False
        runs = Runs(self.spec, self.task, compose)
        worlds = (LargerWorld(self._more, Random(seed).randrange) for seed in range(LARGER_WORLDS))
        return any(self._breaks(rule, runs.trace(world), compose) for world in worlds)

    def _traces(self, compose: ComposeDecl) -> Iterator[Trace]:
        runs = Runs(self.spec, self.task, compose)
        for choose in all_choices(self._most + 1):
            yield runs.trace(LazyWorld(self._values, choose))

    def _breaks(self, rule: str, trace: Trace, compose: ComposeDecl) -> bool:
        return is_broken(self._lines[rule], trace, self.spec, self.task, compose)

    def _textual(self, rule: str) -> bool:
        line = self._lines[rule]
        return line[0] in _TEXTUAL and line != ["shape", "tree"]


def _squeezed(line: str) -> str:
    return line.replace(" ", "")
