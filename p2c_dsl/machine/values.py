"""What the machine knows about operands: their values, with types, sizes, identities and the facets' marks."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.machine import accumulators, typing
from p2c_dsl.machine.facet import AnyFacet, Origin, Part
from p2c_dsl.machine.facts import tested
from p2c_dsl.machine.identity import UNKNOWN as UNKNOWN_IDENTITY
from p2c_dsl.machine.identity import Identity, constant_identity
from p2c_dsl.machine.product import Product
from p2c_dsl.machine.state import Parts, State, Value
from p2c_dsl.program import ConstantOf, FieldOf, Hole, ItemOf, Operand, Test, Var
from p2c_dsl.spec import Constant, KeyPath, Parameter, Spec, Subtask, Task
from p2c_dsl.types import NONE, UNKNOWN, MapOf, Optional, SetOf, Type, size_of


class ValueQueries(Product):
    """The read-only half of the machine: it does not change states.

    Attributes:
        spec, task: What is analysed.
    """

    def __init__(self, spec: Spec, task: Task, facets: Sequence[AnyFacet]) -> None:
        super().__init__(facets)
        self.spec = spec
        self.task = task
        self._sources, self._parts = self.having("source"), self.having("part")
        self._blank = Value(
            UNKNOWN_IDENTITY, UNKNOWN, size_of(UNKNOWN), False, self.marks_of(Origin.UNKNOWN, None, UNKNOWN)
        )

    def value(self, state: State, operand: Operand) -> Value:
        """The value of an operand; a blank value if the operand does not resolve."""
        match operand:
            case Var(number):
                acc = state.accumulators.get(number)
                value = accumulators.as_value(number, acc) if acc is not None else state.values.get(number)
                return self._blank if value is None else self._narrowed(state, value)
            case FieldOf(base, name):
                return self.field(state, self.value(state, base), name)
            case ItemOf(base, key):
                return self._item(state, self.value(state, base), self.value(state, key))
            case ConstantOf():
                return self.constant(operand)
            case Hole():
                return self._blank

    def constant(self, constant: ConstantOf) -> Value:
        """A constant as a value."""
        origin = Origin.LITERAL if constant.free else Origin.CONSTANT
        marks = self.marks_of(origin, constant.name, constant.type)
        return self.value_of(constant_identity(constant.value), constant.type, marks)

    def field(self, state: State, base: Value, name: str) -> Value:
        """A record's field; blank if the base has no such field."""
        of = typing.field_type(self.spec, base.type, name)
        if of is None:
            return self._blank
        identity = ("field", base.identity, name)
        return self._narrowed(state, self.value_of(identity, of, self.part_marks(base, Part.FIELD, of)))

    def _item(self, state: State, base: Value, key: Value) -> Value:
        of = typing.lookup_type(base.type, key.type)
        if of is None:
            return self._blank
        identity = ("item", base.identity, key.identity)
        return self._narrowed(state, self.value_of(identity, of, self.part_marks(base, Part.ITEM, of, key)))

    def part_marks(self, base: Value, part: Part, of: Type, key: Value | None = None) -> Parts:
        """The marks of a part of a value."""
        return self.marks(self._parts, lambda at, f: f.part(at, base.marks[at.index], part, of, self.spec, key))

    def value_of(self, identity: Identity, of: Type, marks: Parts) -> Value:
        """A value of a type, with the size bounds of the type."""
        return Value(identity, of, size_of(of), isinstance(of, SetOf | MapOf), marks)

    def marks_of(self, origin: Origin, name: str | None, of: Type) -> Parts:
        """The marks of a value that no subtask produced."""
        return self.marks(self._sources, lambda _, f: f.source(origin, name, of, self.spec))

    def _narrowed(self, state: State, value: Value) -> Value:
        if isinstance(value.type, Optional):
            known = state.facts.known
            if tested(Test.SOME, value.identity) in known:
                inner = value.type.inner
                distinct = isinstance(inner, SetOf | MapOf)
                return value._replace(type=inner, size=size_of(inner), distinct=distinct)
            if tested(Test.NONE, value.identity) in known:
                return value._replace(type=NONE)
        return value

    def keys(self, state: State, subtask: Subtask, values: Sequence[Value | None]) -> tuple[tuple[Value, ...], ...]:
        """The keys of each of a call's effects."""
        return tuple(
            tuple(
                self.unknown(of) if path is None else self._key(state, subtask, values, path)
                for path, of in zip(use.arguments, use.effect.keys, strict=True)
            )
            for use in subtask.effects
        )

    def _key(self, state: State, subtask: Subtask, values: Sequence[Value | None], path: KeyPath) -> Value:
        value = values[path.parameter] or self.default(subtask.parameters[path.parameter])
        for name in path.fields:
            value = self.field(state, value, name)
        return value

    def unknown(self, of: Type) -> Value:
        """A value of which only the type is known."""
        return self.value_of(UNKNOWN_IDENTITY, of, self.marks_of(Origin.UNKNOWN, None, of))

    def default(self, parameter: Parameter) -> Value:
        """The value that replaces an omitted argument."""
        of = NONE if parameter.default is None else parameter.type
        return self.constant(ConstantOf(parameter.default, of))

    def named(self, constant: Constant) -> ConstantOf:
        """A named constant as an operand."""
        return ConstantOf(constant.value, constant.type, constant.name)
