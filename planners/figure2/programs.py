"""From a composition's text to its program, in a spec that is at hand."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.program import Program
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse
from p2c_dsl.syntax.span import Source


class NotAccepted(ValueError):
    """A text that is no composition, or not one that is accepted; the message is the first finding."""


def program_of(spec: Spec, text: str, rules: Sequence[AnyRule] | None = None) -> Program:
    """The program of a text that holds one composition. `rules` are those of its task unless given.

    Raises `NotAccepted`.
    """
    source = Source("<plan>", text if text.endswith("\n") else text + "\n")
    parsed = parse(source)
    errors = [d for d in parsed.diagnostics if d.severity is Severity.ERROR]
    declared = parsed.file.declarations
    composed = [d for d in declared if isinstance(d, ComposeDecl)]
    if errors or len(composed) != 1 or len(declared) != 1:
        raise NotAccepted(errors[0].message if errors else "this is not one composition")
    return _accepted(analyze(spec, composed[0], source, rules))


def _accepted(analysis: Analysis) -> Program:
    errors = [d for d in analysis.diagnostics if d.severity is Severity.ERROR]
    if errors or analysis.program is None:
        raise NotAccepted(errors[0].message)
    return analysis.program
