"""The resolved task specification: what the names in a `.p2c` file stand for.

`p2c_dsl.resolve` builds it from syntax trees; everything after reads only this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from p2c_dsl.diagnostics.model import Location
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import Type

LiteralValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class EnumMember:
    """`Channel.email` as a value."""

    enum: str
    member: str


ConstantValue = LiteralValue | EnumMember


@dataclass(frozen=True, slots=True)
class Constant:
    """A named value that compositions may use."""

    name: str
    type: Type
    value: ConstantValue
    location: Location


@dataclass(frozen=True, slots=True)
class Parameter:
    """A subtask's or task's parameter. `default` counts only where `optional`."""

    name: str
    type: Type
    location: Location
    literal: bool = False
    optional: bool = False
    default: ConstantValue = None


@dataclass(frozen=True, slots=True)
class Effect:
    """A named effect, the types of its keys, and the names of the keys that have one."""

    name: str
    keys: tuple[Type, ...]
    irreversible: bool
    location: Location
    labels: tuple[str | None, ...] = ()

    def label(self, place: int) -> str | None:
        """The name of one of its keys, if it has one."""
        return self.labels[place] if place < len(self.labels) else None


@dataclass(frozen=True, slots=True)
class KeyPath:
    """An effect's argument: a parameter's index and the fields taken from it."""

    parameter: int
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectUse:
    """`does contact(user)` or `may contact(user)`, one key path for each of the effect's keys.

    `may anything` (`anything`) stands for every effect, with unknown keys: `None`.
    """

    effect: Effect
    arguments: tuple[KeyPath | None, ...]
    certain: bool
    anything: bool = False


@dataclass(frozen=True, slots=True)
class Subtask:
    """A subtask's contract: its parameters, result, effects and cost.

    `claims` are statements that have not been signed off: no rule relies on them.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Type | None
    effects: tuple[EffectUse, ...]
    cost: int
    doc: str
    location: Location
    claims: tuple[str, ...] = ()

    @property
    def required(self) -> int:
        """How many parameters have no default; they come first."""
        return sum(not p.optional for p in self.parameters)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's line, not yet parsed: `p2c_dsl.rules` gives it its meaning."""

    tokens: tuple[Token, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Task:
    """A task's inputs, result and its own rules (those of the spec are in `Spec.rules`)."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Type | None
    doc: str
    constants: Mapping[str, Constant]
    rules: tuple[RuleText, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything a composition can name. Events are effects and subtasks: they share one namespace."""

    types: Mapping[str, Type] = field(default_factory=dict)
    records: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    constants: Mapping[str, Constant] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    subtasks: Mapping[str, Subtask] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    rules: tuple[RuleText, ...] = ()
    originals: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """The outside names given by `as "…"`: of a subtask by `(f,)`, of its parameters by `(f, p)`, of a record's fields
    and an enum's members by `(type, name)`."""
    holders: dict[Type, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """A cache of `p2c_dsl.containment`: for a type, the records that hold it."""

    def original(self, *path: str) -> str:
        """The outside name of a declaration: its own name, unless the declaration gives another."""
        return self.originals.get(path, path[-1])

    def rules_of(self, task: Task) -> tuple[RuleText, ...]:
        """The rules a composition of `task` must keep: the spec's, then the task's."""
        return self.rules + task.rules

    def constants_of(self, task: Task) -> dict[str, Constant]:
        """The constants a composition of `task` may name."""
        return {**self.constants, **task.constants}
