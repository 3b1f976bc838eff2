"""The machine's own checks, which no rule asks for: types, and how accumulators may be used."""

from __future__ import annotations

from p2c_dsl.machine.facet import Explanation, Facet, Narrator, Violation
from p2c_dsl.machine.state import Accumulator, Value
from p2c_dsl.program import ConstantOf, Operand, Test
from p2c_dsl.spec import Parameter, Spec, Task
from p2c_dsl.types import (
    BOOL,
    BOTTOM,
    Bottom,
    ListOf,
    MapOf,
    NoneType,
    Optional,
    Record,
    SetOf,
    Type,
    Unknown,
    allows_literal,
    is_subtype,
    join,
    show,
)


class Types(Facet):
    """Every value fits where it is used."""

    text = "types"

    def mismatch(self, argument: int, expected: Type, actual: Type, name: str) -> Violation:
        return Violation(self, "P2C230", ("argument", expected, actual, name), argument)

    def free_literal(self, argument: int, name: str) -> Violation:
        return Violation(self, "P2C231", ("literal", name), argument)

    def not_a_collection(self, actual: Type) -> Violation:
        return Violation(self, "P2C232", ("loop", actual))

    def bad_test(self, actual: Type, test: Test) -> Violation:
        return Violation(self, "P2C233", ("test", actual, test))

    def no_join(self, where: str, one: Type, other: Type) -> Violation:
        return Violation(self, "P2C234", ("join", where, one, other))

    def bad_return(self, expected: Type | None, actual: Type | None) -> Violation:
        return Violation(self, "P2C235", ("return", expected, actual))

    def unhashable(self, actual: Type) -> Violation:
        return Violation(self, "P2C236", ("key", actual))

    def too_deep(self) -> Violation:
        return Violation(self, "P2C239", ("deep",))

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        match violation.details:
            case ("argument", expected, actual, name):
                help_ = _conversion_help(expected, actual)
                return Explanation(f"`{name}` takes {show(expected)}, but this is {show(actual)}", help_)
            case ("literal", name):
                return Explanation(
                    f"`{name}` does not take a free literal",
                    "declare it as a `constant`, or allow it with `literal` in the parameter's type",
                )
            case ("loop", actual):
                return Explanation(
                    f"a loop needs a List, Set or Map, but this is {show(actual)}",
                    "test it with `is not None` first" if isinstance(actual, Optional) else None,
                )
            case ("test", actual, test):
                wanted = "Bool" if test in (Test.TRUE, Test.FALSE) else "Optional"
                hint = "write `is not None`" if isinstance(actual, Optional) else None
                return Explanation(f"this condition needs {wanted}, but this is {show(actual)}", hint)
            case ("join", where, one, other):
                return Explanation(
                    f"the accumulator's {where} are {show(one)}, but this is {show(other)}",
                    "collect values of one type in one accumulator",
                )
            case ("return", None, actual):
                return Explanation(f"the task returns nothing, but this returns {show(actual)}")
            case ("return", expected, None):
                return Explanation(f"the task returns {show(expected)}, but this path returns nothing")
            case ("return", expected, actual):
                return Explanation(f"the task returns {show(expected)}, but this is {show(actual)}")
            case ("deep",):
                return Explanation(
                    f"these collections are nested more than {MOST_NESTED} deep",
                    "let a subtask put them together",
                )
            case ("key", actual):
                return Explanation(f"{show(actual)} cannot be a map's key")
        raise ValueError(violation.details)


class Scope(Facet):
    """Accumulators are filled in one loop, and read only after it."""

    text = "accumulators"

    def read_early(self, slot: int) -> Violation:
        return Violation(self, "P2C170", ("read", slot))

    def not_in_loop(self, slot: int) -> Violation:
        return Violation(self, "P2C171", ("outside", slot))

    def frozen(self, slot: int) -> Violation:
        return Violation(self, "P2C172", ("frozen", slot))

    def wrong_kind(self, slot: int, is_map: bool) -> Violation:
        return Violation(self, "P2C173", ("kind", slot, is_map))

    def return_in_loop(self) -> Violation:
        return Violation(self, "P2C174", ("return",))

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        match violation.details[0]:
            case "read":
                return Explanation(
                    "this accumulator is read while it is still being filled",
                    "read it after the loop that fills it",
                )
            case "outside":
                return Explanation(
                    "an accumulator is written only inside the first loop that follows it",
                    "move this into that loop, or create the accumulator just before the loop that fills it",
                )
            case "frozen":
                return Explanation(
                    "this accumulator is closed: it was read, or the loop that fills it is over",
                    "collect into a new accumulator",
                )
            case "kind":
                written = "`m[key] = value`" if violation.details[2] else "`xs.append(value)`"
                return Explanation(f"this accumulator is written with {written}")
            case _:
                return Explanation(
                    "`return` may not stand inside a loop",
                    "collect into an accumulator and return after the loop",
                )


