"""Conditions: a tree of tests, over operands in a program, and over values where it has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

V = TypeVar("V")
W = TypeVar("W")


class Test(StrEnum):
    """What is tested: that a value is true, false, `None` or not `None`, or how it compares with another."""

    TRUE = "true"
    FALSE = "false"
    NONE = "none"
    SOME = "some"
    EQUAL = "eq"
    DIFFERENT = "ne"
    LESS = "lt"
    AT_MOST = "le"
    GREATER = "gt"
    AT_LEAST = "ge"

    @property
    def opposite(self) -> Test:
        """The test that is true exactly when this one is false."""
        return _OPPOSITES[self]

    @property
    def compares(self) -> bool:
        """Whether it is a test of two values."""
        return self in _FORMS and "{1}" in _FORMS[self]

    @property
    def orders(self) -> bool:
        """Whether it compares by order, so that both values have to be numbers."""
        return self in (Test.LESS, Test.AT_MOST, Test.GREATER, Test.AT_LEAST)

    def text(self, *values: str) -> str:
        """The test as a composition writes it."""
        return _FORMS[self].format(*values)


_PAIRS = (
    (Test.TRUE, Test.FALSE),
    (Test.NONE, Test.SOME),
    (Test.EQUAL, Test.DIFFERENT),
    (Test.LESS, Test.AT_LEAST),
    (Test.AT_MOST, Test.GREATER),
)
_OPPOSITES = {**dict(_PAIRS), **{other: one for one, other in _PAIRS}}
_FORMS = {
    Test.TRUE: "{0}",
    Test.FALSE: "not {0}",
    Test.NONE: "{0} is None",
    Test.SOME: "{0} is not None",
    Test.EQUAL: "{0} == {1}",
    Test.DIFFERENT: "{0} != {1}",
    Test.LESS: "{0} < {1}",
    Test.AT_MOST: "{0} <= {1}",
    Test.GREATER: "{0} > {1}",
    Test.AT_LEAST: "{0} >= {1}",
}
COMPARISONS = {_FORMS[test].split()[1]: test for test in Test if "{1}" in _FORMS[test]}
"""The tests of two values by their operators."""


@dataclass(frozen=True, slots=True)
class Predicate(Generic[V]):
    """One test, of one value or of two."""

    test: Test
    of: tuple[V, ...]

    @property
    def negated(self) -> Predicate[V]:
        """The condition that is true exactly when this one is false."""
        return Predicate(self.test.opposite, self.of)

    def predicates(self) -> Iterator[Predicate[V]]:
        """Its tests, in the order in which they are made."""
        yield self

    def map(self, change: Callable[[V], W]) -> Predicate[W]:
        """The condition with other values, which are computed in the order in which they are tested."""
        return Predicate(self.test, tuple(change(value) for value in self.of))


@dataclass(frozen=True, slots=True)
class Junction(Generic[V]):
    """Conditions of which all hold (`every`, for `and`), or at least one (for `or`)."""

    every: bool
    parts: tuple[Condition[V], ...]

    @property
    def negated(self) -> Junction[V]:
        """See `Predicate.negated`. The tests stay in their order, and as many of them are made."""
        return Junction(not self.every, tuple(part.negated for part in self.parts))

    def predicates(self) -> Iterator[Predicate[V]]:
        """See `Predicate.predicates`."""
        for part in self.parts:
            yield from part.predicates()

    def map(self, change: Callable[[V], W]) -> Junction[W]:
        """See `Predicate.map`."""
        return Junction(self.every, tuple(part.map(change) for part in self.parts))


Condition = Predicate[V] | Junction[V]


def values_of(condition: Condition[V]) -> tuple[V, ...]:
    """All values that a condition tests, in the order of the text."""
    return tuple(value for predicate in condition.predicates() for value in predicate.of)


def condition_text(condition: Condition[V], show: Callable[[V], str]) -> str:
    """A condition as a composition writes it."""
    if isinstance(condition, Predicate):
        return condition.test.text(*map(show, condition.of))
    # No brackets around an `or` as a whole, nor around an `and` within it.
    texts = [
        f"({text})" if condition.every and isinstance(part, Junction) else text
        for part in condition.parts
        for text in (condition_text(part, show),)
    ]
    return (" and " if condition.every else " or ").join(texts)
