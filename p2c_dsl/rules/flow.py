"""`no flow from A to B [except via C]`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import (
    CallSite,
    Explanation,
    Narrator,
    Violation,
    Violations,
)
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.identity import Identity, mentions_slot_from
from p2c_dsl.machine.state import BranchFrame, Frame, LoopFrame, State, Value
from p2c_dsl.rules.base import NO_ARGUMENT, Names
from p2c_dsl.rules.definition import Broken, Definition, InformationSource, RunEvent, Started
from p2c_dsl.rules.dependence import Mark, Reach, Round, is_own_key
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.flow_marks import FlowMarks, read_source
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Subtask


@dataclass(frozen=True)
class Independent(Definition[None]):
    """No call of the sink depends on the source: neither through its arguments, nor through whether it is reached."""

    source: InformationSource
    sink: Event
    parameter: int | None

    def start(self) -> None:
        return None

    def asks(self) -> tuple[InformationSource, ...]:
        return (self.source,)

    def step(self, state: None, event: RunEvent) -> None:
        match event:
            case Started(call, depends) if call.most(self.sink):
                judged = call.arguments if self.parameter is None else (call.arguments[self.parameter],)
                if any(datum is not None and self.source in datum.depends for datum in judged):
                    raise Broken(f"`{self.sink.name}` would get a value that depends on `{self.source.name}`")
                if self.source in depends:
                    raise Broken(f"whether `{self.sink.name}` happens depends on `{self.source.name}`")


@dataclass(frozen=True, eq=False)
class NoFlow(FlowMarks):
    """Nothing that B receives or depends on comes from A, unless it has passed through C.

    A is a subtask (its results), an effect (the results of the subtasks that do it), a type (every value of the type,
    and every value that contains one) or an input of the task. B is a subtask, an effect (the subtasks that do it) or
    one parameter `f.p`. The following depend on A: A's values and their parts, a lookup by such a value, the result of
    a call with an argument that depends on A, a list or record made from such a value, and an accumulator that is
    written with such a value, or in a loop or under a condition that depends on A. A field of a record does not depend
    on a type A merely because other fields of the record are of that type, nor on A because of what else was put into a
    record that the composition has made (unless that comes out of an accumulator or another record).

    Control flow counts as well. A call reveals something about A if it is in a loop over a collection that depends on
    A, under a condition that depends on A, or after an `if` on such a condition in which one arm returned. So does a
    call after a lookup `m[k]` if A decides `k`, which keys `m` has, or whether the lookup is made: a missing key would
    have ended the run. The results of C do not depend on the arguments of C: C is trusted to let only permitted
    information through.
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
            "receives, or because the source decides whether or how often it happens.",
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

    sink: Event
    parameter: int | None

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        source = read_source(names, match["source"][0])
        path = match["sink"]
        sink, parameter = names.event(path[0]), None
        if len(path) > 1:
            subtask = names.subtask(path[0])
            parameter = names.parameter(subtask, path[1])[0]
        via = names.subtask(match["via"][0]).name if "via" in match else None
        return cls(replace(source, via=via), sink, parameter)

    def definition(self) -> Independent:
        return Independent(self.origin, self.sink, self.parameter)

    # ------------------------------------------------------------ steps: whether reaching them depends on A

    def start(self) -> Reach:
        return Reach()

    def look_up(
        self, at: Place[Reach, Mark], own: Reach, state: State, whole: Value, key: Value, out: Violations
    ) -> Reach:
        item: Identity = ("item", whole.identity, key.identity)
        if item in own.found or is_own_key(whole, key, state):
            return own
        own, mark = own._replace(found=own.found | {item}), at.mark(whole)
        depends = at.mark(key) or (mark is not None and mark.keys) or self._controls(at, state.frames)
        if not depends:
            return own
        if own.other_rounds(state).sinks:
            out.append(ReachFlows(self, Way.NEXT_ROUND))
        return own.after_look_up()

    def call(self, at: Place[Reach, Mark], own: Reach, state: State, call: CallSite, out: Violations) -> Reach:
        if not self.sink.happens(call.subtask):
            return own
        judged = range(len(call.arguments)) if self.parameter is None else (self.parameter,)
        for index in judged:
            value = call.arguments[index]
            if value is not None and at.mark(value):
                out.append(ValueFlows(self, value, argument=index))
                return own
        controls = self._controls(at, state.frames)
        if controls:
            out.append(ControlFlows(self, controls[-1], next(filter(at.mark, controls[-1].controls))))
        elif own.returned:
            out.append(ReachFlows(self, Way.RETURN))
        elif own.looked_up or own.other_rounds(state).looks_up:
            out.append(ReachFlows(self, Way.LOOK_UP))
        return own.after_sink()

    def tells_apart(
        self, at: Place[Reach, Mark], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        return at.mark(value)

    @property
    def minds_text(self) -> bool:
        # That an arm is not taken tells something, too.
        return True

    def splits_loops(self) -> bool:
        return True

    def enter_loop(self, own: Reach, state: State, frame: LoopFrame, out: Violations) -> Reach:
        return own._replace(rounds=(*own.rounds, Round()))

    def exit_loop(self, at: Place[Reach, Mark], own: Reach, frame: LoopFrame, end: State) -> Reach:
        return own._replace(rounds=own.rounds[:-1], found=at.state(frame.entry).found)

    def enter_else(self, before: Reach, then: Reach) -> Reach:
        return before._replace(rounds=then.rounds)

    def join(self, then: Reach, orelse: Reach) -> Reach:
        returned, looked_up = then.returned or orelse.returned, then.looked_up or orelse.looked_up
        return Reach(returned, looked_up, orelse.rounds, then.found & orelse.found)

    def forget(self, own: Reach, before: Reach, first: int, end: State) -> Reach:
        kept = frozenset(item for item in own.found if not mentions_slot_from(item, first))
        return own if len(kept) == len(own.found) else own._replace(found=kept)

    def resume(self, at: Place[Reach, Mark], own: Reach, frame: BranchFrame, last: Reach) -> Reach:
        returned = own.returned or bool(self._controls(at, (*frame.entry.frames, frame)))
        return own._replace(returned=returned, rounds=last.rounds)

    # ------------------------------------------------------------ in the worst run: what does not depend on A

    def judged(self, subtask: Subtask) -> frozenset[int]:
        if not self.sink.happens(subtask):
            return frozenset()
        return frozenset(range(len(subtask.parameters)) if self.parameter is None else (self.parameter,))


# ---------------------------------------------------------------- violations


@dataclass(frozen=True, slots=True, eq=False)
class Flow(Violation[NoFlow]):
    """Shared by all violations of the rule."""

    def blames(self, subtask: Subtask) -> frozenset[int] | None:
        return NO_ARGUMENT if self.argument is None else frozenset({self.argument})

    @property
    def ways(self) -> str:
        """The permitted way from source to sink, in brackets."""
        via = self.facet.origin.via
        return f" (except via `{via}`)" if via else ""


@dataclass(frozen=True, slots=True, eq=False)
class ValueFlows(Flow):
    """An argument that depends on the source."""

    value: Value

    def explain(self, narrator: Narrator) -> Explanation:
        source, sink = self.facet.origin, self.facet.sink.name
        message = f"{narrator.name(self.value)} depends on `{source.name}`, which may not reach `{sink}`{self.ways}"
        help_ = (
            f"pass it through `{source.via}` first"
            if source.via
            else f"use a value that does not depend on `{source.name}`"
        )
        return Explanation(message, help_)


@dataclass(frozen=True, slots=True, eq=False)
class ControlFlows(Flow):
    """A loop or condition that depends on the source, through one of its values."""

    frame: Frame
    value: Value

    def explain(self, narrator: Narrator) -> Explanation:
        source, sink, frame = self.facet.origin.name, self.facet.sink.name, self.frame
        kind = "condition" if isinstance(frame, BranchFrame) else "loop"
        note = f"{narrator.name(self.value)} depends on `{source}`"
        return Explanation(
            f"whether this `{sink}` happens depends on `{source}` through a {kind}{self.ways}",
            f"do it outside this {kind}",
            ((note, frame.span),) if frame.span is not None else (),
        )


class Way(Enum):
    """How an earlier step reveals the source by whether the run continues: the explanation and the help."""

    RETURN = (
        "an earlier branch on it may have returned",
        "do it before that branch, or do not return in the branch",
    )
    LOOK_UP = (
        "an earlier lookup would have ended the run if the key had been missing",
        "do it before that lookup, or loop over the map instead",
    )
    NEXT_ROUND = (
        "this lookup ends the run before the next iteration if the key is missing",
        "do it in a separate loop before this one",
    )


@dataclass(frozen=True, slots=True, eq=False)
class ReachFlows(Flow):
    """A sink whose reachability depends on the source."""

    way: Way

    def blames(self, subtask: Subtask) -> frozenset[int] | None:
        # The lookup may be in any of the call's own arguments.
        return NO_ARGUMENT if self.way is Way.RETURN else None

    def explain(self, narrator: Narrator) -> Explanation:
        source, sink = self.facet.origin.name, self.facet.sink.name
        said, help_ = self.way.value
        return Explanation(f"whether `{sink}` is reached depends on `{source}`: {said}", help_)
