"""The calls of a trace, each with the events that it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from p2c_dsl.runtime.trace import CallFailed, CallFinished, CallStarted, Instance, Trace
from p2c_dsl.spec import Spec, Subtask
from tests.oracle.values import canon


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event of a call: its own subtask, or an effect with its keys."""

    name: str
    keys: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call: its parameters' values (defaults put in), what happened, and whether it came back."""

    subtask: Subtask
    values: tuple[Any, ...]
    occurrences: tuple[Occurrence, ...]
    completed: bool

    def happens(self, event: str) -> int:
        """How often the call was the event."""
        return sum(o.name == event for o in self.occurrences)


def calls(trace: Trace, spec: Spec) -> Iterator[CallRecord]:
    """All calls that were started, in order."""
    for at, event in enumerate(trace.events):
        if not isinstance(event, CallStarted):
            continue
        subtask = spec.subtasks[event.subtask]
        values = values_of(subtask, event.arguments)
        outcome = trace.events[at + 1] if at + 1 < len(trace.events) else None
        own = (Occurrence(subtask.name, values),)
        effects: tuple[Occurrence, ...] = ()
        if isinstance(outcome, CallFinished | CallFailed):
            effects = tuple(Occurrence(n, tuple(canon(k) for k in keys)) for n, keys in outcome.effects)
        yield CallRecord(subtask, values, own + effects, isinstance(outcome, CallFinished))


def values_of(subtask: Subtask, arguments: tuple[Instance | None, ...]) -> tuple[Any, ...]:
    """What each parameter stands for in a call, as comparable values."""
    return tuple(
        canon(p.default if argument is None else argument.value)
        for p, argument in zip(subtask.parameters, arguments, strict=True)
    )
