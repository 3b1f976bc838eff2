"""Worlds for generated tasks, in which every subtask is an uninterpreted function: an arbitrary one of its arguments.

So the effects of a composition show which values they depend on, and two compositions have the same effects in such
worlds only if these depend on the same values. The outcome that a task's docstring asks for is what its reference
does and returns there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from p2c_dsl.program import Program
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.values import Fields
from p2c_dsl.spec import EnumMember, Spec, Subtask, Task
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    Base,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    show,
)

_MAX_SIZE = 3
"""The most elements of a collection without a bound."""
_NONE_SHARE, _TRUE_SHARE = 0.4, 0.5
"""How often an optional value is `None`, and how often a check holds."""


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Thing:
    """A value of a nominal type."""

    type: str
    number: int

    def __repr__(self) -> str:
        return f"{self.type} {self.number}"


class UninterpretedWorld:
    """A world for the task of a reference, drawn from `seed`. Used for one run."""

    def __init__(self, reference: Program, seed: int) -> None:
        self._reference, self._seed = reference, seed
        self.spec: Spec = reference.spec
        self.task: Task = reference.task
        self.done: Counter[str] = Counter()
        self._returned: object = None

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {p.name: self._value(f"input {p.name}", p.type) for p in self.task.parameters}

    def tools(self) -> Mapping[str, Callable[..., Any]]:
        """The function for each subtask: its result depends only on its arguments, and its effects are recorded."""
        return {name: self._tool(subtask) for name, subtask in self.spec.subtasks.items()}

    def verify(self) -> str | None:
        """The first call with an effect that is not in the reference, or that is missing, or another result.

        `None` if there is none.
        """
        expected = UninterpretedWorld(self._reference, self._seed)
        ended = run(self._reference, expected.inputs(), expected.tools(), approve=simulated)
        for unwanted in sorted((self.done - expected.done).elements()):
            return f"{unwanted} should not have been called"
        for missing in sorted((expected.done - self.done).elements()):
            return f"{missing} was not called"
        if _text(self._returned) != _text(ended.result):
            return f"{_text(self._returned)} was returned instead of {_text(ended.result)}"
        return None

    def returned(self, value: object) -> None:
        """Takes what the task has returned."""
        self._returned = value

    def _tool(self, subtask: Subtask) -> Callable[..., Any]:
        def tool(*arguments: object) -> object:
            called = f"{subtask.name}({', '.join(map(_text, arguments))})"
            if subtask.effects:
                self.done[called] += 1
            return None if subtask.result is None else self._value(called, subtask.result)

        return tool

    def _value(self, why: str, of: Type) -> object:
        rng = Random(sha256(f"{self._seed} {why}".encode()).digest())
        return self._draw(rng, of)

    def _draw(self, rng: Random, of: Type) -> object:
        match of:
            case Optional(inner):
                return None if rng.random() < _NONE_SHARE else self._draw(rng, inner)
            case NewType(name, base):
                return (
                    f"{name} {rng.randrange(10**9)}"
                    if isinstance(base, Base)
                    and base
                    not in (
                        BOOL,
                        INT,
                        FLOAT,
                    )
                    else self._draw(rng, base)
                )
            case Enum(name, members):
                return EnumMember(name, rng.choice(members))
            case Record(name):
                fields = self.spec.records[name].items()
                return Fields(name, {field: self._draw(rng, own) for field, own in fields})
            case ListOf(element, size):
                return self._draw_elements(rng, element, size)
            case SetOf(element, size):
                return list({_text(v): v for v in self._draw_elements(rng, element, size)}.values())
            case MapOf(key, value, size):
                return {k: self._draw(rng, value) for k in self._draw_elements(rng, key, size)}
            case Base("Bool"):
                return rng.random() < _TRUE_SHARE
            case Base("Int"):
                return rng.randrange(1000)
            case Base("Float"):
                return rng.randrange(1000) / 8
            case Base("Text"):
                return f"text {rng.randrange(10**9)}"
        return Thing(show(of), rng.randrange(10**9))

    def _draw_elements(self, rng: Random, element: Type, size: Size) -> list[Any]:
        high = _MAX_SIZE if size.high is None else min(_MAX_SIZE, size.high)
        count = max(size.low, rng.randint(min(1, high), high))
        return [self._draw(rng, element) for _ in range(count)]


def _text(value: object) -> str:
    """A value as text: equal values have equal texts, regardless of the order of sets and maps."""
    match value:
        case EnumMember(enum, member):
            return f"{enum}.{member}"
        case Mapping():
            return "{" + ", ".join(sorted(f"{_text(k)}: {_text(v)}" for k, v in value.items())) + "}"
        case Set():
            return "{" + ", ".join(sorted(map(_text, value))) + "}"
        case Sequence() if not isinstance(value, str):
            return "[" + ", ".join(map(_text, value)) + "]"
    return repr(value)
