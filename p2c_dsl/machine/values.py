"""What the machine knows about operands: their types, sizes, identities and marks; and what it makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from p2c_dsl.machine import accumulators, typing
from p2c_dsl.machine.defects.accumulators import ReadEarly
from p2c_dsl.machine.elements import common_facts, member
from p2c_dsl.machine.facet import AnyFacet, FieldPart, ItemPart, MadeOf, Origin, Part, Violations
from p2c_dsl.machine.facts import Fact, filled, tested
from p2c_dsl.machine.identity import UNKNOWN as UNKNOWN_IDENTITY
from p2c_dsl.machine.identity import Identity, are_different_constants, constant_identity, mentions_moment_from, slot
from p2c_dsl.machine.outcomes import decided, facts_of
from p2c_dsl.machine.product import Product, reaching
from p2c_dsl.machine.state import Parts, State, Value
from p2c_dsl.program import ConstantOf, FieldOf, Hole, ItemOf, Operand, Test, Var, lookups, variables
from p2c_dsl.program.conditions import Condition, Predicate
from p2c_dsl.spec import Constant, KeyPath, Parameter, Spec, Subtask, Task
from p2c_dsl.types import (
    NONE,
    UNKNOWN,
    MapOf,
    NoneType,
    Optional,
    Record,
    SetOf,
    Type,
    is_comparable,
    size_of,
)


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
        return self._narrowed(state, self.value_of(identity, of, self.part_marks(base, FieldPart(name), of)))

    def _item(self, state: State, base: Value, key: Value) -> Value:
        of = typing.lookup_type(base.type, key.type)
        if of is None:
            return self._blank
        identity = ("item", base.identity, key.identity)
        return self._narrowed(state, self.value_of(identity, of, self.part_marks(base, ItemPart(key), of)))

    def part_marks(self, base: Value, part: Part, of: Type) -> Parts:
        """The marks of a part of a value."""
        return self.marks(self._parts, lambda at, f: f.part(at, base.marks[at.index], part, of, self.spec))

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

    def outcome(self, state: State, condition: Condition[Operand]) -> bool | None:
        """How a condition comes out, if that is known here."""
        return decided(state.facts, condition.map(lambda operand: self.value(state, operand)))

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


class Making(ValueQueries):
    """The steps that make a value of others: they ask nothing outside."""

    def __init__(self, spec: Spec, task: Task, facets: Sequence[AnyFacet]) -> None:
        super().__init__(spec, task, facets)
        self._makers = self.having("made")

    def read(self, state: State, operand: Operand, out: Violations) -> tuple[State, Value]:
        """The operand's value, with the accumulator that it reads (if any) frozen."""
        out = reaching(state, out)
        for number in variables(operand):
            acc = state.accumulators.get(number)
            if acc is None or acc.frozen:
                continue
            if acc.filled and acc.loop is not None:
                out.append(ReadEarly())
            state = accumulators.frozen(state, number)
        for item in lookups(operand):
            whole, at = self.value(state, item.base), self.value(state, item.key)
            typing.check_look_up(state, whole, at, out)
            state = self.look_up(state, whole, at, out)
            # A lookup of a missing key has ended the run.
            known = accumulators.inhabited(state, whole.identity)
            state = state._replace(facts=state.facts.learn(known)).learning([member(at.identity, whole.identity)])
        return state, self.value(state, operand)

    def make_list(self, state: State, elements: Sequence[Operand], out: Violations) -> State:
        """A list of these elements, in the next slot."""
        out = reaching(state, out)
        state, values = self._put_in(state, elements, out)
        of = typing.list_type(values, out)
        state = self._made(state, of, tuple((None, value) for value in values))
        whole = slot(state.slots - 1)
        value = state.values[state.slots - 1]
        distinct = all(_differ(a.identity, b.identity, state) for a, b in _pairs(values))
        state = state._replace(
            values=state.values.insert(state.slots - 1, value._replace(distinct=distinct)),
            facts=state.facts.learn([filled(whole)]),
        )
        return state.learning([*(member(v.identity, whole) for v in values), *_of_each(whole, values, state)])

    def make_record(self, state: State, record: Record, fields: Mapping[str, Operand], out: Violations) -> State:
        """A record with these fields, in the next slot; optional ones that are left out are `None`."""
        out = reaching(state, out)
        state, values = self._put_in(state, tuple(fields.values()), out)
        named = dict(zip(fields, values, strict=True))
        typing.check_fields(self.spec, record, named, out)
        state = self._made(state, record, tuple(named.items()))
        own = state.values[state.slots - 1]
        facts: set[Fact] = set()
        for name, of in self.spec.records[record.name].items():
            facts |= set(_of_field(("field", own.identity, name), of, named.get(name)))
        return state._replace(facts=state.facts.learn(facts))

    def _put_in(self, state: State, parts: Sequence[Operand], out: Violations) -> tuple[State, tuple[Value, ...]]:
        """The values of the parts, read one after the other, and used."""
        values: list[Value] = []
        for index, operand in enumerate(parts):
            state, value = self.read(state, operand, out)
            typing.check_part(index, operand, out)
            values.append(value)
        state = self.step(state, out)
        for index, value in enumerate(values):
            state = self.consume(state, value, out, index)
        return state, tuple(values)

    def _made(self, state: State, of: Type, parts: MadeOf) -> State:
        marks = self.marks(self._makers, lambda at, f: f.made(at, parts, of, self.spec))
        value = self.value_of(slot(state.slots), of, marks)
        return state._replace(values=state.values.insert(state.slots, value), slots=state.slots + 1)


def _differ(one: Identity, other: Identity, state: State) -> bool:
    return are_different_constants(one, other) or state.facts.differ(one, other)


def _pairs(values: Sequence[Value]) -> Iterator[tuple[Value, Value]]:
    return ((one, other) for index, one in enumerate(values) for other in values[:index])


def _of_each(whole: Identity, elements: Iterable[Value], state: State) -> Iterator[Fact]:
    """What is known of all elements, with a bound place for the element."""
    known = [common_facts(whole, None, v.identity, state.facts.elements) for v in elements]
    shared = frozenset.intersection(*known) if known else frozenset()
    # What has happened since a call is not said of elements.
    return (("all", whole, fact) for fact in shared if not mentions_moment_from(fact, 0))


def _of_field(field: Identity, of: Type, given: Value | None) -> Iterator[Fact]:
    """What is known of a field of a record that has been made: what was put in, `None` if nothing was."""
    if given is None or isinstance(given.type, NoneType):
        yield tested(Test.NONE, field)
        return
    if isinstance(of, Optional) and not isinstance(given.type, Optional):
        yield tested(Test.SOME, field)
    if is_comparable(given.type):
        own = Value(field, given.type, given.size, given.distinct, given.marks)
        yield from facts_of(Predicate(Test.EQUAL, (own, given)))
