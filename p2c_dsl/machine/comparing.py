"""What is known of how two values compare: for conditions, and for the proof of rules about arguments."""

from __future__ import annotations

from itertools import product
from math import ceil, floor
from typing import NamedTuple, Self, cast

from p2c_dsl.machine.facts import Facts, tested
from p2c_dsl.machine.identity import Identity, constant_identity, number_of
from p2c_dsl.program import Test
from p2c_dsl.ranges import Number, NumberRange
from p2c_dsl.types import INT, Type, is_subtype, range_of

_MOST_EQUAL = 24
"""How many values that equal a value are looked at."""
_MOST_IN_CHAIN = 60
"""How many values a chain of comparisons may lead to."""
Bound = tuple[Number, int]
"""A bound on a number, and whether the number is on this side of it (0), below it (-1) or above it (1)."""
_REVERSED = {"<": ">=", ">": "<="}
_TRUTHS = {constant_identity(True): Test.TRUE, constant_identity(False): Test.FALSE}


class Known(NamedTuple):
    """A value in a comparison: its value number, the numbers that it may be, and whether only whole ones."""

    identity: Identity
    numbers: NumberRange
    whole: bool = False

    @classmethod
    def of(cls, identity: Identity, type_: Type) -> Self:
        """A value of a type; a constant is what it is."""
        number = number_of(identity)
        numbers = range_of(type_) if number is None else NumberRange(number, number)
        return cls(identity, numbers, is_subtype(type_, INT))


def outcome(left: Known, operator: str, right: Known, facts: Facts) -> bool | None:
    """How two values compare, where that is known."""
    if operator in _REVERSED:
        opposite = outcome(left, _REVERSED[operator], right, facts)
        return None if opposite is None else not opposite
    if holds(left, operator, right, facts):
        return True
    return False if fails(left, operator, right, facts) else None


def fails(left: Known, operator: str, right: Known, facts: Facts) -> bool:
    """Whether two values are known not to compare like that."""
    if _by_bounds(left, operator, right) is False:
        return True
    match operator:
        case "<=":
            return _is_between(right, left, facts, strictly=True)
        case ">=":
            return _is_between(left, right, facts, strictly=True)
        case "==":
            return holds(left, "!=", right, facts)
    return holds(left, "==", right, facts)


def holds(left: Known, operator: str, right: Known, facts: Facts) -> bool:
    """Whether two values are known to compare like that."""
    if operator == ">=":
        return holds(right, "<=", left, facts)
    decided = _by_bounds(left, operator, right)
    if decided is not None:
        return decided
    pairs = product(_equals(left.identity, facts), _equals(right.identity, facts))
    if operator == "!=":
        apart = any(_are_different(one, other, facts) for one, other in pairs)
        return apart or any(_is_between(*way, facts, strictly=True) for way in ((left, right), (right, left)))
    if any(one == other or _truth(one, other, facts) is True for one, other in pairs):
        return True
    return operator == "<=" and _is_between(left, right, facts)


def _equals(value: Identity, facts: Facts) -> list[Identity]:
    """A value and those that it is known to equal: equal values have equal fields, and are found in the same place."""
    assert facts.elements is not None
    known = [value, *facts.elements.equal_to(value)]
    match value:
        case ("field", whole, name):
            known += [("field", one, name) for one in _equals(cast(Identity, whole), facts)[1:]]
        case ("item", whole, key):
            known += [("item", whole, one) for one in facts.elements.equal_to(cast(Identity, key))]
    return known[:_MOST_EQUAL]


def _are_different(one: Identity, other: Identity, facts: Facts) -> bool:
    return _are_two_constants(one, other) or facts.differ(one, other) or _truth(one, other, facts) is False


def _by_bounds(left: Known, operator: str, right: Known) -> bool | None:
    """Whether two numbers compare like that, where their bounds say so."""
    match operator:
        case "<=":
            return left.numbers.at_most(right.numbers)
        case ">=":
            return right.numbers.at_most(left.numbers)
    equal = left.numbers.equal(right.numbers)
    return equal if operator == "==" or equal is None else not equal


def _are_two_constants(left: Identity, right: Identity) -> bool:
    """Whether the values are different constants of one type."""
    match left, right:
        case ("constant", of, one), ("constant", also, other):
            return of == also and one != other
    return False


def _truth(left: Identity, right: Identity, facts: Facts) -> bool | None:
    """Whether a truth value is the given one, where that has been tested."""
    for value, wanted in ((left, right), (right, left)):
        test = _TRUTHS.get(wanted)
        if test is not None and tested(test, value) in facts.known:
            return True
        if test is not None and tested(test.opposite, value) in facts.known:
            return False
    return None


def _is_between(left: Known, right: Known, facts: Facts, strictly: bool = False) -> bool:
    """Whether what is known to be at least `left` is at most (or less than) what is known to be at most `right`."""
    above, below = _chain(left.identity, facts, 1), _chain(right.identity, facts, 2)
    if any(above[value] or below[value] or not strictly for value in above.keys() & below.keys()):
        return True
    highs = [_high(number, strict, left.whole) for number, strict in _numbers(above)]
    lows = [_low(number, strict, right.whole) for number, strict in _numbers(below)]
    highs += [] if left.numbers.high is None else [(left.numbers.high, 0)]
    lows += [] if right.numbers.low is None else [(right.numbers.low, 0)]
    if not highs or not lows:
        return False
    (high, _), (low, _) = least, greatest = min(highs), max(lows)
    return least < greatest if strictly else high <= low


def _numbers(chain: dict[object, bool]) -> list[tuple[Number, bool]]:
    """The numbers that a chain leads to, and whether a step to each is strict."""
    return [(number, strict) for value, strict in chain.items() if (number := number_of(value)) is not None]


def _high(number: Number, strict: bool, whole: bool) -> Bound:
    """What a value below a number (if `strict`) or not above it is at most, of whole numbers the greatest of these."""
    if not whole:
        return number, -strict
    return ceil(number) - 1 if strict else floor(number), 0


def _low(number: Number, strict: bool, whole: bool) -> Bound:
    """What a value above a number (if `strict`) or not below it is at least."""
    most, side = _high(-number, strict, whole)
    return -most, -side


def _chain(start: Identity, facts: Facts, side: int) -> dict[object, bool]:
    """What a chain of comparisons leads to from a value that stands on one side of the first one.

    With each, whether one of the comparisons on the way is strict.
    """
    assert facts.elements is not None
    found: dict[object, bool] = {start: False}
    pending = [start]
    while pending and len(found) < _MOST_IN_CHAIN:
        value = pending.pop()
        # From a number, chains lead to other numbers' chains: numbers are compared as they are.
        known = () if number_of(value) is not None and value != start else facts.elements.about(value)
        steps: list[tuple[object, bool]] = [
            (f[3 - side], f[0] == "lt" or facts.differ(value, cast(Identity, f[3 - side])))
            for f in known
            if f[0] in ("le", "lt") and f[side] == value
        ]
        steps += [(one, False) for one in facts.elements.equal_to(value)]
        for one, is_strict in steps:
            strict = found[value] or is_strict
            if one not in found or (strict and not found[one]):
                found[one] = strict
                pending.append(cast(Identity, one))
    return found
