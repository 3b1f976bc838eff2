"""Workflow commands that GitHub turns into annotations on the changed lines."""

from __future__ import annotations

from collections.abc import Iterable

from p2c_dsl.diagnostics.model import Diagnostic


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One `::error …::` or `::warning …::` for each finding."""
    return "".join(f"{_command(d)}\n" for d in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    source, span = diagnostic.location.source, diagnostic.location.span
    first, last = source.position(span.start), source.position(max(span.start, span.end - 1))
    properties = {
        "file": source.name,
        "line": first.line,
        "endLine": last.line,
        "col": first.column,
        "endColumn": last.column + 1,
        "title": diagnostic.code,
    }
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = diagnostic.message
    if diagnostic.rule is not None:
        message += f"\nrule: {diagnostic.rule}"
    if diagnostic.help is not None:
        message += f"\nhelp: {diagnostic.help}"
    return f"::{diagnostic.severity.value} {shown}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
