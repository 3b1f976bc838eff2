"""Canonical variable names: they depend only on types and on the other visible names."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from p2c_dsl.machine import State
from p2c_dsl.spec import Spec, Task
from p2c_dsl.types import Base, Bounded, ListOf, MapOf, NewType, Optional, SetOf, Type, show

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def reserved(spec: Spec, task: Task) -> frozenset[str]:
    """The names that a variable in a composition of `task` cannot have."""
    inputs = (p.name for p in task.parameters)
    return frozenset([*spec.subtasks, *spec.constants_of(task), *spec.types, *inputs, *keyword.kwlist])


def names(state: State, task: Task, taken: frozenset[str]) -> dict[int, str]:
    """The name of each visible variable, by slot. `taken` is the result of `reserved`."""
    result: dict[int, str] = {}
    used = set(taken)
    for slot in visible(state):
        if slot < len(task.parameters):
            result[slot] = task.parameters[slot].name
            continue
        acc = state.accumulators.get(slot)
        stem = stem_of(state.values[slot].type) if acc is None else accumulator_stem(acc.is_map)
        result[slot] = free(stem, used)
        used.add(result[slot])
    return result


def visible(state: State) -> list[int]:
    """The slots of all visible variables, in the order of their creation."""
    return [slot for slot in range(state.slots) if slot in state.values or slot in state.accumulators]


def free(stem: str, used: Iterable[str]) -> str:
    """The stem, or the stem with the smallest number from 2 on that makes it unique."""
    taken = used if isinstance(used, set | frozenset) else set(used)
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def accumulator_stem(is_map: bool) -> str:
    """What an accumulator is called, no matter what it holds."""
    return "table" if is_map else "items"


def stem_of(of: Type) -> str:
    """A type's name as a variable's: `Restaurant` → `restaurant`, `Set[User]` → `users`."""
    match of:
        case ListOf(element) | SetOf(element):
            stem = stem_of(element)
            return stem if stem.endswith("s") else f"{stem}s"
        case MapOf(_, value):
            return f"{stem_of(value)}_map"
        case Optional(inner):
            return f"maybe_{stem_of(inner)}"
        case Base("Bool"):
            return "answer"
        case Base("Int") | Base("Float"):
            return "number"
        case Base("Text"):
            return "text"
        case Bounded(base):
            return stem_of(base)
        case NewType(name):
            return _snake(name)
    return _snake(show(of))


def _snake(name: str) -> str:
    return _WORD_START.sub("_", name).lower()
