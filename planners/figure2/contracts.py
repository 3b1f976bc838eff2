"""The contract of a subtask: its declaration without its name, with typed parameters, a result, and allowed effects.

An effect's keys are parameters or their fields, as everywhere, so a program whose effects have other keys has no
contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.spec_data import EffectData, EffectUseData, SubtaskData, from_data, to_data
from p2c_dsl.syntax.text import quote
from p2c_dsl.types import (
    ListOf,
    MapOf,
    Optional,
    SetOf,
    Type,
    show,
)

OPENING = "subtask "
"""The beginning of every declaration."""


class Clause(NamedTuple):
    """`does contact(user)`, or `may` where not `certain`; the keys are parameters and fields, as text."""

    effect: str
    keys: tuple[str, ...]
    certain: bool

    def __str__(self) -> str:
        return f"{'does' if self.certain else 'may'} {self.effect}({', '.join(self.keys)})"


class Slot(NamedTuple):
    """A parameter of a contract."""

    name: str
    type: Type

    def __str__(self) -> str:
        return f"{self.name}: {show(self.type)}"


@dataclass(frozen=True, slots=True)
class Contract:
    """What a solution of a subtask must keep to: what goes in, what comes out, what may happen.

    Attributes:
        tools: The tools that solve it, none where no solution is known. Equal contracts may differ in it.
        hidden: Those of them whose results are used inside only.
        told_apart: Whether its name says what it is about, because another tool's would be the same without.
    """

    parameters: tuple[Slot, ...]
    result: Type | None
    effects: tuple[Clause, ...]
    tools: frozenset[str] = field(default=frozenset(), compare=False)
    hidden: frozenset[str] = field(default=frozenset(), compare=False)
    told_apart: bool = field(default=False, compare=False)

    @property
    def useful(self) -> bool:
        """Whether it has any result or effect."""
        return self.result is not None or bool(self.effects)

    @property
    def name(self) -> str:
        """Its name, made of its effects and its result. Different contracts may share a name."""
        of = "_and_".join(slot.name for slot in self.parameters)
        return f"{self._act}_of_{of}" if self.told_apart and of else self._act

    @property
    def _act(self) -> str:
        verbs = "_and_".join(dict.fromkeys(("" if c.certain else "perhaps_") + c.effect for c in self.effects))
        noun = "" if self.result is None else noun_of(self.result)
        if not verbs:
            return f"find_{noun}"
        return f"do_{verbs}" + (f"_to_find_{noun}" if noun else "")

    @property
    def doc(self) -> str:
        """Its docstring: what it asks for, in words."""
        given = ", ".join(slot.name for slot in self.parameters) or "nothing"
        found = "" if self.result is None else f"Find {show(self.result)} from {given}"
        done = ", ".join(("" if c.certain else "perhaps ") + c.effect for c in self.effects)
        done = done and f"{done[0].upper()}{done[1:]}"
        return ". ".join(part for part in (found, done) if part) + "."

    @property
    def pieces(self) -> tuple[str, ...]:
        """Its declaration after `subtask `, in the pieces in which it is chosen: name, parameters, the rest."""
        result = "" if self.result is None else f" -> {show(self.result)}"
        return (
            self.name,
            f"({', '.join(map(str, self.parameters))})",
            f"{result}:\n    {quote(self.doc)}\n",
            *(f"    {clause}\n" for clause in self.effects),
        )

    @property
    def text(self) -> str:
        """Its declaration."""
        return OPENING + "".join(self.pieces)


def noun_of(of: Type) -> str:
    """A type as part of a name: `Set[Restaurant]` is `restaurant_set`."""
    match of:
        case ListOf(element):
            return f"{noun_of(element)}_list"
        case SetOf(element):
            return f"{noun_of(element)}_set"
        case MapOf(key, value):
            return f"{noun_of(value)}_by_{noun_of(key)}"
        case Optional(inner):
            return f"{noun_of(inner)}_if_any"
    text = show(of)
    return "".join("_" + c.lower() if c.isupper() and at else c.lower() for at, c in enumerate(text))


def contract_of(subtask: Subtask) -> Contract | None:
    """A tool's own contract, without its optional parameters; `None` if an effect's keys need them or are not known."""
    required = subtask.parameters[: subtask.required]
    clauses = []
    for use in subtask.effects:
        if use.anything or any(k is None or k.parameter >= len(required) for k in use.arguments):
            return None
        keys = (".".join((required[k.parameter].name, *k.fields)) for k in use.arguments if k is not None)
        clauses.append(Clause(use.effect.name, tuple(keys), use.certain))
    slots = (Slot(p.name, p.type) for p in required)
    clauses.sort(key=clause_order)
    return Contract(tuple(slots), subtask.result, tuple(clauses), frozenset({subtask.name}))


def with_acts(spec: Spec, task: Task) -> tuple[Spec, Task]:
    """The domain with an effect for each tool that has neither result nor effects, so that it can be asked for."""
    data = to_data(spec)
    silent = {s.name: s for s in data.subtasks if s.result is None and not s.effects and not s.anything}
    acts = tuple(
        EffectData(name=f"act_{name}", keys=tuple(p.type for p in s.parameters if not p.optional))
        for name, s in silent.items()
    )
    subtasks = tuple(_acting(s) if s.name in silent else s for s in data.subtasks)
    made = from_data(data.model_copy(update={"effects": (*data.effects, *acts), "subtasks": subtasks}))
    return made, made.tasks[task.name]


def _acting(subtask: SubtaskData) -> SubtaskData:
    keys = tuple(p.name for p in subtask.parameters if not p.optional)
    return subtask.model_copy(update={"effects": (EffectUseData(effect=f"act_{subtask.name}", arguments=keys),)})


def clause_order(clause: Clause) -> tuple[str, tuple[str, ...], bool]:
    """The order of a contract's clauses: by effect and keys, the certain ones first."""
    return clause.effect, clause.keys, not clause.certain
