"""What happened in a run, as a list of events that can be judged without the program.

Every value that a run handles is an `Instance`: two equal values from two calls are two
instances, which is how provenance and information flow stay visible in a trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from p2c_dsl.program import Test
from p2c_dsl.syntax.span import Span


class AnyKey(Enum):
    """The key of an effect of which nobody knows with what key it happened."""

    ANY = "?"


@dataclass(frozen=True, slots=True)
class Instance:
    """One occurrence of a value; `id` is unique within the run.

    `value` is one as runs hold them (`p2c_dsl.runtime.frozen`): nobody can change it, it can be a key, and it equals
    another exactly when Python says so of what came in. So are the keys of effects.
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
    """A part of an instance: its field `field`, or for `key` the value that a map holds there."""

    base: Instance
    field: str | None
    key: Instance | None
    instance: Instance


@dataclass(frozen=True, slots=True)
class LoopEntered:
    """A loop begins over `collection`, even when that is empty."""

    collection: Instance
    span: Span


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """A round of the innermost open loop; `element` is the loop variable's instance."""

    element: Instance


@dataclass(frozen=True, slots=True)
class LoopLeft:
    """The innermost open loop is over."""


@dataclass(frozen=True, slots=True)
class BranchEntered:
    """A condition was tested: `holds` is the test that turned out true of the instance."""

    tested: Instance
    holds: Test
    span: Span


@dataclass(frozen=True, slots=True)
class BranchLeft:
    """The innermost open branch is over (also when no arm had anything to do)."""


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A subtask is about to be called; an argument is `None` where the default stands in."""

    subtask: str
    arguments: tuple[Instance | None, ...]
    nested: bool
    span: Span


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The call came back. `effects` are those that happened, with the values of their keys.

    `unreported` are `may` effects of which the tool did not say whether they happened.
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
    """`m = {}` or `xs = []`. The instance's id stays; its value is `None` here, and what it holds where it is read."""

    is_map: bool
    instance: Instance
    span: Span


@dataclass(frozen=True, slots=True)
class AccumulatorWritten:
    """A write into an accumulator (named by the instance id it was created with)."""

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
    """The run broke off outside a call: a missing key, an unresolved name, a monitor's stop."""

    reason: str
    span: Span | None


Event = (
    InputGiven
    | ConstantRead
    | Derived
    | LoopEntered
    | RoundStarted
    | LoopLeft
    | BranchEntered
    | BranchLeft
    | CallStarted
    | CallFinished
    | CallFailed
    | CallInDoubt
    | AccumulatorCreated
    | AccumulatorWritten
    | Returned
    | RunFailed
)


@dataclass(frozen=True, slots=True)
class Trace:
    """The events of one run, in order."""

    events: tuple[Event, ...]

    @property
    def completed(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.events) and isinstance(self.events[-1], Returned)
