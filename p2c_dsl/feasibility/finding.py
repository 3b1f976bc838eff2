"""The finding about a task that cannot be done."""

from __future__ import annotations

from p2c_dsl.diagnostics.model import Diagnostic, Location, Note, Severity
from p2c_dsl.feasibility.conflict import Conflict
from p2c_dsl.feasibility.words import lines_of
from p2c_dsl.rules.reading import shown
from p2c_dsl.source import Span
from p2c_dsl.spec import Spec, Task


def finding(spec: Spec, task: Task, conflict: Conflict) -> Diagnostic:
    """A warning at the task, with a note at each of the rules that conflict."""
    places = _places(spec, task)
    lines = lines_of(conflict.rules)
    notes = tuple(Note(f"`{line}` is one of them", places[line]) for line in lines)
    if len(notes) == 1:
        notes = (Note("this rule cannot be kept", notes[0].location),)
    return Diagnostic("P2C148", conflict.message, task.location, Severity.WARNING, notes=notes, help=_help(lines))


def _help(lines: tuple[str, ...]) -> str:
    if not lines:
        return "add an input or a subtask that gives it, or declare a size bound such as `>= 1`"
    if len(lines) == 1:
        return "take this rule back, or declare inputs and subtasks with which it can be kept"
    return "take back or weaken one of these rules, or declare inputs and subtasks with which all can be kept"


def _places(spec: Spec, task: Task) -> dict[str, Location]:
    """Where each rule stands."""
    places: dict[str, Location] = {}
    for text in spec.rules_of(task):
        span = Span(text.tokens[0].span.start, text.tokens[-1].span.end)
        places.setdefault(shown(text.tokens), Location(text.location.source, span))
    return places
