"""The machine's own objections to values that do not fit where they are used, and to where `return` stands."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.machine.defects import Defect
from p2c_dsl.machine.facet import Explanation, Narrator
from p2c_dsl.program import Test
from p2c_dsl.types import BOOL, Bounded, MapOf, NoneType, Optional, SetOf, Type, is_comparable, is_subtype, show

MOST_NESTED = 12
"""How deep accumulators may be nested, which keeps types small and fast to compare."""


@dataclass(frozen=True, slots=True, eq=False)
class Mismatch(Defect):
    """An argument of another type than the parameter's."""

    fixed = "P2C230"
    name: str
    expected: Type
    actual: Type
    number: float | None = None
    """The number that is written out, if it is one."""

    def explain(self, narrator: Narrator) -> Explanation:
        actual = show(self.actual) if self.number is None else f"{self.number} ({show(self.actual)})"
        return Explanation(
            f"`{self.name}` takes {show(self.expected)}, but this is {actual}",
            _conversion_help(self.expected, self.actual),
        )


@dataclass(frozen=True, slots=True, eq=False)
class FreeLiteral(Defect):
    """A literal for a parameter that does not take literals."""

    fixed = "P2C231"
    name: str

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            f"`{self.name}` does not take a free literal",
            "declare it as a `constant`, or allow it with `literal` in the parameter's type",
        )


@dataclass(frozen=True, slots=True, eq=False)
class NotACollection(Defect):
    """A loop over something that is not a collection."""

    fixed = "P2C232"
    actual: Type

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            f"a loop needs a List, Set or Map, but this is {show(self.actual)}",
            "test it with `is not None` first" if isinstance(self.actual, Optional) else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class BadTest(Defect):
    """A condition on a value that cannot be tested in this way."""

    fixed = "P2C233"
    actual: Type
    test: Test

    def explain(self, narrator: Narrator) -> Explanation:
        wanted = "Bool" if self.test in (Test.TRUE, Test.FALSE) else "Optional"
        hint = "write `is not None`" if isinstance(self.actual, Optional) else None
        return Explanation(f"this condition needs {wanted}, but the value is {show(self.actual)}", hint)


_COMPARING = "call a subtask that compares them"


@dataclass(frozen=True, slots=True, eq=False)
class BadComparison(Defect):
    """A comparison of values that are never equal, or that have no order."""

    fixed = "P2C245"
    test: Test
    one: Type
    other: Type

    def explain(self, narrator: Narrator) -> Explanation:
        shown = f"{show(self.one)} and {show(self.other)}"
        if self.test.orders:
            return Explanation(f"only numbers have an order, but these are {shown}", _COMPARING)
        for of in (self.one, self.other):
            if isinstance(of, NoneType):
                return Explanation("`None` is not compared", "write `is None` or `is not None`")
            if not is_comparable(of):
                return Explanation(f"collections are not compared, but one of these is {show(of)}", _COMPARING)
        return Explanation(f"these values are never equal: they are {shown}", "compare values of one type")


@dataclass(frozen=True, slots=True, eq=False)
class LiteralCompared(Defect):
    """A free literal in a comparison."""

    fixed = "P2C231"
    of: Type

    def explain(self, narrator: Narrator) -> Explanation:
        if self.of == BOOL:
            return Explanation("a Bool is not compared with a literal", "write `if x:` or `if not x:`")
        return Explanation(
            "a free literal cannot be compared",
            f"declare it as a `constant` of type {show(self.of)}, so that what decides has a name",
        )


@dataclass(frozen=True, slots=True, eq=False)
class LiteralPutIn(Defect):
    """A free literal as a part of a list or a record."""

    fixed = "P2C231"

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            "a free literal cannot be put into a list or a record",
            "declare it as a `constant`, so that what the composition adds has a name",
        )


@dataclass(frozen=True, slots=True, eq=False)
class UnlikeElements(Defect):
    """Elements of a list that have no common type."""

    fixed = "P2C234"
    one: Type
    other: Type

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            f"the list's elements are {show(self.one)}, but this is {show(self.other)}",
            "make a list for each type, or a record with a field for each",
        )


@dataclass(frozen=True, slots=True, eq=False)
class NoJoin(Defect):
    """Keys or values of an accumulator that have no common type."""

    fixed = "P2C234"
    where: str
    one: Type
    other: Type

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            f"the accumulator's {self.where} are {show(self.one)}, but this is {show(self.other)}",
            "use a separate accumulator for each type",
        )


@dataclass(frozen=True, slots=True, eq=False)
class BadReturn(Defect):
    """A result of another type than the task declares; `None` stands for no result."""

    fixed = "P2C235"
    expected: Type | None
    actual: Type | None

    def explain(self, narrator: Narrator) -> Explanation:
        promised = "nothing" if self.expected is None else show(self.expected)
        if self.actual is None:
            return Explanation(f"the task returns {promised}, but this path returns nothing")
        given = "this returns" if self.expected is None else "this is"
        return Explanation(f"the task returns {promised}, but {given} {show(self.actual)}")


@dataclass(frozen=True, slots=True, eq=False)
class Unhashable(Defect):
    """A value that cannot be a key of a map."""

    fixed = "P2C236"
    actual: Type

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(f"{show(self.actual)} cannot be a key of a map")


@dataclass(frozen=True, slots=True, eq=False)
class TooDeep(Defect):
    """Collections that are nested too deeply."""

    fixed = "P2C239"

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            f"these collections are nested more than {MOST_NESTED} levels deep",
            "call a subtask that combines them",
        )


@dataclass(frozen=True, slots=True, eq=False)
class ReturnInLoop(Defect):
    """A `return` inside a loop."""

    fixed = "P2C174"

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            "`return` is not allowed inside a loop",
            "collect the values in an accumulator and return it after the loop",
        )


def _conversion_help(expected: Type, actual: Type) -> str | None:
    if isinstance(actual, Optional) and is_subtype(actual.inner, expected):
        return "it may be None: test it with `is not None` first"
    if is_subtype(_unbounded(actual), _unbounded(expected)):
        return "declare a size bound on the collection"
    if isinstance(expected, Bounded) and is_subtype(actual, expected.base):
        return "use a number within these bounds, or a value whose type has them"
    return None


def _unbounded(t: Type) -> Type:
    match t:
        case MapOf(key, value):
            return MapOf(_unbounded(key), _unbounded(value))
        case SetOf(element):
            return SetOf(_unbounded(element))
    return t
