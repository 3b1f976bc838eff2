"""What is known about a run's values and the contents of its accumulators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from p2c_dsl.rules.definition import InformationSource, Origin, RunCall
from p2c_dsl.runtime.values import comparable
from p2c_dsl.types import Type

Place = tuple[Hashable, ...]
"""The value that something is a part of, and the path to it."""
Sources = frozenset[InformationSource]
NOTHING: Sources = frozenset()


@dataclass(frozen=True, slots=True)
class Traced:
    """A value of the run, as a definition sees it (a `Datum`).

    `keys` are the sources that decide which keys it has. If it is the variable of a loop, `element_of` is the place of
    the loop's collection. If it is an accumulator, `accumulator` is its number.
    """

    held: object
    place: Place
    type: Type
    origins: frozenset[Origin] = frozenset()
    depends: Sources = NOTHING
    keys: Sources = NOTHING
    produced: bool = False
    answers: RunCall | None = None
    element_of: Place | None = None
    accumulator: int | None = None

    @property
    def value(self) -> Hashable:
        """A hashable object that is equal exactly when the values are."""
        return comparable(self.held)


@dataclass(slots=True)
class Contents:
    """The contents of an accumulator: for each key, the first instance of the key and the last value."""

    values: list[Traced] = field(default_factory=list)
    entries: dict[Hashable, tuple[Traced, Traced]] = field(default_factory=dict)
    origins: Counter[Origin] = field(default_factory=Counter)

    def write(self, key: Traced | None, value: Traced) -> None:
        if key is None:
            self.values.append(value)
        else:
            at = key.value
            first, before = self.entries.get(at, (key, None))
            if before is not None:
                self.origins.subtract(before.origins)
            self.entries[at] = first, value
        self.origins.update(value.origins)

    def made_by(self) -> frozenset[Origin]:
        return frozenset(origin for origin, often in self.origins.items() if often > 0)
