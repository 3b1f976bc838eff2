"""Ranges of numbers say of their numbers what holds of all of them."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2c_dsl.ranges import NumberRange

NUMBERS = range(-3, 4)
limits = st.none() | st.sampled_from(NUMBERS)
ranges = st.builds(NumberRange, limits, limits).filter(lambda r: not r.is_empty)


def numbers(within: NumberRange) -> set[int]:
    return {n for n in range(-5, 6) if n in within}


@given(ranges, ranges)
def test_a_range_is_within_another_if_its_numbers_are(a: NumberRange, b: NumberRange) -> None:
    assert a.within(b) == (numbers(a) <= numbers(b))


@given(ranges, ranges)
def test_what_is_in_both(a: NumberRange, b: NumberRange) -> None:
    assert numbers(a.meet(b)) == numbers(a) & numbers(b)
    assert a.meet(b).is_empty == (not numbers(a) & numbers(b))


@given(ranges, ranges)
def test_the_hull_is_the_least_range_around_both(a: NumberRange, b: NumberRange) -> None:
    both = numbers(a) | numbers(b)
    assert numbers(a.hull(b)) == set(range(min(both), max(both) + 1))


@given(ranges, ranges)
def test_how_two_numbers_compare_is_known_where_all_compare_alike(a: NumberRange, b: NumberRange) -> None:
    pairs = list(product(numbers(a), numbers(b)))
    outcomes = {x <= y for x, y in pairs}
    assert a.at_most(b) == (outcomes.pop() if len(outcomes) == 1 else None)
    equal = {x == y for x, y in pairs}
    assert a.equal(b) == (equal.pop() if len(equal) == 1 else None)


@given(ranges)
def test_the_nearest_number_is_the_one_nearest_to_0(a: NumberRange) -> None:
    assert a.nearest in a
    assert abs(a.nearest) == min(map(abs, numbers(a)))


@pytest.mark.parametrize("foreign", ["1", None])
def test_only_numbers_are_in_a_range(foreign: object) -> None:
    assert foreign not in NumberRange()
