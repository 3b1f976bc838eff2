"""One line for each finding: `file:line:column: code message`, which editors can jump to."""

from __future__ import annotations

from collections.abc import Iterable

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.diagnostics.plain import plain


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings, one per line."""
    return "".join(f"{_line(d)}\n" for d in diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    source, span = diagnostic.location.source, diagnostic.location.span
    line, column = source.position(span.start)
    searched = "" if diagnostic.search is None else f" ({diagnostic.search})"
    return f"{plain(source.name)}:{line}:{column}: {diagnostic.code} {plain(diagnostic.message)}{searched}"
