"""What every rule file builds on: its documentation, and how it resolves the names in its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Facet
from p2c_dsl.names import did_you_mean
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import KeyPath, Parameter, Spec, Subtask, Task
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.syntax.span import Span

NO_ARGUMENT: frozenset[int] = frozenset()
"""What rules blame that look at which subtask is called, and not at its arguments."""


class RuleError(Exception):
    """A rule's line that cannot mean anything: an unknown name, a check that is no Bool."""

    def __init__(self, message: str, span: Span, help: str | None = None) -> None:
        super().__init__(message)
        self.message, self.span, self.help = message, span, help


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of a call: for certain or perhaps, and its keys (none for a subtask's own event)."""

    certain: bool
    clause: int | None
    keys: tuple[KeyPath | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A subtask or an effect that a rule names."""

    name: str
    is_effect: bool

    def occurrences(self, subtask: Subtask) -> tuple[Occurrence, ...]:
        """How often, and how surely, one call of `subtask` is this event."""
        if not self.is_effect:
            return (Occurrence(True, None),) if subtask.name == self.name else ()
        return tuple(
            Occurrence(use.certain, clause, use.arguments)
            for clause, use in enumerate(subtask.effects)
            if use.effect.name == self.name
        )

    def happens(self, subtask: Subtask) -> bool:
        """Whether a call of `subtask` is or may be this event."""
        return bool(self.occurrences(subtask))

    def surely(self, subtask: Subtask) -> bool:
        """Whether every call of `subtask` is this event."""
        return any(o.certain for o in self.occurrences(subtask))


@dataclass(frozen=True, slots=True)
class Names:
    """What a rule's line may name."""

    spec: Spec
    task: Task

    def event(self, token: Token) -> Event:
        """The effect or subtask of that name. Raises `RuleError`."""
        if token.text in self.spec.effects:
            return Event(token.text, True)
        if token.text in self.spec.subtasks:
            return Event(token.text, False)
        raise self.unknown("effect or subtask", token, [*self.spec.effects, *self.spec.subtasks])

    def subtask(self, token: Token) -> Subtask:
        """The subtask of that name. Raises `RuleError`."""
        if token.text in self.spec.subtasks:
            return self.spec.subtasks[token.text]
        raise self.unknown("subtask", token, self.spec.subtasks)

    def parameter(self, subtask: Subtask, token: Token) -> tuple[int, Parameter]:
        """A subtask's parameter and its place. Raises `RuleError`."""
        for index, parameter in enumerate(subtask.parameters):
            if parameter.name == token.text:
                return index, parameter
        names = [p.name for p in subtask.parameters]
        raise self.unknown(f"parameter of `{subtask.name}`", token, names)

    def performers(self, event: Event) -> tuple[Subtask, ...]:
        """The subtasks whose calls are or may be the event."""
        return tuple(s for s in self.spec.subtasks.values() if event.happens(s))

    def sure_performers(self, event: Event) -> frozenset[str]:
        """The names of the subtasks whose calls are the event for certain."""
        return frozenset(s.name for s in self.performers(event) if event.surely(s))

    def unknown(self, kind: str, token: Token, known: Iterable[str]) -> RuleError:
        """The error for a name that nothing has, with the closest ones that exist."""
        help_ = did_you_mean(token.text, known)
        return RuleError(f"no {kind} is called `{token.text}`", token.span, help_)


class Rule(Facet):
    """A rule as its file declares it: the facet, and what people need to know about it.

    A subclass's docstring is its page: what the rule promises, and why one would want it.
    """

    name: ClassVar[str]
    syntax: ClassVar[str]
    pattern: ClassVar[str]
    summary: ClassVar[str]
    codes: ClassVar[tuple[Code, ...]]
    accepted: ClassVar[str]
    rejected: ClassVar[str]
    textual: bool = False
    """Whether the rule is about the text: no run is needed to show a violation."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        """The rule that a line stands for. Raises `RuleError`."""
        raise TypeError(f"{cls.__name__} does not read its line")
