"""All checks of a file: its syntax, its spec, its rules and its compositions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from p2c_dsl import suppress
from p2c_dsl.analysis import MOST_FINDINGS, Analysis, analyze
from p2c_dsl.claims import overridden, unsigned
from p2c_dsl.codes import all_codes
from p2c_dsl.diagnostics.model import ApprovalPoint, Diagnostic, Location, Severity, Suppressed, Verdict
from p2c_dsl.feasibility.doing_nothing import accepts_nothing
from p2c_dsl.program import Call, Program, steps
from p2c_dsl.resolve import Loaded, load, load_text
from p2c_dsl.rules import AnyRule, read_rules, unkeyed_rules
from p2c_dsl.rules.approval import ApprovalPoints
from p2c_dsl.syntax.hiding import hiding
from p2c_dsl.syntax.look_alikes import look_alikes
from p2c_dsl.syntax.nodes import ComposeDecl, File

_Read = tuple[tuple[AnyRule, ...], tuple[Diagnostic, ...]]
"""The rules of a task, and the errors in its rule lines."""
WORK = 40_000
"""How much work the search for runs that break rules may take in one file, in events of runs and parts of values."""


@dataclass(frozen=True, slots=True)
class Report:
    """What lint found in a file (and in the files that it uses), suppressions applied."""

    loaded: Loaded
    analyses: tuple[Analysis, ...]
    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether there are no findings at all, including style."""
        return all(d.severity is Severity.NOTE for d in self.diagnostics)

    @property
    def accepted(self) -> bool:
        """Whether there are no errors, suppressed or not."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics) and all(
            a.accepted for a in self.analyses
        )

    @property
    def approvals(self) -> tuple[ApprovalPoint, ...]:
        """The calls of the compositions before which a run asks for approval."""
        return tuple(point for a in self.analyses if a.program is not None for point in _asking(a.program))


def _asking(program: Program) -> Iterator[ApprovalPoint]:
    points = ApprovalPoints.of(program.spec, program.task)
    for step in steps(program.body):
        if isinstance(step, Call) and (rules := points.rules(step.subtask)):
            yield ApprovalPoint(Location(program.source, step.span), step.subtask.name, rules)


def lint_file(path: Path, *, counterexamples: bool = True, enforced: bool = True) -> Report:
    """Lints a file. Does not raise for any content of the file: errors are reported."""
    return lint_loaded(load(path), counterexamples=counterexamples, enforced=enforced)


def lint_text(
    text: str,
    name: str,
    base: Path,
    path: Path | None = None,
    *,
    counterexamples: bool = True,
    enforced: bool = True,
) -> Report:
    """Lints a text as if it were a file called `name` in the folder `base`, or the file at `path`."""
    return lint_loaded(load_text(text, name, base, path), counterexamples=counterexamples, enforced=enforced)


def lint_loaded(loaded: Loaded, *, counterexamples: bool = True, enforced: bool = True) -> Report:
    """Lints what has been loaded: the compositions of its root file, under the rules of their tasks.

    Unless `enforced` rules may leave something to the monitor, what they leave is an error.
    """
    found = [*loaded.diagnostics, *_unseen(loaded.files)]
    analyses: list[Analysis] = []
    if loaded.whole:
        # Otherwise the unreadable part would cause further errors that are not real.
        analyses, said = _judged(loaded, len(found), counterexamples=counterexamples, enforced=enforced)
        found += said
    outcome = suppress.apply(loaded.files, sorted(_once(found), key=_place), all_codes())
    return Report(loaded, tuple(analyses), outcome.reported, outcome.suppressed)


def _unseen(files: Sequence[File]) -> Iterator[Diagnostic]:
    """Findings about characters and names that mislead a reviewer."""
    for file in files:
        yield from hiding(file.source)
    yield from look_alikes([file.source for file in files])


def _judged(
    loaded: Loaded, found: int, *, counterexamples: bool, enforced: bool
) -> tuple[list[Analysis], list[Diagnostic]]:
    """The results for the compositions of the root file, and further findings in addition to `found`."""
    spec = loaded.spec
    rules = {task.name: read_rules(spec, task) for task in spec.tasks.values()}
    said = [diagnostic for _, wrong in rules.values() for diagnostic in wrong]
    analyses: list[Analysis] = []
    explainer = _Explainer()
    for declaration in loaded.root.declarations:
        if isinstance(declaration, ComposeDecl) and declaration.whole:
            own, _ = rules.get(declaration.task.text, ((), ()))
            left = max(MOST_FINDINGS - found - len(said), 0)
            analysis = analyze(spec, declaration, loaded.root.source, own, left, enforced=enforced)
            analyses.append(analysis)
            said += explainer.explained(analysis) if counterexamples else analysis.diagnostics
    programs = [a.program for a in analyses if a.program is not None]
    said += unsigned(spec, loaded.root, programs)
    if not any(d.severity is Severity.ERROR for d in loaded.diagnostics):
        said += _hopeless(loaded, rules, analyses)
        said += _advice(loaded, rules)
    said += overridden(spec, loaded.files, loaded.root, programs)
    return analyses, said


def _advice(loaded: Loaded, rules: Mapping[str, _Read]) -> Iterator[Diagnostic]:
    """Style findings about the tasks and rules that stand in the root file."""
    spec, root = loaded.spec, loaded.root.source
    composed = {d.task.text for d in loaded.root.declarations if isinstance(d, ComposeDecl)}
    for name, task in spec.tasks.items():
        own, wrong = rules[name]
        if not wrong:
            yield from (d for d in unkeyed_rules(spec, task) if d.location.source == root)
            # A task beside its composition need not say what is wanted: nobody has to plan it.
            to_plan = task.location.source == root and name not in composed
            if to_plan and accepts_nothing(spec, task, own):
                from p2c_dsl.feasibility.nothing_asked import nothing_asked

                yield nothing_asked(spec, task)


def _hopeless(loaded: Loaded, rules: Mapping[str, _Read], analyses: Sequence[Analysis]) -> Iterator[Diagnostic]:
    """Findings about tasks of the root file, or that it composes, which no composition can do."""
    composed = {d.task.text for d in loaded.root.declarations if isinstance(d, ComposeDecl)}
    done = {a.program.task.name for a in analyses if a.program is not None and a.accepted}
    for name, task in loaded.spec.tasks.items():
        own, wrong = rules[name]
        asked = name in composed or task.location.source == loaded.root.source
        if asked and not wrong and name not in done:
            # Most files have an accepted composition of each task, and then this is not needed.
            from p2c_dsl.feasibility.conflict import find_conflict
            from p2c_dsl.feasibility.finding import finding as hopeless

            conflict = find_conflict(loaded.spec, task, own)
            if conflict is not None:
                yield hopeless(loaded.spec, task, conflict)


class _Explainer:
    """Adds runs that break rules to findings, one for each rule, within the work limit of a file."""

    def __init__(self) -> None:
        self._left = WORK

    def explained(self, analysis: Analysis) -> list[Diagnostic]:
        """The findings of a composition, with a run that breaks it for each rule that has one."""
        said = [finding.diagnostic for finding in analysis.findings]
        of_rule: dict[AnyRule, list[int]] = {}
        for place, finding in enumerate(analysis.findings):
            if finding.rule is not None and not finding.rule.textual:
                of_rule.setdefault(finding.rule, []).append(place)
        if analysis.program is not None:
            for rule, places in of_rule.items():
                self._explain(said, places, analysis.program, rule)
        return said

    def _explain(self, said: list[Diagnostic], places: list[int], program: Program, rule: AnyRule) -> None:
        """Attaches a run that breaks the rule to the finding at the same line, or else to the rule's first finding."""
        from p2c_dsl.runtime import counterexample

        # Each rule may use only a part of the remaining work, so that some is left for the last rules.
        search = counterexample.find(program, rule, min(counterexample.WORK, self._left // 2))
        self._left -= search.spent
        if search.counterexample is None:
            said[places[0]] = replace(said[places[0]], tried=search.tried)
            return
        breaks = search.counterexample.steps[-1].location
        place = next((p for p in places if breaks is not None and breaks.holds(said[p].location)), places[0])
        # A run that breaks the rule does not turn a note on what is left to the monitor into a violation.
        verdict = None if said[place].severity is Severity.NOTE else Verdict.VIOLATED
        said[place] = replace(said[place], verdict=verdict, counterexample=search.counterexample)


def _once(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics without repetitions: a rule of the spec is read once for each task."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for d in diagnostics:
        seen.setdefault((d.code, d.location.source.name, d.location.span, d.message, d.rule), d)
    return list(seen.values())


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    location = diagnostic.location
    return location.source.name, *location.span, diagnostic.code
