"""What is known about a run's values and the contents of its accumulators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from p2c_dsl.rules.definition import InformationSource, Origin, RunCall
from p2c_dsl.runtime.values import Distinct, comparable, elements_of, field_of
from p2c_dsl.runtime.values.frozen import FrozenList, FrozenMap
from p2c_dsl.spec import Spec
from p2c_dsl.types import ListOf, MapOf, Nominal, Optional, Record, SetOf, Type, supertypes

Place = tuple[Hashable, ...]
"""The value that something is a part of, and the path to it."""
Sources = frozenset[InformationSource]
NOTHING: Sources = frozenset()


@dataclass(frozen=True, slots=True)
class Traced:
    """A value of the run, as a definition sees it (a `Datum`).

    `keys` are the sources that decide which keys it has. `typed` are those that it depends on only because they are
    types that stand in its own. If it is the variable of a loop, `element_of` is the place of the loop's collection. If
    it is an accumulator, `accumulator` is its number.
    """

    held: object
    place: Place
    type: Type
    origins: frozenset[Origin] = frozenset()
    depends: Sources = NOTHING
    typed: Sources = NOTHING
    keys: Sources = NOTHING
    produced: bool = False
    answers: RunCall | None = None
    element_of: Place | None = None
    accumulator: int | None = None

    @property
    def value(self) -> Hashable:
        """A hashable object that is equal exactly when the values are."""
        return comparable(self.held)

    def field(self, *names: str) -> Hashable:
        """A hashable object for the value of the field that these names lead to."""
        return comparable(self._field(names))

    def _field(self, names: Iterable[str]) -> object:
        held = self.held
        for name in names:
            held = field_of(held, name)
        return held

    def elements(self, *fields: str) -> tuple[Hashable, ...]:
        """Stand-ins for the elements of the value, or of the field that these names lead to."""
        held = self._field(fields)
        if held is None:
            return ()
        is_collection = isinstance(held, Distinct | FrozenList | FrozenMap)
        return tuple(comparable(one) for one in (elements_of(held) if is_collection else (held,)))


@dataclass(slots=True)
class Contents:
    """The contents of an accumulator: for each key, the first instance of the key and the last value.

    Also those of a list or record that was made, `fields` by name; a field that was left out has no entry.
    """

    values: list[Traced] = field(default_factory=list)
    entries: dict[Hashable, tuple[Traced, Traced]] = field(default_factory=dict)
    fields: dict[str, Traced] = field(default_factory=dict)
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

    def put_in(self, name: str | None, value: Traced) -> None:
        """A part of what is made: a field, or an element."""
        if name is None:
            self.values.append(value)
        else:
            self.fields[name] = value
        self.origins.update(value.origins)

    def made_by(self) -> frozenset[Origin]:
        return frozenset(origin for origin, often in self.origins.items() if often > 0)


def held_types(of: Type, spec: Spec) -> set[Type]:
    """A type, and all types of the parts of its values."""
    held, pending = set[Type](), [of]
    while pending:
        part = pending.pop()
        if part in held:
            continue
        held.add(part)
        match part:
            case ListOf(element) | SetOf(element) | Optional(element):
                pending.append(element)
            case MapOf(key, value):
                pending += (key, value)
            case Record(name):
                pending += spec.records[name].values()
    return held


def may_be_one(held: Iterable[Type], wanted: Type) -> bool:
    """Whether values of one of the types may be of the wanted one: a declared `Place` may be a `Bistro`."""
    above = supertypes(wanted)
    return any(wanted in supertypes(of) or (isinstance(of, Nominal) and of in above) for of in held)
