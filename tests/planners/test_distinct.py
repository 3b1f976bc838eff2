"""Different plans from draws that repeat themselves."""

from __future__ import annotations

import warnings
from itertools import count, repeat

import pytest

from p2c_dsl.planners.distinct import FewerPlans, distinct


def test_repetitions_are_left_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(distinct("abacad", 3)) == ["a", "b", "c"]
        assert list(distinct("aabb", None)) == ["a", "b"]


def test_no_more_is_drawn_than_is_wanted() -> None:
    draws = map(str, count())
    assert list(distinct(draws, 2)) == ["0", "1"] and next(draws) == "2"


def test_it_gives_up_and_says_so_when_nothing_new_comes() -> None:
    with pytest.warns(FewerPlans, match="found 1 of 2 different plans: 30 further draws found no new plan"):
        assert list(distinct(repeat("a"), 2)) == ["a"]
    with pytest.warns(FewerPlans, match=r"found 2 of 4 different plans$"):
        assert list(distinct("ab", 4)) == ["a", "b"]
