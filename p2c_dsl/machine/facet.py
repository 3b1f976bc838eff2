"""A facet: one rule's part of the machine, and the data that it receives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from p2c_dsl.machine.facts import NOTHING, Fact
from p2c_dsl.machine.guidance import Guidance, M, Place, S
from p2c_dsl.machine.state import BranchFrame, LoopFrame, State, Value
from p2c_dsl.program.conditions import Predicate
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type

if TYPE_CHECKING:
    from p2c_dsl.source import Span


class Origin(Enum):
    """The origin of a value that no subtask produced."""

    INPUT = auto()
    CONSTANT = auto()
    LITERAL = auto()
    UNKNOWN = auto()
    """The origin is unknown because of an earlier error; a facet should not object to the value."""


@dataclass(frozen=True, slots=True)
class FieldPart:
    """A record's field."""

    name: str


@dataclass(frozen=True, slots=True)
class ElementPart:
    """What a loop takes out: a list's or set's element, a map's key."""


@dataclass(frozen=True, slots=True)
class ItemPart:
    """What a lookup takes out: a map's value for a key."""

    key: Value


Part = FieldPart | ElementPart | ItemPart
"""What is taken out of a whole."""


MadeOf = tuple[tuple[str | None, Value], ...]
"""What a record or a list is made from: its fields by name, or its elements, without names."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call as the facets see it. An argument is `None` if its default is used."""

    subtask: Subtask
    arguments: tuple[Value | None, ...]
    nested: bool
    keys: tuple[tuple[Value, ...], ...]
    """The values of the effect's keys, for each of the subtask's effect clauses."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of a violation."""

    message: str
    help: str | None = None
    notes: tuple[tuple[str, Span], ...] = ()


class Narrator(Protocol):
    """What the explanation of a violation may ask for: names and places, which are not part of states."""

    def name(self, value: Value) -> str:
        """The value as the composition writes it, in backquotes."""

    def calls(self, event: str) -> tuple[Span, ...]:
        """The places where the composition has called or caused an event so far."""

    def loop(self, frame: LoopFrame) -> tuple[str, Span] | None:
        """A note on how often an open loop runs."""


@dataclass(frozen=True, slots=True)
class CallsSoFar:
    """What a run that comes to a step has called before, as far as the text tells."""

    possible: frozenset[str] | None
    """The subtasks that some run may have called; `None` if that cannot be said."""
    certain: frozenset[str]
    """The subtasks that every run has called, in calls that have completed."""
    spec: Spec

    def may(self, happens: Callable[[Subtask], bool]) -> bool:
        """Whether some run may have made a call of this kind."""
        return self.possible is None or any(happens(self.spec.subtasks[name]) for name in self.possible)

    def must(self, happens: Callable[[Subtask], bool]) -> bool:
        """Whether every run has made a call of this kind."""
        return any(happens(self.spec.subtasks[name]) for name in self.certain)


