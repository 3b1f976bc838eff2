"""The base of every rule file: its documentation, and how it resolves the names in its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Facet
from p2c_dsl.machine.guidance import M, S
from p2c_dsl.names import did_you_mean
from p2c_dsl.rules.definition import AnyDefinition
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.worst_run import WorstRun
from p2c_dsl.source import Span
from p2c_dsl.spec import Parameter, Spec, Subtask, Task
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import Record, Type, show

NO_ARGUMENT: frozenset[int] = frozenset()
"""What rules blame that depend on which subtask is called, but not on its arguments."""


class RuleError(Exception):
    """A rule's line without a valid meaning: an unknown name, or a check that does not return Bool."""

    def __init__(self, message: str, span: Span, help: str | None = None) -> None:
        super().__init__(message)
        self.message, self.span, self.help = message, span, help


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a rule's line may use."""

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
        raise self.lacking(subtask.name, "parameter", token, [p.name for p in subtask.parameters])

    def field(self, of: Type, path: Iterable[Token]) -> Type:
        """The type of the field that these names lead to. Raises `RuleError`."""
        for token in path:
            own = self.spec.records.get(of.name, {}) if isinstance(of, Record) else {}
            if token.text not in own:
                raise self.unknown(f"field of {show(of)}", token, own)
            of = own[token.text]
        return of

    def performers(self, event: Event) -> tuple[Subtask, ...]:
        """The subtasks whose calls are or may be the event."""
        return tuple(s for s in self.spec.subtasks.values() if event.happens(s))

    def sure_performers(self, event: Event) -> frozenset[str]:
        """The names of the subtasks whose calls are the event for certain."""
        return frozenset(s.name for s in self.performers(event) if event.surely(s))

    def unknown(self, kind: str, token: Token, known: Iterable[str]) -> RuleError:
        """The error for an unknown name, with the closest known ones."""
        help_ = did_you_mean(token.text, known)
        return RuleError(f"there is no {kind} `{token.text}`", token.span, help_)

    def lacking(self, owner: str, kind: str, token: Token, known: Iterable[str]) -> RuleError:
        """The error for a name that nothing of a kind has in its owner, with the closest one that it has."""
        help_ = did_you_mean(token.text, known)
        return RuleError(f"`{owner}` has no {kind} `{token.text}`", token.span, help_)


@dataclass(frozen=True, eq=False)
class Rule(Facet[S, M], WorstRun):
    """A rule as its file declares it: the facet that proves it, and its documentation.

    A subclass's docstring is its page in the documentation: what the rule guarantees, and why it is useful. Its meaning
    for a run is its `definition`, a separate class above it in the file that shares only the content of the rule's line
    with the facet. A rule that the run keeps, and lint cannot find broken, has no codes and `rejected` is empty.
    """

    name: ClassVar[str]
    syntax: ClassVar[str]
    pattern: ClassVar[str]
    summary: ClassVar[str]
    codes: ClassVar[tuple[Code, ...]]
    accepted: ClassVar[str]
    rejected: ClassVar[str]
    unkeyed: ClassVar[str] = ""
    """Of a rule about two events: what it says about two different keys where it has no `per`, as a template."""
    text: str = field(default="", kw_only=True)
    """The rule as written in the spec."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        """The rule that a line stands for. Raises `RuleError`."""
        raise TypeError(f"{cls.__name__} does not read its line")

    @classmethod
    def halves(cls, match: Match, names: Names) -> tuple[AnyRule, ...]:
        """The rules that a line stands for together: one, unless it combines two. Raises `RuleError`."""
        return (cls.read(match, names),)

    def definition(self) -> AnyDefinition | None:
        """The rule's meaning for a run, `None` if the rule is only about the text."""
        return None

    def waits_for(self, subtask: Subtask) -> tuple[Event, ...]:
        """Events without any of which, before it, a call of `subtask` is certain to break the rule."""
        return ()

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        """What the words of its line were read as, in sentences, where they may stand for several things."""
        return ()

    @property
    def is_goal(self) -> bool:
        """Whether it asks for something, which planners then look for."""
        return False

    @property
    def unenforceable(self) -> str | None:
        """Why the rule cannot be left to the run, `None` if it can."""
        return "the rule is about the text, which no run changes" if self.textual else None

    @property
    def textual(self) -> bool:
        """Whether the rule is only about the text, so that no run is needed to show a violation."""
        return self.definition() is None


AnyRule = Rule[Any, Any]
"""A rule with any type of state and marks."""
