"""`shape sequence`, `shape tree`, `shape dag`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from rpds import HashTrieSet

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Origin, Part, Violation
from p2c_dsl.machine.facts import Identity, mentions_slot_from
from p2c_dsl.machine.state import BranchFrame, LoopFrame, State, Value
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type

KINDS = ("sequence", "tree", "dag")


@dataclass(frozen=True, slots=True, eq=False)
class Consumed:
    """What has been consumed: `wholes` themselves, and in `touched` all that they are part of, too.

    `log` lists the consumptions, newest first, as nested pairs whose tails are shared by all
    later states, so that two arms are joined by what they have added alone.
    """

    wholes: HashTrieSet[Identity]
    touched: HashTrieSet[Identity]
    log: tuple[Any, ...] | None = None
    length: int = 0

    def add(self, identity: Identity) -> Consumed:
        """One more."""
        touched = self.touched
        for whole in _wholes(identity):
            touched = touched.insert(whole)
        return Consumed(self.wholes.insert(identity), touched, (identity, self.log), self.length + 1)

    def conflicts(self, identity: Identity) -> bool:
        """Whether it, a part of it, or what it is part of, has been consumed."""
        return identity in self.touched or any(whole in self.wholes for whole in _wholes(identity))

    def join(self, other: Consumed) -> Consumed:
        """What either of two arms has consumed."""
        log, length, theirs, their_length = self.log, self.length, other.log, other.length
        added: list[Identity] = []
        while log is not theirs:
            if length >= their_length:
                assert log is not None
                added.append(log[0])
                log, length = log[1], length - 1
            else:
                assert theirs is not None
                theirs, their_length = theirs[1], their_length - 1
        joined = other
        for identity in reversed(added):
            joined = joined.add(identity)
        return joined

    def forget(self, before: Consumed, first: int) -> Consumed:
        """Without what has been consumed since `before` of values in slots from `first` on."""
        log, added = self.log, list[Identity]()
        while log is not before.log:
            assert log is not None
            added.append(log[0])
            log = log[1]
        kept = [identity for identity in reversed(added) if not mentions_slot_from(identity, first)]
        if len(kept) == len(added):
            return self
        for identity in kept:
            before = before.add(identity)
        return before


class Shape(Rule):
    """The restricted spaces of *Superalignment with Dynamic Human Values*, section 5(1).

    `shape sequence`: no `if`, and no call written inside another call's arguments: one call after the other.

    `shape tree`: each produced value is consumed at most once, so that the plan is a tree, and whoever judges a step
    sees all that follows from it. Results of calls, their parts, and accumulators that hold such are produced;
    inputs and constants are leaves, free for all. An argument, a loop's collection, what is written into an accumulator
    and what is returned is consumed; what is only tested is not. What a loop consumes of a value from outside it
    it consumes once each round.

    `shape dag`: no restriction, said aloud.
    """

    name = "shape"
    syntax = "shape sequence | tree | dag"
    pattern = "shape <kind:name>"
    summary = "a sequence of calls, a tree of values each used once, or any graph"
    codes = (
        Code("P2C301", "not a sequence", "Under `shape sequence` there are no branches and no nested calls."),
        Code(
            "P2C302",
            "not a tree",
            "Under `shape tree` a produced value is consumed at most once, and not together with a part of it.",
        ),
    )
    code = "P2C302"
    accepted = """
type Draft
subtask write() -> Draft
subtask polish(draft: Draft) -> Draft
subtask send(draft: Draft)
task mail():
    shape tree

compose mail():
    draft = write()
    better = polish(draft)
    send(better)
"""
    rejected = """
type Draft
subtask write() -> Draft
subtask polish(draft: Draft) -> Draft
subtask send(draft: Draft)
task mail():
    shape tree

compose mail():
    draft = write()
    better = polish(draft)
    send(better)
    send(draft)
