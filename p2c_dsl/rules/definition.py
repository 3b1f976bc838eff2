"""What a rule means: a fold over the events of one concrete run.

A definition is written to be read beside the rule's sentence in `docs/semantics.md`. It sees a run as it happens,
with no abstraction, and knows nothing of the machine that proves the rule. The run-time monitor folds definitions,
one event at a time, before the event takes effect.

Where a value comes from and what it depends on is given: `Datum` and `Started` carry it. The interpreter follows
every value exactly (`p2c_dsl.runtime.lineage`); who watches a run from outside has to go by what can be seen.
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
"""A definition's state: immutable, so that a run can be followed in several ways from one point."""
Keys = tuple[Hashable, ...]


class Broken(Exception):
    """The event that comes next would break the rule; the message says how."""


# ---------------------------------------------------------------- values


class Producer(Enum):
    """Who made a value, where no subtask did."""

    INPUT = auto()
    CONSTANT = auto()
    LITERAL = auto()
    SUBTASK = auto()


Origin = tuple[Producer, str]
"""Who made a value, and its name: of the subtask or input, empty for the others."""


@dataclass(frozen=True, slots=True)
class InformationSource:
    """What a run's information may come from: an event's results, a type's values, or an input of that name.

    The result of `via`, where one is named, does not depend on the source through what `via` was given.
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
        """The call whose very result this is, also when it was kept in an accumulator since."""

    @property
    def origins(self) -> frozenset[Origin]:
        """Who made it; of an accumulator, who made its elements or its map's values."""

    @property
    def depends(self) -> frozenset[InformationSource]:
        """The sources, of those that the definitions name, that it depends on."""

    @property
    def produced(self) -> bool:
        """Whether it comes from a call's result, whole or part, and not from an input or a constant."""

    @property
    def place(self) -> tuple[Hashable, ...]:
        """Which value it is a part of, and then the way to it: fields' names, and values of keys."""


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class RunCall:
    """One call of a run. An argument is `None` where the default stands in.

    `keys` are those of each effect clause of the subtask, `None` where nobody knows them (`may anything`).
    """

    number: int
    subtask: Subtask
    arguments: tuple[Datum | None, ...]
    keys: tuple[Keys | None, ...]

    def value(self, parameter: int) -> Hashable:
        """What a parameter stands for."""
        argument = self.arguments[parameter]
        return self.subtask.parameters[parameter].default if argument is None else argument.value

    def most(self, event: Event) -> int:
        """How often the call is the event at most: every `may` happens."""
        return len(event.occurrences(self.subtask))

    def keyed(self, event: Event, places: tuple[int, ...]) -> Iterator[Keys | None]:
        """The keys at these places, for each time that the call is, or may be, the event."""
        for occurrence in event.occurrences(self.subtask):
            if occurrence.clause is None:
                yield tuple(self.value(place) for place in places)
            else:
                keys = self.keys[occurrence.clause]
                yield None if keys is None else tuple(keys[place] for place in places)


@dataclass(frozen=True, slots=True)
class Started:
    """A call is about to be made. `depends` are the sources on which it depends whether it is reached."""

    call: RunCall
    depends: frozenset[InformationSource]


@dataclass(frozen=True, slots=True)
class Completed:
    """A call came back: by their numbers, the effect clauses that happened, and those that nobody reported."""

    call: RunCall
    happened: frozenset[int]
    unreported: frozenset[int] = frozenset()

    def sure(self, event: Event) -> int:
        """How often the call was the event, for certain."""
        return sum(
            o.clause is None or o.clause in self.happened for o in event.occurrences(self.call.subtask)
        )

    def most(self, event: Event) -> int:
        """How often the call was the event at most: what nobody reported happened."""
        return sum(self.may_have_been(o.clause) for o in event.occurrences(self.call.subtask))

    def may_have_been(self, clause: int | None) -> bool:
        """Whether an effect clause happened, as far as anybody knows; `None` is the call itself."""
        return clause is None or clause in self.happened or clause in self.unreported


@dataclass(frozen=True, slots=True)
class Failed:
    """A call failed, or is in doubt: what it does or may do may have happened, and it has not completed."""

    call: RunCall


@dataclass(frozen=True, slots=True)
class Tested:
    """A condition was tested, and `test` is what turned out true of the value."""

    datum: Datum
    test: Test


@dataclass(frozen=True, slots=True)
class Consumed:
    """A value is used: as an argument, as a loop's collection, in a write, or as the result."""

    datum: Datum


RunEvent = Started | Completed | Failed | Tested | Consumed


class Definition(ABC, Generic[S]):
    """What a rule says of a run. `step` and `end` raise `Broken` for what would break it."""

    @abstractmethod
    def start(self) -> S:
        """The state before anything has happened."""

    @abstractmethod
    def step(self, state: S, event: RunEvent) -> S:
        """The state after an event. Several calls may be open at a time."""

    def end(self, state: S) -> None:
        """The run completes here."""

    def asks(self) -> tuple[InformationSource, ...]:
        """The sources whose flow the rule is about."""
        return ()


AnyDefinition = Definition[Any]
