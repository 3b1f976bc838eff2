"""A facet: one rule's part of the machine, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from p2c_dsl.machine.facts import NOTHING, Fact, Identity
from p2c_dsl.machine.state import BranchFrame, LoopFrame, State, Value
from p2c_dsl.program import Test
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type

if TYPE_CHECKING:
    from p2c_dsl.syntax.span import Span


class Origin(Enum):
    """Where a value that no subtask produced comes from."""

    INPUT = auto()
    CONSTANT = auto()
    LITERAL = auto()
    UNKNOWN = auto()
    """An earlier error hides the origin; a facet should not complain about it."""


class Part(Enum):
    """How a part is taken out of a whole."""

    FIELD = auto()
    ELEMENT = auto()
    """By a loop: a list's or set's element, a map's key."""
    ITEM = auto()
    """By a look-up: a map's value."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call as the facets see it. An argument is `None` where its default stands in."""

    subtask: Subtask
    arguments: tuple[Value | None, ...]
    nested: bool
    keys: tuple[tuple[Value, ...], ...]
    """For each of the subtask's effect clauses, the values of the effect's keys."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A facet's objection to a step; `details` are the facet's own, for `Facet.explain`."""

    facet: Facet
    code: str
    details: tuple[Any, ...] = ()
    argument: int | None = None
    """The argument of the call that is to blame, where it is one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A violation in words."""

    message: str
    help: str | None = None
    notes: tuple[tuple[str, Span], ...] = ()


class Narrator(Protocol):
    """What a facet may ask for when it explains: names and places, which states do not hold."""

    def name(self, value: Value) -> str:
        """The value as the composition writes it, in backquotes."""

    def calls(self, event: str) -> tuple[Span, ...]:
        """Where the composition has called or caused an event so far."""

    def loop(self, frame: LoopFrame) -> tuple[str, Span] | None:
        """A note on how often an open loop runs."""


class Facet:
    """One rule as a component of the machine: how its state moves at each step.

    A facet's state and marks are immutable and hashable. Objections go into `out`; the state
    that a method returns after objecting must be good enough to go on with.
    """

    code: ClassVar[str]
    text: str
    """The rule as the spec has it."""
    index: int
    """Its place in the machine's product, and in every value's marks."""

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        """The violation in words."""
        raise TypeError(f"{type(self).__name__} reports nothing")

    # ------------------------------------------------------------ values

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> Any:
        """The mark of a value that no subtask produced."""
        return None

    def result(self, state: State, call: CallSite, spec: Spec) -> Any:
        """The mark of a call's result."""
        return None

    def part(self, mark: Any, part: Part, of: Type, spec: Spec, key: Identity | None) -> Any:
        """The mark of a part of type `of`, from the whole's mark; `key` is what an `ITEM` is looked up by."""
        return None

    def empty(self) -> Any:
        """The mark of a new accumulator."""
        return None

    def gather(self, state: State, mark: Any, key: Value | None, value: Value) -> Any:
        """An accumulator's mark after a write."""
        return None

    def outlive(self, mark: Any, first: int) -> Any:
        """An accumulator's mark after a loop: slots from `first` on are used anew."""
        return mark

    def merge(self, one: Any, other: Any) -> Any:
        """An accumulator's mark after two arms that wrote it differently."""
        return None

    # ------------------------------------------------------------ steps

    def start(self) -> Any:
        """The state before the first step."""
        return None

    def step(self, own: Any, state: State, out: list[Violation]) -> Any:
        """Any step that counts towards the program's size."""
        return own

    def call(self, own: Any, state: State, call: CallSite, out: list[Violation]) -> Any:
        """A call, before it runs."""
        return own

    def gains(self, call: CallSite) -> frozenset[Fact]:
        """What is known once the call has completed."""
        return NOTHING

    def consume(
        self, own: Any, state: State, value: Value, out: list[Violation], argument: int | None = None
    ) -> Any:
        """A use of a value: as an argument, a loop's collection, in a write or a return."""
        return own

    def enter_loop(self, own: Any, state: State, frame: LoopFrame, out: list[Violation]) -> Any:
        """Into a loop's body; `frame` is not yet in `state.frames`."""
        return own

    def exit_loop(self, own: Any, frame: LoopFrame) -> Any:
        """Out of a loop's body; `frame.entry` holds the state before the loop."""
        return own

    def enter_branch(self, own: Any, state: State, frame: BranchFrame, out: list[Violation]) -> Any:
        """Into the then arm; `frame` is not yet in `state.frames`."""
        return own

    def learns(self, test: Test, value: Value) -> frozenset[Fact]:
        """What is known where a test has come out this way."""
        return NOTHING

    def enter_else(self, before: Any, then: Any) -> Any:
        """Into the else arm, with the state before the branch and at the then arm's end."""
        return before

    def join(self, then: Any, orelse: Any) -> Any:
        """After a branch both of whose arms go on."""
        return then

    def resume(self, own: Any, frame: BranchFrame, last: Any) -> Any:
        """After a branch one of whose arms returned: `own` is the other arm's state, `last` the else arm's."""
        return own

    def forget(self, own: Any, before: Any, first: int) -> Any:
        """At a block's end: the state without what is about slots from `first` on, which are used anew.

        `before` is the state at the block's beginning.
        """
        return own

    def finish(self, own: Any, state: State, out: list[Violation]) -> None:
        """The composition completes here."""

    # ------------------------------------------------------------ decoding

    def needed(self, own: Any, state: State) -> tuple[frozenset[str], ...]:
        """Sets of subtasks: of each set, one has yet to be called before the composition may complete."""
        return ()

    def room(self, own: Any) -> int | None:
        """How many further steps there may be, `None` without a bound."""
        return None

    def forbids_loop(self, outer: int) -> bool:
        """Whether no loop may stand inside `outer` loops."""
        return False

    def forbids_branch(self, outer: int) -> bool:
        """Whether no branch may stand inside `outer` branches."""
        return False

    def exhausted(self, own: Any, state: State, subtask: Subtask) -> bool:
        """Whether every further call of `subtask` on a way through this state would be objected to."""
        return False

    def prerequisites(self, state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        """Sets of subtasks: of each set, one has yet to be called before `subtask` may be."""
        return ()

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int] | None:
        """The parameters whose arguments an objection to a call comes from, `None` where that is not known.

        In the same state, every call of the subtask with these arguments for them is objected to.
        """
        return None

    def key(self, own: Any, state: State) -> Any:
        """What of the own state can still change a verdict; states with equal keys are one to the decoder."""
        return own

    def mark_key(self, mark: Any) -> Any:
        """What of a mark can still change a verdict."""
        return mark