F = TypeVar("F", bound="AnyFacet | None", covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Violation(Generic[F]):
    """An objection to a step, as data: each kind has its own class, which explains it.

    `facet` is the facet that objects, `None` for the machine's own checks.
    """

    facet: F
    argument: int | None = field(default=None, kw_only=True)
    """The argument of the call that causes the violation, if it is an argument."""

    @property
    def code(self) -> str:
        """The diagnostic's code: the facet's own, unless the kind has another."""
        assert self.facet is not None
        return self.facet.code

    def explain(self, narrator: Narrator) -> Explanation:
        """The explanation of the violation."""
        raise TypeError(f"{type(self).__name__} is not meant to be reported")

    def certain(self, so_far: CallsSoFar) -> bool:
        """Whether no run that comes here can complete without breaking the rule.

        Only asked where the rule is enforced; then what is not certain is left to the monitor.
        """
        return False

    def blames(self, subtask: Subtask) -> frozenset[int] | None:
        """The parameters whose arguments cause an objection to a call, `None` if that is not known.

        In the same state, every call of the subtask with the same arguments for these parameters is objected to.
        """
        return None


Violations = list[Violation["AnyFacet | None"]]
"""The list to which a step's objections are added."""
_NOTHING: Any = None
"""The state or mark of a facet that does not need one."""


class Facet(Guidance[S, M]):
    """One rule as a component of the machine: how its state moves at each step.

    A facet is immutable, and one object may be used in several machines: its knowledge of a composition is in its
    states and marks. Methods that look at values get the `Place` of their own marks, `at`. Objections are added to
    `out`; after an objection, a method must return a state with which the analysis can continue.
    """

    code: ClassVar[str]

    def takes(self, hook: str) -> bool:
        """Whether it does anything at a step; steps that it does not take are skipped."""
        return getattr(type(self), hook) is not getattr(Facet, hook)

    @property
    def textual(self) -> bool:
        """Whether the rule is only about the text, so that no run is needed to show a violation."""
        return False

    @property
    def minds_text(self) -> bool:
        """Whether what stands in an arm counts even if no run takes it."""
        return self.textual

    @property
    def reads_elements(self) -> bool:
        """Whether the proof uses what is known of the elements of collections."""
        return False

    # ------------------------------------------------------------ values

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> M:
        """The mark of a value that no subtask produced."""
        nothing: M = _NOTHING
        return nothing

    def result(self, at: Place[S, M], call: CallSite, spec: Spec) -> M:
        """The mark of a call's result."""
        nothing: M = _NOTHING
        return nothing

    def part(self, at: Place[S, M], mark: M, part: Part, of: Type, spec: Spec) -> M:
        """The mark of a part of type `of`, given the mark of the whole."""
        nothing: M = _NOTHING
        return nothing

    def made(self, at: Place[S, M], parts: MadeOf, of: Type, spec: Spec) -> M:
        """The mark of a list or a record of type `of` that is made from these parts."""
        nothing: M = _NOTHING
        return nothing

    def empty(self) -> M:
        """The mark of a new accumulator."""
        nothing: M = _NOTHING
        return nothing

    def gather(self, at: Place[S, M], state: State, mark: M, key: Value | None, value: Value) -> M:
        """An accumulator's mark after a write."""
        nothing: M = _NOTHING
        return nothing

    def outlive(self, mark: M, first: int) -> M:
        """An accumulator's mark after a loop or an arm: slots from `first` on will be reused."""
        return mark

    def merge(self, one: M, other: M) -> M:
        """An accumulator's mark after one of two ways: of two arms, or a loop's body and none of it."""
        nothing: M = _NOTHING
        return nothing

    # ------------------------------------------------------------ steps

    def start(self) -> S:
        """The state before the first step."""
        nothing: S = _NOTHING
        return nothing

    def step(self, own: S, state: State, out: Violations) -> S:
        """Called at every step that counts towards the program's size."""
        return own

    def look_up(self, at: Place[S, M], own: S, state: State, whole: Value, key: Value, out: Violations) -> S:
        """A lookup in a map, which ends the run if the key is missing."""
        return own

    def call(self, at: Place[S, M], own: S, state: State, call: CallSite, out: Violations) -> S:
        """A call, before it runs."""
        return own

    def gains(self, at: Place[S, M], state: State, call: CallSite) -> frozenset[Fact]:
        """What is known once the call has completed; `state` is the one before it."""
        return NOTHING

    def consume(self, at: Place[S, M], own: S, state: State, value: Value, out: Violations, argument: int | None) -> S:
        """A use of a value: as an argument, a loop's collection, in a write or a return."""
        return own

    def enter_loop(self, own: S, state: State, frame: LoopFrame, out: Violations) -> S:
        """Enters a loop's body; `frame` is not yet in `state.frames`."""
        return own

    def exit_loop(self, at: Place[S, M], own: S, frame: LoopFrame, end: State) -> S:
        """Leaves a loop's body; `frame.entry` holds the state before the loop, `end` the one at the body's end."""
        return own

    def enter_branch(self, own: S, state: State, frame: BranchFrame, out: Violations) -> S:
        """Enters the then arm; `frame` is not yet in `state.frames`."""
        return own

    def learns(self, at: Place[S, M], outcome: Predicate[Value]) -> frozenset[Fact]:
        """What is known after a test that has come out so."""
        return NOTHING

    def enter_else(self, before: S, then: S) -> S:
        """Enters the else arm, given the state before the branch and at the then arm's end."""
        return before

    def join(self, then: S, orelse: S) -> S:
        """After a branch of which both arms continue."""
        return then

    def resume(self, at: Place[S, M], own: S, frame: BranchFrame, last: S) -> S:
        """After a branch of which one arm returned: `own` is the other arm's state, `last` the else arm's."""
        return own

    def forget(self, own: S, before: S, first: int, end: State) -> S:
        """At a block's end: the state without information about slots from `first` on, which will be reused.

        `before` is the state at the block's beginning, and `end` knows what is known at its end.
        """
        return own

    def give(self, at: Place[S, M], state: State, value: Value, out: Violations) -> None:
        """A value is returned as the composition's result."""

    def finish(self, own: S, state: State, out: Violations) -> None:
        """Called where the composition completes."""


AnyFacet = Facet[Any, Any]
"""A facet with any type of state and marks."""
