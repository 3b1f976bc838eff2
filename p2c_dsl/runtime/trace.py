"""The events of a run, which can be judged without the program.

Every value that a run handles is an `Instance`: two equal values from two calls are two
instances, which is how provenance and information flow stay visible in a trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from p2c_dsl.program.conditions import Predicate
from p2c_dsl.source import Span


class AnyKey(Enum):
    """The key of an effect whose key is unknown."""

    ANY = "?"


@dataclass(frozen=True, slots=True)
class Instance:
    """One occurrence of a value; `id` is unique within the run.

    `value` is a value of a run (`p2c_dsl.runtime.values.frozen`): it is immutable, can be a key, and equals another
    value exactly when the originals are equal in Python. The keys of effects are such values, too.
    """

    id: int
    value: object


@dataclass(frozen=True, slots=True)
class InputGiven:
    """A task input, before anything else happens."""

    name: str
    instance: Instance


@dataclass(frozen=True, slots=True)
class ConstantRead:
    """A named constant (`name`), enum member, `None` or free literal (`free`), each time it is used."""

    name: str | None
    free: bool
    instance: Instance


@dataclass(frozen=True, slots=True)
class Derived:
    """A part of an instance: its field `field`, or a map's value for `key`."""

    base: Instance
    field: str | None
    key: Instance | None
    instance: Instance


@dataclass(frozen=True, slots=True)
class ListMade:
    """`[a, b]`: a list of these elements."""

    elements: tuple[Instance, ...]
    instance: Instance


@dataclass(frozen=True, slots=True)
class RecordMade:
    """`Passenger(first=a, last=b)`: a record with these fields; what was left out is `None`."""

    record: str
    fields: tuple[tuple[str, Instance], ...]
    instance: Instance


@dataclass(frozen=True, slots=True)
class LoopEntered:
    """A loop over `collection` starts, even if that is empty."""

    collection: Instance
    span: Span


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """An iteration of the innermost open loop; `element` is the loop variable's instance."""

    element: Instance


@dataclass(frozen=True, slots=True)
class LoopLeft:
    """The innermost open loop has ended."""


@dataclass(frozen=True, slots=True)
class BranchEntered:
    """A condition was tested: each of `tests` was made, in this order, and came out true."""

    tests: tuple[Predicate[Instance], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BranchLeft:
    """The innermost open branch has ended (even if no arm was executed)."""


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """Somebody is about to be asked whether the call that comes next may be made; `rules` are those that ask."""

    subtask: str
    arguments: tuple[Instance | None, ...]
    rules: tuple[str, ...]
    span: Span
    at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ApprovalAnswered:
    """The answer, `by` whom and perhaps `why`. If it is no, the call is not made and the run ends here."""

    subtask: str
    approved: bool
    by: str
    why: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A subtask is about to be called; an argument is `None` if its default is used."""

    subtask: str
    arguments: tuple[Instance | None, ...]
    nested: bool
    span: Span


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The call returned. `effects` are those that happened, with the values of their keys.

    `unreported` are `may` effects for which the tool did not report whether they happened.
    """

    subtask: str
    effects: tuple[tuple[str, tuple[object, ...]], ...]
    result: Instance | None
    unreported: tuple[tuple[str, tuple[object, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The call raised; the run ends here. `effects` may have happened before it did."""

    subtask: str
    effects: tuple[tuple[str, tuple[object, ...]], ...]
    error: str


@dataclass(frozen=True, slots=True)
class CallInDoubt:
    """The run was interrupted while the call ran, and ends here. `effects` may have happened, or some of them."""

    subtask: str
    effects: tuple[tuple[str, tuple[object, ...]], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class AccumulatorCreated:
    """`m = {}` or `xs = []`. The instance keeps its id; its value is `None` here, and its content where it is read."""

    is_map: bool
    instance: Instance
    span: Span


@dataclass(frozen=True, slots=True)
class AccumulatorWritten:
    """A write to an accumulator (identified by the instance id with which it was created)."""

    accumulator: int
    key: Instance | None
    value: Instance
    span: Span


@dataclass(frozen=True, slots=True)
class Returned:
    """The run completed, at a `return` or at the end."""

    instance: Instance | None


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run ended early outside a call: a missing key, an unresolved name, or a stop by a monitor."""

    reason: str
    span: Span | None


Event = (
    InputGiven
    | ConstantRead
    | Derived
    | ListMade
    | RecordMade
    | LoopEntered
    | RoundStarted
    | LoopLeft
    | BranchEntered
    | BranchLeft
    | ApprovalAsked
    | ApprovalAnswered
    | CallStarted
    | CallFinished
    | CallFailed
    | CallInDoubt
    | AccumulatorCreated
    | AccumulatorWritten
    | Returned
    | RunFailed
)

Observer = Callable[[Event], None]
"""Is shown each event before it takes effect."""


class StopRun(Exception):
    """Raised by an observer to end the run before the event takes effect."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The events of one run, in order."""

    events: tuple[Event, ...]

    @property
    def completed(self) -> bool:
        """Whether the run completed."""
        return bool(self.events) and isinstance(self.events[-1], Returned)

    @property
    def denied(self) -> bool:
        """Whether the run ended because a call was not approved; the call has not been made."""
        last = self.events[-1] if self.events else None
        return isinstance(last, ApprovalAnswered) and not last.approved
