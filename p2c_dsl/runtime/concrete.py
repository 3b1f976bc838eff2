"""The values of a run as the machine sees them: what they are is known, and so is which are equal.

A value's number says what it equals, its place which occurrence it is: two calls may give equal values, of
which one is consumed and the other is not.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from p2c_dsl.machine import CallSite, Machine, Origin, Part, State, Value
from p2c_dsl.machine.facts import Identity, constant_identity
from p2c_dsl.program import Program
from p2c_dsl.runtime.trace import Instance
from p2c_dsl.runtime.values import comparable, field_of
from p2c_dsl.spec import ConstantValue, EffectUse, EnumMember, Parameter, Subtask
from p2c_dsl.types import (
    BASES,
    BOTTOM,
    NONE,
    TEXT,
    UNKNOWN,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    join,
)

_CONSTANTS = (str, int, float, bool, type(None), EnumMember)


class Concrete:
    """The values that a run has handled so far, by their instances."""

    def __init__(self, program: Program, machine: Machine) -> None:
        self._program, self._machine = program, machine
        self._values: dict[int, Value] = {}
        self._accumulators: dict[int, tuple[Type, tuple[Any, ...]]] = {}
        self._written: dict[tuple[int, Identity], Value] = {}
        self._numbers: dict[Hashable, int] = {}

    def value(self, instance: Instance) -> Value:
        """What is known of an instance."""
        if instance.id not in self._accumulators:
            return self._values[instance.id]
        of, marks = self._accumulators[instance.id]
        return self._made(instance.value, of, marks, instance.id)

    def keys(self, subtask: Subtask, arguments: Sequence[Instance | None]) -> tuple[tuple[Value, ...], ...]:
        """For each of a call's effects, the values of its keys."""
        return tuple(self._keys(use, subtask, arguments) for use in subtask.effects)

    def identity(self, held: object) -> Identity:
        """The number that a value shares with all that equal it."""
        if type(held) in _CONSTANTS:
            return constant_identity(held)
        return ("constant", "value", self._numbers.setdefault(comparable(held), len(self._numbers)))

    # ------------------------------------------------------------ where values come from

    def given(self, instance: Instance, name: str) -> None:
        """A task input."""
        of = next(p.type for p in self._program.task.parameters if p.name == name)
        self._add(instance, of, self._machine.marks_of(Origin.INPUT, name, of))

    def constant(self, instance: Instance, name: str | None, free: bool) -> None:
        """A constant, enum member, `None` or free literal."""
        of = self._constant_type(name, instance.value)
        origin = Origin.LITERAL if free else Origin.CONSTANT
        self._add(instance, of, self._machine.marks_of(origin, name, of))

    def result(self, instance: Instance, site: CallSite, state: State) -> None:
        """What a call gave."""
        assert site.subtask.result is not None
        marks = tuple(f.result(state, site, self._machine.spec) for f in self._machine.facets)
        self._add(instance, site.subtask.result, marks)

    def element(self, instance: Instance, collection: Value, of: Type) -> None:
        """A loop's variable in one round."""
        self._add(instance, of, self._parts(collection, Part.ELEMENT, of, None))

    def field(self, instance: Instance, base: Instance, name: str) -> None:
        """A record's field."""
        whole = self.value(base)
        of = self._field_type(whole, name)
        self._add(instance, of, self._parts(whole, Part.FIELD, of, None), ("field", whole.occurrence, name))

    def item(self, instance: Instance, base: Instance, key: Instance) -> None:
        """What a map holds under a key."""
        whole, looked_up = self.value(base), self.value(key).identity
        of = whole.type.value if isinstance(whole.type, MapOf) else UNKNOWN
        marks = self._parts(whole, Part.ITEM, of, looked_up)
        written = self._written.get((base.id, looked_up))
        if written is not None:
            # Where the accumulator as a whole says nothing (`None`), the value written under this key does.
            marks = tuple(own if m is None else m for m, own in zip(marks, written.marks, strict=True))
        # Keys are known values here, so that two items of a map are two parts, as two fields are.
        self._add(instance, of, marks, ("field", whole.occurrence, looked_up))

    # ------------------------------------------------------------ accumulators

    def create(self, instance: Instance, is_map: bool) -> None:
        """A new accumulator."""
        of: Type = MapOf(BOTTOM, BOTTOM) if is_map else ListOf(BOTTOM)
        self._accumulators[instance.id] = of, tuple(f.empty() for f in self._machine.facets)

    def write(self, state: State, accumulator: int, key: Value | None, value: Value) -> None:
        """A write into an accumulator."""
        before, marks = self._accumulators[accumulator]
        facets = self._machine.facets
        gathered = tuple(f.gather(state, m, key, value) for f, m in zip(facets, marks, strict=True))
        of = ListOf(value.type) if key is None else MapOf(key.type, value.type)
        self._accumulators[accumulator] = join(before, of) or UNKNOWN, gathered
        if key is not None:
            self._written[accumulator, key.identity] = value

    # ------------------------------------------------------------ helpers

    def _add(self, instance: Instance, of: Type, marks: tuple[Any, ...], place: Any = None) -> None:
        self._values[instance.id] = self._made(instance.value, of, marks, place or instance.id)

    def _made(self, held: object, of: Type, marks: tuple[Any, ...], place: Any) -> Value:
        if isinstance(of, Optional):
            of = NONE if held is None else of.inner
        count = len(held) if isinstance(of, ListOf | SetOf | MapOf) and hasattr(held, "__len__") else 0
        return Value(self.identity(held), of, Size(count, count), False, marks, place)

    def _keys(
        self, use: EffectUse, subtask: Subtask, arguments: Sequence[Instance | None]
    ) -> tuple[Value, ...]:
        keys = []
        for path, of in zip(use.arguments, use.effect.keys, strict=True):
            if path is None:
                keys.append(self._machine.unknown(of))
                continue
            instance, parameter = arguments[path.parameter], subtask.parameters[path.parameter]
            held: object = parameter.default if instance is None else instance.value
            value = self._default(parameter) if instance is None else self.value(instance)
            for name in path.fields:
                held, of = field_of(held, name), self._field_type(value, name)
                value = self._made(held, of, self._parts(value, Part.FIELD, of, None), None)
            keys.append(value)
        return tuple(keys)

    def _default(self, parameter: Parameter) -> Value:
        marks = self._machine.default(parameter).marks
        return self._made(parameter.default, parameter.type, marks, None)

    def _field_type(self, whole: Value, name: str) -> Type:
        records = self._program.spec.records
        return records[whole.type.name].get(name, UNKNOWN) if isinstance(whole.type, Record) else UNKNOWN

    def _constant_type(self, name: str | None, value: ConstantValue | object) -> Type:
        constants = self._program.spec.constants_of(self._program.task)
        if name is not None and name in constants:
            return constants[name].type
        if isinstance(value, EnumMember):
            return self._program.spec.types[value.enum]
        return NONE if value is None else BASES.get(type(value).__name__.capitalize(), TEXT)

    def _parts(self, whole: Value, part: Part, of: Type, key: Identity | None) -> tuple[Any, ...]:
        machine = self._machine
        return tuple(
            f.part(m, part, of, machine.spec, key) for f, m in zip(machine.facets, whole.marks, strict=True)
        )
