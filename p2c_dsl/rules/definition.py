"""The meaning of a rule: a fold over the events of one concrete run.

A definition is meant to be read next to the rule's sentence in `docs/semantics.md`. It sees a run as it happens,
without abstraction, and does not depend on the machine that proves the rule. The run-time monitor folds definitions,
one event at a time, before the event takes effect.

`Datum` and `Started` carry the origin of a value and what it depends on. The interpreter tracks every value exactly
(`p2c_dsl.runtime.lineage`); an observer from outside can only use what is visible.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeVar

from p2c_dsl.program import Test
from p2c_dsl.rules.events import Event
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Type

S = TypeVar("S")
"""A definition's state: immutable, so that several continuations of a run can be followed from one point."""
Keys = tuple[Hashable, ...]


class Broken(Exception):
    """The event that comes next would break the rule; the message says how."""


# ---------------------------------------------------------------- values


class Producer(Enum):
    """The kind of producer of a value that no subtask produced."""

    INPUT = auto()
    CONSTANT = auto()
    LITERAL = auto()
    SUBTASK = auto()


Origin = tuple[Producer, str]
"""The producer of a value, with the name of the subtask or input (empty for other kinds)."""


@dataclass(frozen=True, slots=True)
class InformationSource:
    """A source of information: the results of an event, the values of a type, or the input of that name.

    The result of `via`, if there is one, does not depend on the source through the arguments of `via`.
    """

    name: str
    event: Event | None = None
    type: Type | None = None
    via: str | None = None

    def gives(self, subtask: Subtask) -> bool:
        """Whether the results of a subtask are the source's."""
        return self.event is not None and self.event.happens(subtask)

    def is_input(self, name: str) -> bool:
        """Whether it is the task's input of that name."""
        return self.event is None and self.type is None and self.name == name


class Datum(Protocol):
    """One occurrence of a value in a run: two equal results of two calls are two."""

    @property
    def value(self) -> Hashable:
        """A stand-in that is equal exactly when the values are."""

    @property
    def answers(self) -> RunCall | None:
        """The call whose result this is, even if it has been stored in an accumulator since."""

    @property
    def origins(self) -> frozenset[Origin]:
        """The producers of the value; for an accumulator, those of its elements or its map's values."""

    @property
    def depends(self) -> frozenset[InformationSource]:
        """Those sources named by definitions that the value depends on."""

    def elements(self, *fields: str) -> tuple[Hashable, ...]:
        """Stand-ins for the elements of the value, or of the field that these names lead to.

        Those of a map are its keys, `None` has none, and what is not a collection is its own only element.
        """

    def field(self, *names: str) -> Hashable:
        """A stand-in for the value of the field that these names lead to; for the value itself without names."""

    @property
    def produced(self) -> bool:
        """Whether it is all or part of the result of a call, and not of an input or a constant."""

    @property
    def place(self) -> tuple[Hashable, ...]:
        """The value that it is a part of, and the path to it: names of fields and values of keys."""


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class RunCall:
    """One call of a run. An argument is `None` if its default is used.

    `keys` are those of each effect clause of the subtask, `None` if they are unknown (`may anything`).
    """

    number: int
    subtask: Subtask
    arguments: tuple[Datum | None, ...]
    keys: tuple[Keys | None, ...]

    def value(self, parameter: int) -> Hashable:
        """The value of a parameter."""
        argument = self.arguments[parameter]
        return self.subtask.parameters[parameter].default if argument is None else argument.value

    def most(self, event: Event) -> int:
        """The greatest number of times that the call is the event: every `may` happens."""
        return len(event.occurrences(self.subtask))

    def keyed(self, event: Event, places: tuple[int, ...]) -> Iterator[Keys | None]:
        """The keys at these places, for each time that the call is or may be the event; `None` if they are unknown."""
        for occurrence in event.occurrences(self.subtask):
            yield self.keys_at(occurrence.clause, places)

    def keys_at(self, clause: int | None, places: tuple[int, ...]) -> Keys | None:
        """The keys at these places of an effect clause, or of the call itself (`None`); `None` if they are unknown."""
        if clause is None:
            return tuple(self.value(place) for place in places)
        keys = self.keys[clause]
        if keys is None:
            return None if places else ()
        return tuple(keys[place] for place in places)