MOST_NESTED = 12
"""How deep accumulators may hold one another: types stay small, and so does the work on them."""

TYPES = Types()
SCOPE = Scope()


def fits(value: Value, operand: Operand, parameter: Parameter) -> bool:
    """Whether a value may be passed for a parameter."""
    out: list[Violation] = []
    check_argument(0, value, operand, parameter, out)
    return not out


def check_argument(
    index: int, value: Value, operand: Operand, parameter: Parameter, out: list[Violation]
) -> None:
    """The argument's type fits, and a free literal is welcome."""
    if not is_subtype(value.type, parameter.type):
        out.append(TYPES.mismatch(index, parameter.type, value.type, parameter.name))
    elif (
        isinstance(operand, ConstantOf)
        and operand.free
        and not (parameter.literal or allows_literal(parameter.type))
    ):
        out.append(TYPES.free_literal(index, parameter.name))


def field_type(spec: Spec, of: Type, name: str) -> Type | None:
    """The type of a record's field, `None` where there is no such field."""
    return spec.records.get(of.name, {}).get(name) if isinstance(of, Record) else None


def lookup_type(of: Type, key: Type) -> Type | None:
    """The type of what a map holds under a key of type `key`, `None` where it cannot be looked up so."""
    return of.value if isinstance(of, MapOf) and is_subtype(key, of.key) else None


def check_test(value: Value, test: Test, out: list[Violation]) -> None:
    """A truth test needs a Bool, a `None` test an Optional."""
    if isinstance(value.type, Unknown):
        return
    if test in (Test.TRUE, Test.FALSE):
        fine = is_subtype(value.type, BOOL)
    else:
        fine = isinstance(value.type, Optional | NoneType)
    if not fine:
        out.append(TYPES.bad_test(value.type, test))


def check_write(slot: int, acc: Accumulator, key: Value | None, out: list[Violation]) -> bool:
    """Whether the accumulator can be written here and so."""
    before = len(out)
    if acc.is_map != (key is not None):
        out.append(SCOPE.wrong_kind(slot, acc.is_map))
    elif acc.frozen:
        out.append(SCOPE.frozen(slot))
    elif acc.loop is None:
        out.append(SCOPE.not_in_loop(slot))
    if key is not None and isinstance(key.type, ListOf | SetOf | MapOf):
        out.append(TYPES.unhashable(key.type))
    return len(out) == before


def check_joined(
    acc: Accumulator,
    key: Value | None,
    value: Value,
    key_type: Type | None,
    value_type: Type | None,
    out: list[Violation],
) -> bool:
    """Whether what is written has a common type with what was written before."""
    before = len(out)
    if key is not None and key_type is None:
        out.append(TYPES.no_join("keys", acc.key, key.type))
    if value_type is None:
        out.append(TYPES.no_join("values", acc.value, value.type))
    elif _depth(value_type) > MOST_NESTED:
        out.append(TYPES.too_deep())
    return len(out) == before


def joinable(acc: Accumulator, key: Type | None, value: Type | None) -> bool:
    """Whether a key's type, or a value's, has a common type with what the accumulator holds."""
    if key is not None and (isinstance(key, ListOf | SetOf | MapOf) or join(acc.key, key) is None):
        return False
    joined = BOTTOM if value is None else join(acc.value, value)
    return joined is not None and _depth(joined) <= MOST_NESTED


def _depth(t: Type) -> int:
    match t:
        case ListOf(element) | SetOf(element) | MapOf(_, element) | Optional(element):
            return 1 + _depth(element)
    return 0


def check_return(value: Value | None, task: Task, in_loop: bool, out: list[Violation]) -> None:
    """What is returned is what the task promises, and `return` stands outside loops."""
    if in_loop:
        out.append(SCOPE.return_in_loop())
    if value is None:
        if task.result is not None:
            out.append(TYPES.bad_return(task.result, None))
    elif task.result is None or not is_subtype(value.type, task.result):
        out.append(TYPES.bad_return(task.result, value.type))


def _conversion_help(expected: Type, actual: Type) -> str | None:
    if isinstance(actual, Optional) and is_subtype(actual.inner, expected):
        return "it may be None: test it with `is not None` first"
    if is_subtype(_unbounded(actual), _unbounded(expected)):
        return "declare a bound on the collection's size"
    if isinstance(actual, Bottom):
        return None
    return None


def _unbounded(t: Type) -> Type:
    match t:
        case MapOf(key, value):
            return MapOf(_unbounded(key), _unbounded(value))
        case SetOf(element):
            return SetOf(_unbounded(element))
    return t
