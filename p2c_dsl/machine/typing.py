"""The machine's own checks: every value fits where it is used; accumulators are filled in one loop, then read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from p2c_dsl.machine.accumulators import is_never_a_key
from p2c_dsl.machine.defects.accumulators import NeverFound, WrittenLate, WrittenOutside, WrongKind
from p2c_dsl.machine.defects.values import (
    MOST_NESTED,
    BadComparison,
    BadReturn,
    BadTest,
    FreeLiteral,
    LiteralCompared,
    LiteralPutIn,
    Mismatch,
    NoJoin,
    ReturnInLoop,
    TooDeep,
    Unhashable,
    UnlikeElements,
)
from p2c_dsl.machine.facet import Violations
from p2c_dsl.machine.identity import VariableSlot, number_of
from p2c_dsl.machine.state import Accumulator, State, Value
from p2c_dsl.program import ConstantOf, Operand
from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.ranges import NumberRange
from p2c_dsl.spec import Parameter, Spec, Task
from p2c_dsl.types import (
    BOOL,
    BOTTOM,
    FLOAT,
    UNKNOWN,
    Bounded,
    ListOf,
    MapOf,
    NewType,
    NoneType,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    Unknown,
    allows_literal,
    bounded,
    is_comparable,
    is_subtype,
    join,
    may_share,
    range_of,
)


def fits(value: Value, operand: Operand, parameter: Parameter) -> bool:
    """Whether a value may be passed for a parameter."""
    out: Violations = []
    check_argument(0, value, operand, parameter, out)
    return not out


def check_argument(index: int, value: Value, operand: Operand, parameter: Parameter, out: Violations) -> None:
    """Checks that the argument's type fits, and that a free literal is allowed."""
    written = isinstance(operand, ConstantOf) and operand.free
    allowed = not written or parameter.literal or allows_literal(parameter.type)
    wanted = as_written(parameter.type) if written and allowed else parameter.type
    if not is_subtype(_type_of(operand, value), wanted):
        number = number_of(value.identity) if written else None
        out.append(Mismatch(parameter.name, parameter.type, value.type, number, argument=index))
    elif not allowed:
        out.append(FreeLiteral(parameter.name, argument=index))


def as_written(of: Type) -> Type:
    """The type that a literal must have to stand for a value of a type: new types, it is of none by itself."""
    match of:
        case Optional(inner):
            return Optional(as_written(inner))
        case NewType(_, base) | Bounded(base):
            return bounded(as_written(base), range_of(of))
    return of


def _type_of(operand: Operand, value: Value) -> Type:
    """An argument's type; a number that is written out has no other value, and so the bounds of this one."""
    if not (isinstance(operand, ConstantOf) and operand.free):
        return value.type
    number = number_of(value.identity)
    return value.type if number is None else bounded(value.type, NumberRange(number, number))


def field_type(spec: Spec, of: Type, name: str) -> Type | None:
    """The type of a record's field, `None` if there is no such field."""
    return spec.records.get(of.name, {}).get(name) if isinstance(of, Record) else None


def lookup_type(of: Type, key: Type) -> Type | None:
    """The type of a map's value for a key of type `key`, `None` if this lookup is not possible."""
    return of.value if isinstance(of, MapOf) and is_subtype(key, of.key) else None


def check_look_up(state: State, whole: Value, key: Value, out: Violations) -> None:
    """Checks that some run can find the key in an accumulator."""
    number = whole.identity.number if isinstance(whole.identity, VariableSlot) else None
    acc = None if number is None else state.accumulators.get(number)
    if acc is not None and is_never_a_key(acc, key.identity):
        assert acc.keys is not None
        found = key._replace(identity=("item", whole.identity, key.identity))
        out.append(NeverFound(found, acc.keys))


def check_part(index: int, operand: Operand, out: Violations) -> None:
    """Checks that what is put into a list or a record is not a free literal."""
    if isinstance(operand, ConstantOf) and operand.free:
        out.append(LiteralPutIn(argument=index))


