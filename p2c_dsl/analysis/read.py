"""From a text that holds one composition to its program, in a spec that is at hand."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.analysis.resolve_and_fold import analyze
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.program import Program
from p2c_dsl.rules.base import AnyRule
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse


class NotAccepted(ValueError):
    """A text that is not one composition, or one that is not accepted; the message is the first error.

    Attributes:
        findings: All errors; none where the text can be read but holds anything else than one composition.
    """

    def __init__(self, findings: Sequence[Diagnostic] = ()) -> None:
        super().__init__(findings[0].message if findings else "this is not one composition")
        self.findings = tuple(findings)


def read_composition(spec: Spec, text: str, rules: Sequence[AnyRule] | None = None, name: str = "<plan>") -> Program:
    """The program of a text that holds one composition and nothing else. Raises `NotAccepted`.

    `rules` are those that it must keep, by default all of its task. `name` is the text's in findings.
    """
    source = Source(name, text if text.endswith("\n") else text + "\n")
    analysis = analyze(spec, the_composition(source), source, rules)
    _raise_errors(analysis.diagnostics)
    assert analysis.program is not None
    return analysis.program


def the_composition(source: Source) -> ComposeDecl:
    """The one composition that a text holds, and nothing else. Raises `NotAccepted`."""
    parsed = parse(source)
    _raise_errors(parsed.diagnostics)
    match parsed.file.declarations:
        case (ComposeDecl() as composition,):
            return composition
    raise NotAccepted


def _raise_errors(diagnostics: Sequence[Diagnostic]) -> None:
    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise NotAccepted(errors)
