"""Who is asked before a call that needs approval, and what counts as an answer.

The one place that says how a run without a person is approved: by `simulated`, unless its world answers (`of_world`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Self

from p2c_dsl.diagnostics.plain import plain
from p2c_dsl.program import Call, Program
from p2c_dsl.rules.approval import ApprovalPoints
from p2c_dsl.runtime.calls import Effects, Reply, Request, possible
from p2c_dsl.runtime.trace import ApprovalAnswered, ApprovalAsked, Event, Instance
from p2c_dsl.runtime.values.copies import thaw
from p2c_dsl.runtime.values.display import shown
from p2c_dsl.source import Span
from p2c_dsl.spec import Subtask


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A call that waits for approval, as it will be made.

    Attributes:
        subtask: The subtask that is called, with its description and its effects.
        values: The values of its parameters, defaults put in, as the run keeps them: immutable, and shown
            (`p2c_dsl.runtime.values.shown`) without asking the classes of records.
        rules: The lines of the rules that ask.
        left_out: The parameters that the composition leaves to their defaults.
    """

    subtask: Subtask
    values: tuple[object, ...]
    rules: tuple[str, ...]
    left_out: frozenset[str] = frozenset()

    @property
    def arguments(self) -> dict[str, Any]:
        """The value of each parameter, by its name, as a tool would get it: each time a new copy."""
        return {p.name: thaw(value) for p, value in zip(self.subtask.parameters, self.values, strict=True)}

    @property
    def effects(self) -> Effects:
        """What the call does or may do, with the keys (`AnyKey.ANY` if unknown), as listed by `subtask.effects`."""
        return possible(self.subtask, self.values)


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """An answer that also says who has answered, and perhaps why."""

    approved: bool
    by: str
    why: str = ""


Approver = Callable[[ApprovalRequest], Any]
"""Is asked about a call: gives `True` or an `ApprovalAnswer`, or something to be awaited that does; all else denies."""


def simulated(request: ApprovalRequest) -> ApprovalAnswer:
    """Approves every call of a run in which nothing real happens and nobody takes part."""
    return ApprovalAnswer(True, "simulation")


def nobody(request: ApprovalRequest) -> ApprovalAnswer:
    """Denies every call of a run that was not told whom to ask."""
    return ApprovalAnswer(False, "nobody", "there is nobody to ask; give the run an `approve`")


def of_world(world: object) -> Approver:
    """The world's own method `approve`, if it has one, and otherwise `simulated`."""
    own = getattr(world, "approve", None)
    return own if callable(own) else simulated


@dataclass(frozen=True, slots=True)
class Approvals:
    """The calls of a run that need approval, and who is asked."""

    points: ApprovalPoints
    approver: Approver

    @classmethod
    def of(cls, program: Program, approver: Approver | None) -> Self:
        """Those of a run of `program`."""
        return cls(ApprovalPoints.of(program.spec, program.task), approver or nobody)

    def ask(
        self,
        call: Call,
        arguments: tuple[Instance | None, ...],
        values: tuple[object, ...],
        emit: Callable[[Event, Span], None],
    ) -> Generator[Request, Reply | None, str | None]:
        """Asks about a call, if that is needed. Returns why it must not be made, `None` if it may be."""
        name, rules = call.subtask.name, self.points.rules(call.subtask)
        if not rules:
            return None
        emit(ApprovalAsked(name, arguments, rules, call.span), call.span)
        left_out = (p.name for p, given in zip(call.subtask.parameters, arguments, strict=True) if given is None)
        asked = ApprovalRequest(call.subtask, values, rules, frozenset(left_out))
        reply = yield Request(lambda: self.approver(asked), ())
        assert reply is not None
        given = _answer(reply)
        emit(ApprovalAnswered(name, given.approved, given.by, given.why), call.span)
        if given.approved:
            return None
        why = f": {given.why}" if given.why else ""
        return f"`{name}` was not called, because it has not been approved (denied by {given.by}{why})"


def _answer(reply: Reply) -> ApprovalAnswer:
    """What a reply comes to. Only what is clearly a yes approves."""
    if reply.error is not None:
        return ApprovalAnswer(False, "`approve`", f"it failed: {reply.error}")
    given = reply.value
    if type(given) is bool:
        return ApprovalAnswer(given, "`approve`")
    if type(given) is ApprovalAnswer and all(type(text) is str for text in (given.by, given.why)):
        return ApprovalAnswer(given.approved is True, plain(given.by), plain(given.why))
    return ApprovalAnswer(False, "`approve`", f"it answered {shown(given)}, not with a Bool or an `ApprovalAnswer`")