def list_type(elements: Sequence[Value], out: Violations) -> ListOf:
    """The type of a list of these elements; unknown elements where they have no common type."""
    joined: Type = BOTTOM
    for index, element in enumerate(elements):
        common = join(joined, element.type)
        if common is None:
            out.append(UnlikeElements(joined, element.type, argument=index))
        joined = UNKNOWN if common is None else common
    if _depth(joined) >= MOST_NESTED:
        out.append(TooDeep())
        joined = UNKNOWN
    return ListOf(joined, Size(len(elements), len(elements)))


def check_fields(spec: Spec, record: Record, fields: Mapping[str, Value], out: Violations) -> None:
    """Checks that the values of a record's fields have the fields' types."""
    for index, (name, value) in enumerate(fields.items()):
        of = spec.records[record.name][name]
        if not is_subtype(value.type, of):
            out.append(Mismatch(f"{record.name}.{name}", of, value.type, argument=index))


def check_test(predicate: Predicate[Value], out: Violations) -> None:
    """Checks that a truth test gets a Bool, and a `None` test an Optional."""
    test, (value,) = predicate.test, predicate.of
    if isinstance(value.type, Unknown):
        return
    if test in (Test.TRUE, Test.FALSE):
        fine = is_subtype(value.type, BOOL)
    else:
        fine = isinstance(value.type, Optional | NoneType)
    if not fine:
        out.append(BadTest(value.type, test))


def check_comparison(predicate: Predicate[Value], operands: tuple[Operand, ...], out: Violations) -> None:
    """Checks that two values can be compared, and that none of them is a free literal."""
    test, (one, other) = predicate.test, predicate.of
    if isinstance(one.type, Unknown) or isinstance(other.type, Unknown):
        return
    literal = operands[1] if isinstance(operands[1], ConstantOf) and operands[1].free else operands[0]
    beside = one if literal is operands[1] else other
    if test.orders:
        fine = is_subtype(one.type, FLOAT) and is_subtype(other.type, FLOAT)
    else:
        fine = all(is_comparable(v.type) and not isinstance(v.type, NoneType) for v in predicate.of)
        fine = fine and may_share(one.type, other.type)
    if not fine:
        out.append(BadComparison(test, one.type, other.type))
    elif isinstance(literal, ConstantOf) and literal.free and not allows_literal(beside.type):
        out.append(LiteralCompared(beside.type))


def check_write(acc: Accumulator, key: Value | None, out: Violations) -> bool:
    """Whether the accumulator can be written to here and in this way."""
    before = len(out)
    if acc.is_map != (key is not None):
        out.append(WrongKind(acc.is_map))
    elif acc.frozen:
        out.append(WrittenLate())
    elif acc.loop is None:
        out.append(WrittenOutside(acc.is_map))
    if key is not None and not is_comparable(key.type):
        out.append(Unhashable(key.type))
    return len(out) == before


def check_joined(
    acc: Accumulator,
    key: Value | None,
    value: Value,
    key_type: Type | None,
    value_type: Type | None,
    out: Violations,
) -> bool:
    """Whether the written value has a common type with the values written before."""
    before = len(out)
    if key is not None and key_type is None:
        out.append(NoJoin("keys", acc.key, key.type))
    if value_type is None:
        out.append(NoJoin("values", acc.value, value.type))
    elif _depth(value_type) > MOST_NESTED:
        out.append(TooDeep())
    return len(out) == before


def joinable(acc: Accumulator, key: Type | None, value: Type | None) -> bool:
    """Whether a key's type, or a value's, has a common type with what the accumulator holds."""
    if key is not None and (not is_comparable(key) or join(acc.key, key) is None):
        return False
    joined = BOTTOM if value is None else join(acc.value, value)
    return joined is not None and _depth(joined) <= MOST_NESTED


def _depth(t: Type) -> int:
    match t:
        case ListOf(element) | SetOf(element) | MapOf(_, element) | Optional(element):
            return 1 + _depth(element)
    return 0


def check_return(value: Value | None, task: Task, in_loop: bool, out: Violations) -> None:
    """Checks that the returned value has the task's result type, and that `return` is outside loops."""
    if in_loop:
        out.append(ReturnInLoop())
    if value is None:
        if task.result is not None:
            out.append(BadReturn(task.result, None))
    elif task.result is None or not is_subtype(value.type, task.result):
        out.append(BadReturn(task.result, value.type))
