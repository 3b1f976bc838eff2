"""The rules over the values of arguments: `f.p OP v`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from p2c_dsl.runtime.trace import CallStarted, Instance, Trace
from p2c_dsl.spec import EnumMember, Spec, Subtask, Task
from p2c_dsl.types import Enum
from tests.oracle.values import OPERATORS, compared

Given = tuple[Instance | None, ...]


def comparison_in(line: Sequence[str]) -> str | None:
    """The comparison in a rule's words."""
    return next((word for word in line if word in OPERATORS), None)


def has_other_value(
    subtask: str, path: Sequence[str], operator: str, right: Sequence[str], trace: Trace, spec: Spec, task: Task
) -> bool:
    """Whether the subtask is called with a value at the path that does not compare like that with the right side."""
    called = spec.subtasks[subtask]
    for event in trace.events:
        if isinstance(event, CallStarted) and event.subtask == subtask:
            value = _at(path, called, event.arguments)
            if not compared(value, operator, _meant(right, called, event.arguments, spec, task)):
                return True
    return False


def _meant(right: Sequence[str], called: Subtask, given: Given, spec: Spec, task: Task) -> Any:
    """What the right side stands for in a call."""
    match list(right):
        case [("True" | "False") as word]:
            return word == "True"
        case [number] if number.isdigit():
            return int(number)
        case [name]:
            return {**spec.constants, **task.constants}[name].value
        case [enum, ".", member] if isinstance(spec.types.get(enum), Enum):
            return EnumMember(enum, member)
    return _at(right[2:], called, given)


def _at(path: Sequence[str], called: Subtask, given: Given) -> Any:
    """The value at a path, as words with points between them."""
    name, *fields = [word for word in path if word != "."]
    at = [p.name for p in called.parameters].index(name)
    argument = given[at]
    value: Any = called.parameters[at].default if argument is None else argument.value
    for field in fields:
        value = getattr(value, field)
    return value
