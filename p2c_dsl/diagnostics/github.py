"""Workflow commands that GitHub turns into annotations on the changed lines."""

from __future__ import annotations

from collections.abc import Iterable

from p2c_dsl.diagnostics.model import Counterexample, Diagnostic, Severity


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One `::error …::`, `::warning …::` or `::notice …::` for each finding."""
    return "".join(f"{_command(d)}\n" for d in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    source, span = diagnostic.location.source, diagnostic.location.span
    first, last = source.position(span.start), source.position(max(span.start, span.end - 1))
    properties: dict[str, object] = {"file": source.name, "line": first.line}
    if first.line == last.line:
        # GitHub takes columns only within one line.
        properties |= {"col": first.column, "endColumn": last.column + 1}
    else:
        properties["endLine"] = last.line
    properties["title"] = diagnostic.code
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    command = "notice" if diagnostic.severity is Severity.NOTE else diagnostic.severity.value
    return f"::{command} {shown}::{_data(_message(diagnostic))}"


def _message(diagnostic: Diagnostic) -> str:
    lines = [diagnostic.message]
    if diagnostic.rule is not None:
        lines.append(f"rule: {diagnostic.rule}")
    if diagnostic.help is not None:
        lines.append(f"help: {diagnostic.help}")
    if diagnostic.counterexample is not None:
        example = diagnostic.counterexample
        lines += ["a run that breaks it:", *_run(example.brief or example)]
    if diagnostic.search is not None:
        lines.append(diagnostic.search)
    return "\n".join(lines)


def _run(counterexample: Counterexample) -> Iterable[str]:
    yield from (f"  {name} = {value}" for name, value in counterexample.inputs)
    for number, step in enumerate(counterexample.steps, 1):
        yield f"  {number}. {step.text}{'   <- here' if step.offending else ''}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
