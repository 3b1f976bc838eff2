"""Which Python objects stand for a type's values, and how they are shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2c_dsl.ranges import NumberRange
from p2c_dsl.runtime.values import Distinct, Fields, WrongValue, conform, elements_of, item_of, shown, thaw
from p2c_dsl.types import BOOL, FLOAT, INT, TEXT, Bounded, ListOf, MapOf, NewType, Optional, SetOf, Size, Type
from tests.runtime.values.objects import COLOR, ORDER, RED, SPEC, USER, Basket, Order, Paint

SCORE = NewType("Score", Bounded(INT, NumberRange(0, 9)))


class TestTypes:
    @pytest.mark.parametrize(
        ("value", "of"),
        [
            (True, BOOL),
            (3, INT),
            (3, FLOAT),
            (3.5, FLOAT),
            ("a", TEXT),
            ("a@b", NewType("Email", TEXT)),
            ("ada", USER),
            (None, Optional(INT)),
            (3, Optional(INT)),
            (9, SCORE),
            (0.5, Bounded(FLOAT, NumberRange(0.5, None))),
        ],
    )
    def test_what_cannot_change_stays_as_it_is(self, value: object, of: Type) -> None:
        assert conform(value, of, SPEC) is value

    def test_of_a_nominal_value_the_very_object_comes_back(self) -> None:
        ada = ("ada", 1)
        assert conform(ada, USER, SPEC) == ada
        assert thaw(conform(ada, USER, SPEC)) is ada

    @pytest.mark.parametrize(
        ("value", "of"),
        [
            (1, BOOL),
            (True, INT),
            (3.0, INT),
            (True, FLOAT),
            (b"a", TEXT),
            (3, NewType("Email", TEXT)),
            (None, USER),
            (["ada"], USER),
            (Basket(), USER),
            ("blue", COLOR),
            ("abc", ListOf(TEXT)),
            ({"a"}, ListOf(TEXT)),
            ({"a": 1}, SetOf(TEXT)),
            (["a"], MapOf(TEXT, INT)),
            (-1, SCORE),
            (10, SCORE),
            (True, SCORE),
            (5.0, SCORE),
            (0.25, Bounded(FLOAT, NumberRange(0.5, None))),
            ([1, "a"], ListOf(INT)),
            ({"a": "b"}, MapOf(TEXT, INT)),
            ({"buyer": "ada", "color": "red"}, ORDER),
            (Order("ada", "blue"), ORDER),
            (float("nan"), FLOAT),
            (float("inf"), FLOAT),
            (float("nan"), USER),
            (Decimal("NaN"), USER),
        ],
    )
    def test_what_does_not_fit_is_refused(self, value: object, of: Type) -> None:
        with pytest.raises(WrongValue):
            conform(value, of, SPEC)

    @pytest.mark.parametrize("value", ["red", RED, Paint.red])
    def test_an_enums_member_may_be_given_by_its_name(self, value: object) -> None:
        assert conform(value, COLOR, SPEC) == RED

    def test_a_set_keeps_one_of_equal_elements_in_the_order_given(self) -> None:
        assert list(conform(["b", "a", "b"], SetOf(TEXT), SPEC)) == ["b", "a"]  # type: ignore[call-overload]

    @pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (2, True), (3, False)])
    def test_a_collections_bounds_are_kept(self, count: int, fits: bool) -> None:
        values = [str(n) for n in range(count)]
        for of in (ListOf(TEXT, Size(1, 2)), SetOf(TEXT, Size(1, 2)), MapOf(TEXT, TEXT, Size(1, 2))):
            given = dict.fromkeys(values, "x") if isinstance(of, MapOf) else values
            if fits:
                conform(given, of, SPEC)
            else:
                with pytest.raises(WrongValue, match=f"{count} elements do not fit"):
                    conform(given, of, SPEC)

    def test_repetitions_do_not_count_towards_a_sets_size(self) -> None:
        with pytest.raises(WrongValue, match="1 elements do not fit"):
            conform(["a", "a"], SetOf(TEXT, Size(2, None)), SPEC)


class TestCollections:
    def test_a_plain_set_is_gone_through_in_one_order(self) -> None:
        assert elements_of({"b", "c", "a"}) == ["a", "b", "c"]

    def test_a_map_yields_its_keys(self) -> None:
        assert elements_of({"b": 1, "a": 2}) == ["b", "a"]

    def test_a_tool_can_use_a_set_as_one(self) -> None:
        given = Distinct(["b", "a"])
        assert given & {"a", "c"} == {"a"}
        assert given <= {"a", "b"} and "b" in given and len(given) == 2
        assert frozenset({"a", "b"}) == given  # type: ignore[comparison-overlap]

    @pytest.mark.parametrize("key", ["x", ["x"], Basket()], ids=["missing", "a list", "looks hashable"])
    def test_a_key_that_a_map_cannot_have_is_missing(self, key: object) -> None:
        with pytest.raises(WrongValue, match="the map has no key"):
            item_of({"a": 1}, key)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (RED, "Color.red"),
        (Fields("Order", {"buyer": "ada"}), "Order(buyer='ada')"),
        ({"b", "a"}, "{'a', 'b'}"),
        (Distinct(["b", "a"]), "{'b', 'a'}"),
        ({"a": [1, None]}, "{'a': [1, None]}"),
        ("x" * 100, "'" + "x" * 58 + "…"),
    ],
)
def test_a_value_is_shown_in_short(value: object, text: str) -> None:
    assert shown(value) == text
