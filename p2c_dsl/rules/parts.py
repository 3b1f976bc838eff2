"""What rules' lines name besides events, as the definitions and the proofs share it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from p2c_dsl.rules.definition import Completed, Keys, RunCall
from p2c_dsl.rules.events import Event
from p2c_dsl.spec import Subtask
from p2c_dsl.types import ListOf, MapOf, Optional, SetOf, Type, element_of, size_of

Places = tuple[int, ...]
"""Which keys of an effect, or which parameters of a subtask."""


@dataclass(frozen=True, slots=True)
class Range:
    """`in S`: the elements that a rule asks for something of. S is a task input, a field of one, or a subtask.

    Attributes:
        name: The input's or the subtask's name.
        of: The type of the value that has the elements.
        slot: The slot of the input; `None` for a subtask.
        fields: The fields that lead to the value.
    """

    name: str
    of: Type
    slot: int | None = None
    fields: tuple[str, ...] = ()

    @property
    def is_input(self) -> bool:
        """Whether the elements are those of an input, and not of a subtask's results."""
        return self.slot is not None

    @property
    def element(self) -> Type:
        """The type of the elements."""
        of = self.of.inner if isinstance(self.of, Optional) else self.of
        return element_of(of) or of

    @property
    def is_collection(self) -> bool:
        """Whether the value is a collection in every run."""
        return isinstance(self.of, ListOf | SetOf | MapOf)

    @property
    def may_be_empty(self) -> bool:
        """Whether there is no element in some runs."""
        return isinstance(self.of, Optional) or (self.is_collection and size_of(self.of).low == 0)

    @property
    def shown(self) -> str:
        """How the rule writes it, in backquotes."""
        return f"`{'.'.join((self.name, *self.fields))}`" if self.is_input else f"what `{self.name}` returns"


@dataclass(frozen=True, slots=True)
class Waiver:
    """`unless F`: waives what must happen, for the key at `places`, or for the whole run if there is none."""

    event: Event
    places: Places = ()

    def waives(self, event: Completed) -> Iterator[Keys]:
        """The keys for which a completed call of a run has waived; none are all."""
        yield from event.sure_keys(self.event, self.places)


@dataclass(frozen=True, slots=True)
class ArgumentPath:
    """`f.p.q`: the argument for a parameter, and the fields that lead from it to a value."""

    parameter: int
    fields: tuple[str, ...] = ()

    def value(self, call: RunCall) -> Hashable:
        """The value in a call of a run."""
        datum = call.arguments[self.parameter]
        return call.value(self.parameter) if datum is None else datum.field(*self.fields)

    def shown(self, subtask: Subtask) -> str:
        """How the rule writes it."""
        return ".".join((subtask.name, subtask.parameters[self.parameter].name, *self.fields))
