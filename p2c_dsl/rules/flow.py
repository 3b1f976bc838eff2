"""`no flow from A to B [except via C]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Origin, Part, Violation
from p2c_dsl.machine.facts import Identity
from p2c_dsl.machine.state import BranchFrame, State, Value
from p2c_dsl.rules.base import NO_ARGUMENT, Event, Names, Rule
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import BASES, ListOf, MapOf, Nominal, Optional, Record, SetOf, Type, is_subtype


@dataclass(frozen=True, slots=True)
class Source:
    """A, as what it is: an event's results, a type's values, or an input."""

    name: str
    event: Event | None = None
    type: Type | None = None


class NoFlow(Rule):
    """Nothing that B gets or depends on comes from A, unless it has passed through C.

    A is a subtask (its results), an effect (the results of the subtasks that do it), a type (every value of it,
    and whatever contains one) or a task's input. B is a subtask, an effect (the subtasks that do it) or one
    parameter `f.p`. What depends on A: A's values, their parts, results of calls with an argument that depends
    on A, and accumulators written with such a value, or in a loop or under a condition that depends on A.

    Control counts. A call in a loop over a collection that depends on A, under a condition that depends on A, or after
    an `if` on such a condition in which one arm returned, tells its observer something about A. The results of C are
    free of what C was given: C is trusted to let nothing through that may not pass.
    """

    name = "no-flow"
    syntax = "no flow from A to B [except via C]"
    pattern = "no flow from <source:name> to <sink:path> [except via <via:name>]"
    summary = "no value or decision of A reaches B, unless through C"
    code = "P2C602"
    codes = (
        Code(
            "P2C602",
            "a forbidden flow of information",
            "A call of the sink depends on the source that a `no flow` rule keeps from it: through a value that it "
            "is given, or because whether or how often it happens depends on it.",
        ),
    )
    accepted = """
type Person
type Secret
type Note
subtask look_up(person: Person) -> Secret
subtask redact(secret: Secret) -> Note
effect publish(Note)
subtask post(note: Note):
    does publish(note)
task report(person: Person):
    no flow from Secret to publish except via redact

compose report(person):
    secret = look_up(person)
    post(redact(secret))
"""
    rejected = """
type Person
type Secret
type Note
subtask look_up(person: Person) -> Secret
subtask is_ill(secret: Secret) -> Bool
subtask greet(person: Person) -> Note
effect publish(Note)
subtask post(note: Note):
    does publish(note)
task report(person: Person):
    no flow from Secret to publish

compose report(person):
    note = greet(person)
    if is_ill(look_up(person)):
        post(note)
