"""`shape sequence`, `shape tree`, `shape dag`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeAlias

from rpds import HashTrieSet

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, MadeOf, Narrator, Origin, Part, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import BranchFrame, LoopFrame, State, Value
from p2c_dsl.rules import definition
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.consumption import Consumption, collapsed, once_a_round
from p2c_dsl.rules.definition import Broken, Definition, RunEvent
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type

Places: TypeAlias = "HashTrieSet[tuple[Hashable, ...]]"


class UsedUp(NamedTuple):
    """The produced values that have been consumed, and all values that they are part of."""

    consumed: Places = HashTrieSet()
    touched: Places = HashTrieSet()


@dataclass(frozen=True)
class ConsumedOnce(Definition[UsedUp]):
    """No produced value is consumed twice, or in addition to a part of it."""

    def start(self) -> UsedUp:
        return UsedUp()

    def step(self, used: UsedUp, event: RunEvent) -> UsedUp:
        match event:
            case definition.Consumed(datum) if datum.produced:
                place = datum.place
                wholes = [place[:length] for length in range(1, len(place) + 1)]
                if place in used.touched or any(whole in used.consumed for whole in wholes):
                    raise Broken("a produced value, or a part of it, would be consumed a second time")
                touched = used.touched
                for whole in wholes:
                    touched = touched.insert(whole)
                return UsedUp(used.consumed.insert(place), touched)
        return used


KINDS = ("sequence", "tree", "dag")


@dataclass(frozen=True, eq=False)
class Shape(Rule[Consumption, bool]):
    """The restricted spaces of *Superalignment with Dynamic Human Values*, section 5(1).

    `shape sequence`: no `if`, and no call inside the arguments of another call. Calls follow one after the other.

    `shape tree`: each produced value is consumed at most once. The plan is then a tree, and a person who judges a step
    sees everything that follows from it. Results of calls, their parts, and accumulators, lists and records that hold
    them are produced; inputs and constants are leaves, and can be used freely. Arguments, the collection of a loop,
    values written to an accumulator or put into a list or record, and returned values are consumed; a value that is
    only tested is not. A loop that consumes a value from outside the loop consumes it once per iteration.

    `shape dag`: no restriction, stated explicitly.
    """

    name = "shape"
    syntax = "shape sequence | tree | dag"
    pattern = "shape <kind:name>"
    summary = "a sequence of calls, a tree of values each used once, or any graph"
    codes = (
        Code("P2C301", "not a sequence", "Under `shape sequence`, branches and nested calls are not allowed."),
        Code(
            "P2C302",
            "not a tree",
            "Under `shape tree`, a produced value can be consumed only once, and not in addition to a part of it.",
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

    kind: str

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        token = match["kind"][0]
        if token.text not in KINDS:
            message = f"there is no shape `{token.text}`"
            raise RuleError(message, token.span, "write `sequence`, `tree` or `dag`")
        return cls(token.text)

    def definition(self) -> ConsumedOnce | None:
        return ConsumedOnce() if self.kind == "tree" else None

    # ------------------------------------------------------------ marks: whether a value is produced

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> bool:
        return False

    def result(self, at: Place[Consumption, bool], call: CallSite, spec: Spec) -> bool:
        return True

    def part(self, at: Place[Consumption, bool], mark: bool, part: Part, of: Type, spec: Spec) -> bool:
        return mark

    def made(self, at: Place[Consumption, bool], parts: MadeOf, of: Type, spec: Spec) -> bool:
        return any(at.mark(part) for _, part in parts)

    def empty(self) -> bool:
        return False

    def gather(self, at: Place[Consumption, bool], state: State, mark: bool, key: Value | None, value: Value) -> bool:
        return mark or at.mark(value) or (key is not None and at.mark(key))

    def merge(self, one: bool, other: bool) -> bool:
        return one or other

    # ------------------------------------------------------------ steps

    def start(self) -> Consumption:
        return Consumption(HashTrieSet(), HashTrieSet())

    def call(
        self, at: Place[Consumption, bool], own: Consumption, state: State, call: CallSite, out: Violations
    ) -> Consumption:
        if self.kind == "sequence" and call.nested:
            out.append(NestedCall(self))
        return own

    def enter_branch(self, own: Consumption, state: State, frame: BranchFrame, out: Violations) -> Consumption:
        if self.kind == "sequence":
            out.append(Branching(self))
        return own

    def forbids_branch(self, outer: int) -> bool:
        return self.kind == "sequence"

    def consume(
        self,
        at: Place[Consumption, bool],
        own: Consumption,
        state: State,
        value: Value,
        out: Violations,
        argument: int | None,
    ) -> Consumption:
        if self.kind != "tree" or not at.mark(value):
            return own
        identity = collapsed(value.identity)
        if own.conflicts(identity):
            out.append(ConsumedAgain(self, value, argument=argument))
            return own
        repeating = [f for f in state.loops if f.repeats and not once_a_round(value.identity, f)]
        if repeating:
            out.append(ConsumedEachRound(self, value, repeating[-1], argument=argument))
        return own.add(identity)

    def join(self, then: Consumption, orelse: Consumption) -> Consumption:
        return then.join(orelse)

    def forget(self, own: Consumption, before: Consumption, first: int, end: State) -> Consumption:
        return own.forget(before, first)

    def tells_apart(
        self, at: Place[Consumption, bool], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        return value.identity if self.kind == "tree" and at.mark(value) else None

    def serves(self, at: Place[Consumption, bool], own: Consumption, old: Value, new: Value) -> bool:
        # Only what nobody produced may be consumed more than once.
        return self.kind != "tree" or not at.mark(old)

    def key(self, own: Consumption, state: State) -> Hashable:
        return frozenset(own.wholes), frozenset(own.touched)


@dataclass(frozen=True, slots=True, eq=False)
class NotASequence(Violation[Shape]):
    """Something that a sequence cannot have."""

    @property
    def code(self) -> str:
        return "P2C301"


@dataclass(frozen=True, slots=True, eq=False)
class NestedCall(NotASequence):
    """A call inside another call's arguments."""

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            "a sequence cannot have a call inside another call's arguments",
            "assign the result of the inner call to a variable first",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Branching(NotASequence):
    """An `if`."""

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation("a sequence cannot have branches", "call a subtask that decides")


@dataclass(frozen=True, slots=True, eq=False)
class ConsumedAgain(Violation[Shape]):
    """A value that has already been consumed, wholly or in part, or as part of another."""

    value: Value

    def blames(self, subtask: Subtask) -> frozenset[int] | None:
        return _up_to(self.argument)

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            f"{narrator.name(self.value)}, or a part of it, has already been consumed, so this is not a tree",
            "consume each produced value once: call the subtask again, or call one subtask that does both",
        )


@dataclass(frozen=True, slots=True, eq=False)
class ConsumedEachRound(Violation[Shape]):
    """A value from outside a loop that is consumed in it."""

    value: Value
    frame: LoopFrame

    def blames(self, subtask: Subtask) -> frozenset[int] | None:
        return _up_to(self.argument)

    def explain(self, narrator: Narrator) -> Explanation:
        note = narrator.loop(self.frame)
        return Explanation(
            f"{narrator.name(self.value)} comes from outside this loop and is consumed in each of its iterations",
            "produce it inside the loop, or use it after the loop",
            (note,) if note is not None else (),
        )


def _up_to(argument: int | None) -> frozenset[int] | None:
    """An argument may conflict with one of those before it."""
    return None if argument is None else frozenset(range(argument + 1))
