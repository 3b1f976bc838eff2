"""Which Python objects are one value."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction

import pytest

from p2c_dsl.runtime.values import Distinct, Fields, Freezer, comparable, conform, thaw
from p2c_dsl.types import SetOf
from tests.runtime.values.objects import SPEC, USER, Basket, Known, Name, Order


class TestEquality:
    def test_it_is_the_same_in_a_run_and_out_of_it(self) -> None:
        given = [Name("ada"), Known.ada, "ada", 1, True, Decimal(1), 1.0]
        assert thaw(conform(given, SetOf(USER), SPEC)) == {"ada", 1}

    def test_a_number_of_numpy_is_the_number(self) -> None:
        numpy = pytest.importorskip("numpy")
        given = [numpy.int64(1), 1, numpy.str_("a"), "a"]
        assert len(conform(given, SetOf(USER), SPEC)) == 2

    def test_one_object_is_one_key_whatever_becomes_of_its_hash(self) -> None:
        class Moody:
            hash = 1

            def __hash__(self) -> int:
                return self.hash

        freezer, moody = Freezer(SPEC), Moody()
        before = freezer(moody, USER)
        moody.hash = 2
        assert freezer(moody, USER) == before and hash(freezer(moody, USER)) == hash(before)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (1, 1.0),
            (1, True),
            (1, Decimal(1)),
            (1, Fraction(1)),
            (True, Decimal(1)),
            ("ada", Name("ada")),
            ("ada", Known.ada),
            (Name("ada"), Known.ada),
            ([1, 2], (1, 2)),
            ({1, 2}, Distinct([2, 1])),
            ({"a": [1]}, Fields("Order", {"a": (1,)})),
            (Order("ada"), Order("ada")),
            (Basket(["x"]), Basket(["x"])),
        ],
    )
    def test_equal_values_have_one_stand_in(self, one: object, other: object) -> None:
        assert comparable(one) == comparable(other)
        assert hash(comparable(one)) == hash(comparable(other))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("1", 1),
            (Name("ada"), Known("ada").name.upper()),
            ([1, 2], [2, 1]),
            ([1], {1}),
            ([], {}),
            (Order("ada"), Order("ben")),
            (Basket(["x"]), Basket(["y"])),
        ],
    )
    def test_different_values_have_two(self, one: object, other: object) -> None:
        assert comparable(one) != comparable(other)

    def test_there_is_one_for_everything(self) -> None:
        assert all(isinstance(comparable(v), Hashable) for v in ([[]], {1: {2: [3]}}, Basket(), object()))