@dataclass(frozen=True, slots=True)
class Given:
    """The run starts with this value of a task input."""

    name: str
    datum: Datum


@dataclass(frozen=True, slots=True)
class Approved:
    """Somebody who was asked about a call has approved it. It has not started yet."""

    call: RunCall


@dataclass(frozen=True, slots=True)
class Started:
    """A call is about to be made. `depends` are the sources that decide whether it is reached."""

    call: RunCall
    depends: frozenset[InformationSource]


@dataclass(frozen=True, slots=True)
class Completed:
    """A call returned: the numbers of the effect clauses that happened, and of those that were not reported."""

    call: RunCall
    happened: frozenset[int]
    unreported: frozenset[int] = frozenset()

    def sure(self, event: Event) -> int:
        """How often the call certainly was the event."""
        return sum(o.clause is None or o.clause in self.happened for o in event.occurrences(self.call.subtask))

    def sure_keys(self, event: Event, places: tuple[int, ...]) -> Iterator[Keys]:
        """The known keys at these places, for each time that the call certainly was the event."""
        for occurrence in event.occurrences(self.call.subtask):
            if occurrence.clause is None or occurrence.clause in self.happened:
                keys = self.call.keys_at(occurrence.clause, places)
                if keys is not None:
                    yield keys

    def possible_keys(self, event: Event, places: tuple[int, ...]) -> Iterator[Keys | None]:
        """The keys at these places, for each time that the call may have been the event; `None` if unknown."""
        for occurrence in event.occurrences(self.call.subtask):
            if self.may_have_been(occurrence.clause):
                yield self.call.keys_at(occurrence.clause, places)

    def most(self, event: Event) -> int:
        """How often the call may have been the event: unreported effects count."""
        return sum(self.may_have_been(o.clause) for o in event.occurrences(self.call.subtask))

    def may_have_been(self, clause: int | None) -> bool:
        """Whether an effect clause may have happened; `None` is the call itself."""
        return clause is None or clause in self.happened or clause in self.unreported


@dataclass(frozen=True, slots=True)
class Resulted:
    """A call that has completed has this result; comes right after `Completed`."""

    call: RunCall
    datum: Datum


@dataclass(frozen=True, slots=True)
class Failed:
    """A call failed, or its outcome is unknown: its effects may have happened, but it has not completed."""

    call: RunCall


@dataclass(frozen=True, slots=True)
class Tested:
    """A condition was tested, and `test` is true of the value."""

    datum: Datum
    test: Test


@dataclass(frozen=True, slots=True)
class Consumed:
    """A value is used: as an argument, as a loop's collection, in a write, or as the result."""

    datum: Datum


@dataclass(frozen=True, slots=True)
class Returning:
    """The run is about to complete with this value as its result; it has been consumed."""

    datum: Datum


RunEvent = Given | Approved | Started | Completed | Resulted | Failed | Tested | Consumed | Returning


class Definition(ABC, Generic[S]):
    """A rule's meaning for a run. `step` and `end` raise `Broken` if the rule would be broken."""

    @abstractmethod
    def start(self) -> S:
        """The state at the start of a run."""

    @abstractmethod
    def step(self, state: S, event: RunEvent) -> S:
        """The state after an event. Several calls may be open at a time."""

    def end(self, state: S) -> None:
        """Called when the run completes."""

    def asks(self) -> tuple[InformationSource, ...]:
        """The sources whose flow the rule restricts."""
        return ()


AnyDefinition = Definition[Any]
