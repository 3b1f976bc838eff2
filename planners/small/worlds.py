"""Worlds for made-up tasks: every subtask is some function of its arguments, of which nobody knows more than that.

So what a composition does with effect tells on which values it decided, and two compositions do the same in such
worlds only if they do it for the same reasons. The outcome that a task's docstring asks for is what its
reference does there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from p2c_dsl.program import Program
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

_MOST = 3
"""How many elements a collection has where nothing bounds it."""
_NOTHING, _TRUE = 0.4, 0.5
"""How often an optional value is `None`, and a check holds."""


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Thing:
    """A value of a nominal type."""

    type: str
    number: int

    def __repr__(self) -> str:
        return f"{self.type} {self.number}"


class FreeWorld:
    """A world of a reference's task, as `seed` makes it. Used for one run."""

    def __init__(self, reference: Program, seed: int) -> None:
        self._reference, self._seed = reference, seed
        self.spec: Spec = reference.spec
        self.task: Task = reference.task
        self.done: Counter[str] = Counter()

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {p.name: self._value(f"input {p.name}", p.type) for p in self.task.parameters}

    def tools(self) -> Mapping[str, Callable[..., Any]]:
        """What each subtask does here: what it gives follows from its arguments, what it changes is written down."""
        return {name: self._tool(subtask) for name, subtask in self.spec.subtasks.items()}

    def verify(self) -> str | None:
        """The first thing that was done and not wanted, or wanted and not done; `None` if all is as it should be."""
        twin = FreeWorld(self._reference, self._seed)
        run(self._reference, twin.inputs(), twin.tools())
        for unwanted in sorted((self.done - twin.done).elements()):
            return f"nobody wanted {unwanted}"
        for missing in sorted((twin.done - self.done).elements()):
            return f"{missing} is missing"
        return None

    def _tool(self, subtask: Subtask) -> Callable[..., Any]:
        def tool(*arguments: object) -> object:
            called = f"{subtask.name}({', '.join(map(_text, arguments))})"
            if subtask.effects:
                self.done[called] += 1
            return None if subtask.result is None else self._value(called, subtask.result)

        return tool

    def _value(self, why: str, of: Type) -> object:
        chance = Random(sha256(f"{self._seed} {why}".encode()).digest())
        return self._drawn(chance, of)

    def _drawn(self, chance: Random, of: Type) -> object:
        match of:
            case Optional(inner):
                return None if chance.random() < _NOTHING else self._drawn(chance, inner)
            case NewType(name, base):
                return (
                    f"{name} {chance.randrange(10**9)}"
                    if isinstance(base, Base)
                    and base
                    not in (
                        BOOL,
                        INT,
                        FLOAT,
                    )
                    else self._drawn(chance, base)
                )
            case Enum(name, members):
                return EnumMember(name, chance.choice(members))
            case Record(name):
                fields = self.spec.records[name].items()
                return Fields(name, {field: self._drawn(chance, own) for field, own in fields})
            case ListOf(element, size):
                return self._several(chance, element, size)
            case SetOf(element, size):
                return list({_text(v): v for v in self._several(chance, element, size)}.values())
            case MapOf(key, value, size):
                return {k: self._drawn(chance, value) for k in self._several(chance, key, size)}
            case Base("Bool"):
                return chance.random() < _TRUE
            case Base("Int"):
                return chance.randrange(1000)
            case Base("Float"):
                return chance.randrange(1000) / 8
            case Base("Text"):
                return f"text {chance.randrange(10**9)}"
        return Thing(show(of), chance.randrange(10**9))

    def _several(self, chance: Random, element: Type, size: Size) -> list[Any]:
        high = _MOST if size.high is None else min(_MOST, size.high)
        count = max(size.low, chance.randint(min(1, high), high))
        return [self._drawn(chance, element) for _ in range(count)]


def _text(value: object) -> str:
    """A value as text that is equal where values are, in whatever order a set or map has it."""
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