"""

    def __init__(self, source: Source, sink: Event, parameter: int | None, via: str | None) -> None:
        self.origin, self.sink, self.parameter, self.via = source, sink, parameter, via

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        source = _source(names, match["source"][0])
        path = match["sink"]
        sink, parameter = names.event(path[0]), None
        if len(path) > 1:
            subtask = names.subtask(path[0])
            parameter = names.parameter(subtask, path[1])[0]
        via = names.subtask(match["via"][0]).name if "via" in match else None
        return cls(source, sink, parameter, via)

    # ------------------------------------------------------------ marks: whether a value depends on A

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> bool:
        is_input = self.origin.event is None and self.origin.type is None
        if origin is Origin.INPUT and is_input and name == self.origin.name:
            return True
        return self._typed(of, spec)

    def result(self, state: State, call: CallSite, spec: Spec) -> bool:
        event, subtask = self.origin.event, call.subtask
        if event is not None and event.happens(subtask):
            return True
        if subtask.result is not None and self._typed(subtask.result, spec):
            return True
        passed = any(a.marks[self.index] for a in call.arguments if a is not None)
        return passed and subtask.name != self.via

    def part(self, mark: bool, part: Part, of: Type, spec: Spec, key: Identity | None) -> bool:
        return mark or self._typed(of, spec)

    def empty(self) -> bool:
        return False

    def gather(self, state: State, mark: bool, key: Value | None, value: Value) -> bool:
        written = value.marks[self.index] or (key is not None and key.marks[self.index])
        return mark or written or self._controlled(state)

    def merge(self, one: bool, other: bool) -> bool:
        return one or other

    def _typed(self, of: Type, spec: Spec) -> bool:
        return self.origin.type is not None and contains(of, self.origin.type, spec)

    def _controlled(self, state: State) -> bool:
        return any(frame.control.marks[self.index] for frame in state.frames)

    # ------------------------------------------------------------ steps: whether getting here depends on A

    def start(self) -> bool:
        return False

    def call(self, own: bool, state: State, call: CallSite, out: list[Violation]) -> bool:
        if not self.sink.happens(call.subtask):
            return own
        judged = call.arguments if self.parameter is None else (call.arguments[self.parameter],)
        for value in judged:
            if value is not None and value.marks[self.index]:
                index = call.arguments.index(value)
                out.append(Violation(self, self.code, ("value", value), index))
                return own
        controls = [f for f in state.frames if f.control.marks[self.index]]
        if controls:
            out.append(Violation(self, self.code, ("control", controls[-1])))
        elif own:
            out.append(Violation(self, self.code, ("return",)))
        return own

    def join(self, then: bool, orelse: bool) -> bool:
        return then or orelse

    def resume(self, own: bool, frame: BranchFrame, last: bool) -> bool:
        open_frames = (*frame.entry.frames, frame)
        return own or any(f.control.marks[self.index] for f in open_frames)

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT if violation.argument is None else frozenset({violation.argument})

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        source, sink = self.origin.name, self.sink.name
        ways = f" (only `{self.via}` may stand between)" if self.via else ""
        help_ = (
            f"pass it through `{self.via}` first" if self.via else f"keep `{source}` out of what leads here"
        )
        match violation.details:
            case ("value", value):
                message = f"{narrator.name(value)} depends on `{source}`, which may not reach `{sink}`{ways}"
                return Explanation(message, help_)
            case ("control", frame):
                kind = "loop" if not isinstance(frame, BranchFrame) else "condition"
                message = f"whether this `{sink}` happens depends on `{source}`, through a {kind}{ways}"
                note = f"{narrator.name(frame.control)} depends on `{source}`"
                notes = ((note, frame.span),) if frame.span is not None else ()
                return Explanation(message, f"do it outside of this {kind}", notes)
        message = (
            f"whether `{sink}` is reached depends on `{source}`: an earlier branch on it may have returned"
        )
        return Explanation(message, "do it before that branch, or do not return there")


def contains(of: Type, wanted: Type, spec: Spec, seen: frozenset[str] = frozenset()) -> bool:
    """Whether values of a type may be, or hold, values of the wanted one (a declared `Place` may be a `Bistro`)."""
    if is_subtype(of, wanted) or (isinstance(of, Nominal) and is_subtype(wanted, of)):
        return True
    match of:
        case ListOf(element) | SetOf(element) | Optional(element):
            return contains(element, wanted, spec, seen)
        case MapOf(key, value):
            return contains(key, wanted, spec, seen) or contains(value, wanted, spec, seen)
        case Record(name) if name not in seen:
            fields = spec.records.get(name, {}).values()
            return any(contains(f, wanted, spec, seen | {name}) for f in fields)
    return False


def _source(names: Names, token: Token) -> Source:
    spec, text = names.spec, token.text
    if text in spec.effects or text in spec.subtasks:
        return Source(text, event=names.event(token))
    if text in spec.types or text in BASES:
        return Source(text, type=spec.types.get(text) or BASES[text])
    if text in {p.name for p in names.task.parameters}:
        return Source(text)
    inputs = [p.name for p in names.task.parameters]
    raise names.unknown(
        "subtask, effect, type or input", token, [*spec.subtasks, *spec.effects, *spec.types, *inputs]
    )
