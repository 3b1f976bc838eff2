"""Which subtasks a task can use, and how far each is from the task's goal, judged by types and events alone."""

from __future__ import annotations

from collections.abc import Iterable

from p2c_dsl.planners.lines.makers import with_makers
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.types import ListOf, MapOf, NewType, Nominal, Optional, Record, SetOf, Type


def distances(spec: Spec, task: Task) -> dict[str, int]:
    """The subtasks that a composition of the task may be able to call, with their distance from its goal.

    At distance 0 are those that a rule names, directly or by an effect, and those that return what the task
    returns; at distance n + 1 those that return what one at distance n takes. Those that do not lead to the goal are
    farthest.
    """
    usable = _callable(with_makers(spec, task), task)
    events = {word.text for rule in spec.rules_of(task) for word in rule.tokens}
    goal = {name for name, subtask in usable.items() if _events(subtask) & events}
    wanted = _parts(spec, [] if task.result is None else [task.result])
    found: dict[str, int] = {}
    level = 0
    while near := {
        name
        for name, subtask in usable.items()
        if name not in found and ((not level and name in goal) or wanted & _given(spec, subtask))
    }:
        found |= dict.fromkeys(near, level)
        wanted = _parts(spec, (p.type for name in near for p in usable[name].parameters))
        level += 1
    return {name: found.get(name, level) for name in usable if name in spec.subtasks}


def _callable(spec: Spec, task: Task) -> dict[str, Subtask]:
    """The subtasks whose arguments can come from the inputs, the constants and each other's results."""
    constants = spec.constants_of(task).values()
    have = _parts(spec, [*(p.type for p in task.parameters), *(c.type for c in constants)])
    found: set[str] = set()
    while new := {
        name for name, subtask in spec.subtasks.items() if name not in found and _needed(spec, subtask) <= have
    }:
        found |= new
        have = have.union(*(_given(spec, spec.subtasks[name]) for name in new))
    return {name: subtask for name, subtask in spec.subtasks.items() if name in found}


def _needed(spec: Spec, subtask: Subtask) -> set[Type]:
    """The types without literals: their values come from inputs, constants and subtasks only."""
    parts = _parts(spec, (p.type for p in subtask.parameters[: subtask.required]))
    return {p for p in parts if isinstance(p, Nominal | Record) or (isinstance(p, NewType) and not p.literal)}


def _events(subtask: Subtask) -> set[str]:
    return {subtask.name, *(use.effect.name for use in subtask.effects if not use.anything)}


def _given(spec: Spec, subtask: Subtask) -> set[Type]:
    return _parts(spec, [] if subtask.result is None else [subtask.result])


def _parts(spec: Spec, types: Iterable[Type]) -> set[Type]:
    """The types inside some types: elements, keys, values, fields, and the parents of subtypes."""
    pending, found = list(types), set[Type]()
    while pending:
        match part := pending.pop():
            case ListOf(inner) | SetOf(inner) | Optional(inner):
                pending.append(inner)
            case MapOf(key, value):
                pending += [key, value]
            case _ if part not in found:
                found.add(part)
                if isinstance(part, Record):
                    pending += spec.records[part.name].values()
                if isinstance(part, Nominal) and part.parent is not None:
                    pending.append(part.parent)
    return found
