"""What is fuzzed, and what must hold for any text. Whatever is raised is a fault."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from rich.console import Console

from p2c_dsl.cli.mcp_texts import Refused, with_rules
from p2c_dsl.cli.repairs import RepairLimits, all_repairs, repaired
from p2c_dsl.codes import all_codes
from p2c_dsl.diagnostics import concise, data, github, sarif
from p2c_dsl.diagnostics import text as as_text
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import Report, lint_loaded
from p2c_dsl.machine.machine import Machine
from p2c_dsl.resolve import load_text
from p2c_dsl.syntax.formatter import format_file
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.syntax.test_robustness import checked

MOST_CHARACTERS = 10_000
MOST_STEPS = 200_000
_NAMES = {"timeout": "timeout", "effort": "effort", "max_edits": "max_edits"}
_MOST_EDITS, _EFFORT = 3, 2_000
_MOST_SHOWN = 5
_MOVES = (
    "call",
    "create",
    "write",
    "read",
    "enter_loop",
    "exit_loop",
    "enter_branch",
    "enter_else",
    "exit_branch",
    "end",
)
_EMPTY = Path(gettempdir())


class TooMuch(AssertionError):
    """More steps of the machine than a small text may take."""


def parses(text: str) -> None:
    """The parser says what is wrong at its place, and what it accepts can be laid out and read again."""
    checked(text)


def lints(text: str) -> None:
    """Lint ends within a bound, and its findings can be shown in each format."""
    with bounded():
        report = _lint(text, counterexamples=True)
    for diagnostic in report.diagnostics:
        span = diagnostic.location.span
        assert diagnostic.message and 0 <= span.start <= span.end <= len(diagnostic.location.source.text) + 1
    for render in (concise.render, data.render, github.render):
        render(report.diagnostics).encode()
    sarif.render(report.diagnostics, all_codes(), report.suppressed)
    # Laying out is slow, and one finding is laid out like another.
    as_text.render(report.diagnostics[:_MOST_SHOWN], Console(file=io.StringIO(), width=80))


def formats(text: str) -> None:
    """fmt changes nothing that lint says, and nothing at all the second time."""
    result = checked(text)
    if result.diagnostics:
        return
    with bounded():
        before, after = _lint(text), _lint(format_file(result.file))
    assert before.accepted is after.accepted, "the verdict changes"
    assert _codes(before) == _codes(after), "the findings change"


def fixes(text: str) -> None:
    """What fix repairs is accepted."""
    try:
        loaded = with_rules(text)
    except Refused:
        return
    composed = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    found = all_repairs(loaded, composed, RepairLimits(_MOST_EDITS, _EFFORT, 60.0, _NAMES))
    after = _lint(repaired(text, found.repairs))
    wrong = [d for d in after.diagnostics if d.severity is Severity.ERROR]
    assert found.failures or not wrong, f"what is repaired is rejected: {concise.render(wrong)}"


TARGETS: dict[str, Callable[[str], None]] = {"parse": parses, "lint": lints, "fmt": formats, "fix": fixes}


@contextmanager
def bounded() -> Iterator[None]:
    """Raises `TooMuch` in the step of the machine that is one too many."""
    steps, moves = 0, {name: getattr(Machine, name) for name in _MOVES}

    def counted(move: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(move)
        def counting(*arguments: Any, **named: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > MOST_STEPS:
                raise TooMuch(f"more than {MOST_STEPS:,} steps of the machine")
            return move(*arguments, **named)

        return counting

    for name, move in moves.items():
        setattr(Machine, name, counted(move))
    try:
        yield
    finally:
        for name, move in moves.items():
            setattr(Machine, name, move)


def _lint(text: str, counterexamples: bool = False) -> Report:
    return lint_loaded(load_text(text, "any.p2c", _EMPTY, confined=True), counterexamples=counterexamples)


def _codes(report: Report) -> Counter[str]:
    return Counter(d.code for d in (*report.diagnostics, *(s.diagnostic for s in report.suppressed)))
