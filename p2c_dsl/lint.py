"""Everything there is to say about a file: its syntax, its spec, its rules and its compositions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from p2c_dsl.analysis import Analysis, Finding, analyze
from p2c_dsl.claims import overridden, unsigned
from p2c_dsl.diagnostics import suppress
from p2c_dsl.diagnostics.model import Diagnostic, Severity, Verdict
from p2c_dsl.resolve import Loaded, load, load_text
from p2c_dsl.rules import read_rules
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.hiding import hiding
from p2c_dsl.syntax.look_alikes import look_alikes
from p2c_dsl.syntax.nodes import ComposeDecl, File


@dataclass(frozen=True, slots=True)
class Report:
    """What lint found in a file (and in the files that it uses), suppressions applied."""

    loaded: Loaded
    analyses: tuple[Analysis, ...]
    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[suppress.Suppressed, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether there is nothing to mend, style included."""
        return all(d.severity is Severity.NOTE for d in self.diagnostics)

    @property
    def accepted(self) -> bool:
        """Whether nothing was rejected, suppressed or not."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics) and all(
            a.accepted for a in self.analyses
        )


def lint_file(path: Path, *, counterexamples: bool = True) -> Report:
    """Lints a file. Raises nothing for what a file may hold: that is reported."""
    return lint_loaded(load(path), counterexamples=counterexamples)


def lint_text(
    text: str, name: str, base: Path, path: Path | None = None, *, counterexamples: bool = True
) -> Report:
    """Lints a text as if it were a file called `name` in the folder `base`, or the file at `path`."""
    return lint_loaded(load_text(text, name, base, path), counterexamples=counterexamples)


def lint_loaded(loaded: Loaded, *, counterexamples: bool = True) -> Report:
    """Lints what has been loaded: the compositions of its root file, under the rules of their tasks."""
    # What could not be read is the cause of whatever else there would be to say.
    found = [*loaded.diagnostics, *_unseen(loaded.files), *(_rule_lines(loaded.spec) if loaded.whole else ())]
    analyses = []
    for declaration in loaded.root.declarations if loaded.whole else ():
        if isinstance(declaration, ComposeDecl) and declaration.whole:
            analysis = analyze(loaded.spec, declaration, loaded.root.source)
            analyses.append(analysis)
            found += _explained(analysis) if counterexamples else analysis.diagnostics
    if loaded.whole:
        programs = [a.program for a in analyses if a.program is not None]
        found += unsigned(loaded.spec, loaded.root, programs)
        found += overridden(loaded.spec, loaded.files, loaded.root, programs)
    outcome = suppress.apply(loaded.files, sorted(_once(found), key=_place))
    return Report(loaded, tuple(analyses), outcome.reported, outcome.suppressed)


def _unseen(files: Sequence[File]) -> Iterator[Diagnostic]:
    """What a reviewer would not see in the files."""
    for file in files:
        yield from hiding(file.source)
    yield from look_alikes([file.source for file in files])


def _rule_lines(spec: Spec) -> Iterable[Diagnostic]:
    for task in spec.tasks.values():
        yield from read_rules(spec, task)[1]


def _explained(analysis: Analysis) -> Iterable[Diagnostic]:
    """The findings, with a breaking run for each rule that has one."""
    shown: set[str] = set()
    for finding in analysis.findings:
        yield _with_counterexample(analysis, finding, shown)


def _with_counterexample(analysis: Analysis, finding: Finding, shown: set[str]) -> Diagnostic:
    from p2c_dsl.runtime.counterexample import find

    diagnostic, rule = finding.diagnostic, finding.rule
    if rule is None or rule.textual or analysis.program is None or rule.text in shown:
        return diagnostic
    shown.add(rule.text)
    counterexample = find(analysis.program, rule)
    if counterexample is None:
        return diagnostic
    return replace(diagnostic, verdict=Verdict.VIOLATED, counterexample=counterexample)


def _once(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without repetitions: a spec's rule is read for each of its tasks."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for d in diagnostics:
        seen.setdefault((d.code, d.location.source.name, d.location.span, d.message, d.rule), d)
    return list(seen.values())


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    location = diagnostic.location
    return location.source.name, *location.span, diagnostic.code