"""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.textual = kind == "sequence"

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        token = match["kind"][0]
        if token.text not in KINDS:
            message = f"there is no shape `{token.text}`"
            raise RuleError(message, token.span, "write `sequence`, `tree` or `dag`")
        return cls(token.text)

    # ------------------------------------------------------------ marks: whether a value is produced

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> bool:
        return False

    def result(self, state: State, call: CallSite, spec: Spec) -> bool:
        return True

    def part(self, mark: bool, part: Part, of: Type, spec: Spec, key: Identity | None) -> bool:
        return mark

    def empty(self) -> bool:
        return False

    def gather(self, state: State, mark: bool, key: Value | None, value: Value) -> bool:
        return bool(mark or value.marks[self.index] or (key is not None and key.marks[self.index]))

    def merge(self, one: bool, other: bool) -> bool:
        return one or other

    # ------------------------------------------------------------ steps

    def start(self) -> Consumed:
        return Consumed(HashTrieSet(), HashTrieSet())

    def call(self, own: Consumed, state: State, call: CallSite, out: list[Violation]) -> Consumed:
        if self.kind == "sequence" and call.nested:
            out.append(Violation(self, "P2C301", ("nested",)))
        return own

    def enter_branch(self, own: Consumed, state: State, frame: BranchFrame, out: list[Violation]) -> Consumed:
        if self.kind == "sequence":
            out.append(Violation(self, "P2C301", ("branch",)))
        return own

    def forbids_branch(self, outer: int) -> bool:
        return self.kind == "sequence"

    def consume(
        self, own: Consumed, state: State, value: Value, out: list[Violation], argument: int | None = None
    ) -> Consumed:
        if self.kind != "tree" or not value.marks[self.index]:
            return own
        identity = _collapsed(value.occurrence)
        if own.conflicts(identity):
            out.append(Violation(self, "P2C302", ("again", value), argument))
            return own
        repeating = [f for f in state.loops if f.repeats and not _once_a_round(value.occurrence, f)]
        if repeating:
            out.append(Violation(self, "P2C302", ("rounds", value, repeating[-1]), argument))
        return own.add(identity)

    def join(self, then: Consumed, orelse: Consumed) -> Consumed:
        return then.join(orelse)

    def forget(self, own: Consumed, before: Consumed, first: int) -> Consumed:
        return own.forget(before, first)

    def key(self, own: Consumed, state: State) -> Any:
        return frozenset(own.wholes), frozenset(own.touched)

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int] | None:
        # What an argument conflicts with may be one of those before it.
        return None if violation.argument is None else frozenset(range(violation.argument + 1))

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        match violation.details:
            case ("nested",):
                return Explanation(
                    "a sequence has no call inside another call's arguments",
                    "give the inner call's result a name first",
                )
            case ("branch",):
                return Explanation("a sequence has no branches", "let a subtask decide")
            case ("again", value):
                return Explanation(
                    f"{narrator.name(value)}, or a part of it, has been consumed before: this is no tree",
                    "consume each produced value once: call the subtask again, or let one subtask do both",
                )
        _, value, frame = violation.details
        note = narrator.loop(frame)
        return Explanation(
            f"{narrator.name(value)} comes from outside this loop and is consumed in each of its rounds",
            "produce it inside the loop, or use it after the loop",
            (note,) if note is not None else (),
        )


def _wholes(identity: Identity) -> list[Identity]:
    """The value itself and all that it is part of."""
    found = [identity]
    while isinstance(identity, tuple) and identity[0] in ("field", "item"):
        identity = identity[1]
        found.append(identity)
    return found


def _collapsed(identity: Identity) -> Identity:
    """A part's value number without keys: two keys may be equal, so all of a map's values are as one."""
    match identity:
        case ("field", base, name):
            return ("field", _collapsed(base), name)
        case ("item", base, _):
            return ("item", _collapsed(base))
    return identity


def _once_a_round(identity: Identity, frame: LoopFrame) -> bool:
    """Whether each round of the loop consumes another value: one made inside, or under the round's own key."""
    while isinstance(identity, tuple):
        if identity[0] == "item" and identity[2] == frame.first and frame.collection.distinct:
            return True
        if identity[0] not in ("field", "item"):
            return False
        identity = identity[1]
    return isinstance(identity, int) and identity >= frame.first
