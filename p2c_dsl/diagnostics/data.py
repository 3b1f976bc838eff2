"""Findings as JSON in a versioned format, described by `diagnostics.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from p2c_dsl.diagnostics.model import ApprovalPoint, Counterexample, Diagnostic, Location, Severity

VERSION = 1


def render(diagnostics: Iterable[Diagnostic], approvals: Iterable[ApprovalPoint] = ()) -> str:
    """The findings, and the calls that need approval, as one JSON document."""
    found = [_diagnostic(d) for d in diagnostics]
    counts = {s: sum(d["severity"] == s for d in found) for s in Severity}
    asking = [{"subtask": a.subtask, "rules": list(a.rules), "location": _location(a.location)} for a in approvals]
    document = {"version": VERSION, "summary": counts, "diagnostics": found, "approvals": asking}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "verdict": None if diagnostic.verdict is None else diagnostic.verdict.value,
        "message": diagnostic.message,
        "rule": diagnostic.rule,
        "help": diagnostic.help,
        "location": _location(diagnostic.location),
        "notes": [{"message": n.message, "location": _location(n.location)} for n in diagnostic.notes],
        "counterexample": _counterexample(diagnostic.counterexample),
        "tried": diagnostic.tried,
    }


def _location(location: Location) -> dict[str, Any]:
    source, span = location.source, location.span
    start, end = source.position(span.start), source.position(span.end)
    return {
        "file": source.name,
        "start": {"line": start.line, "column": start.column},
        "end": {"line": end.line, "column": end.column},
    }


def _counterexample(counterexample: Counterexample | None) -> dict[str, Any] | None:
    if counterexample is None:
        return None
    return {
        "inputs": [{"name": name, "value": value} for name, value in counterexample.inputs],
        "steps": [
            {
                "text": step.text,
                "location": None if step.location is None else _location(step.location),
                "offending": step.offending,
            }
            for step in counterexample.steps
        ],
    }
