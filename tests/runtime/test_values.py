"""Which Python objects stand for a type's values, which of them are equal, and how they are shown."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import pytest

from p2c_dsl.runtime.values import (
    Distinct,
    Fields,
    WrongValue,
    comparable,
    conform,
    elements_of,
    field_of,
    item_of,
    shown,
)
from p2c_dsl.spec import EnumMember, Spec
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
)

USER, COLOR, ORDER = Nominal("User"), Enum("Color", ("red", "green")), Record("Order")
SPEC = Spec(records={"Order": {"buyer": USER, "color": COLOR, "tags": SetOf(TEXT)}})
RED = EnumMember("Color", "red")


class Paint(enum.Enum):
    red = 1


@dataclass(frozen=True)
class Order:
    buyer: str
    color: object = RED
    tags: Any = frozenset[str]()


@dataclass(frozen=True)
class Basket:
    """Looks hashable, and is not."""

    items: list[str] = field(default_factory=list)


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
            (("ada", 1), USER),
            (None, Optional(INT)),
            (3, Optional(INT)),
            (Order("ada"), ORDER),
        ],
    )
    def test_what_fits_stays_as_it_is(self, value: object, of: Type) -> None:
        assert conform(value, of, SPEC) is value

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
            ([1, "a"], ListOf(INT)),
            ({"a": "b"}, MapOf(TEXT, INT)),
            ({"buyer": "ada", "color": "red"}, ORDER),
            (Order("ada", "blue"), ORDER),
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
                with pytest.raises(WrongValue, match=f"{count} elements are not"):
                    conform(given, of, SPEC)

    def test_repetitions_do_not_count_towards_a_sets_size(self) -> None:
        with pytest.raises(WrongValue, match="1 elements are not"):
            conform(["a", "a"], SetOf(TEXT, Size(2, None)), SPEC)


class TestRecords:
    def test_a_mapping_becomes_one_that_can_be_a_key(self) -> None:
        record = conform({"buyer": "ada", "color": "red", "tags": ["x"]}, ORDER, SPEC)
        assert isinstance(record, Fields)
        assert record["color"] == RED
        assert {record: 1}[record] == 1

    def test_an_object_is_handed_on_itself_so_it_holds_true_values(self) -> None:
        with pytest.raises(WrongValue, match=r"hold 'red' as Color\.red itself"):
            conform(Order("ada", "red"), ORDER, SPEC)
        with pytest.raises(WrongValue, match="`tags`: an object has to hold"):
            conform(Order("ada", tags=("x", "x")), ORDER, SPEC)
        assert conform(Order("ada", tags=("x", "y")), ORDER, SPEC)

    def test_fields_are_items_or_attributes(self) -> None:
        assert field_of({"buyer": "ada"}, "buyer") == field_of(Order("ada"), "buyer") == "ada"
        with pytest.raises(WrongValue, match="no field `seller`"):
            field_of(Order("ada"), "seller")


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


class TestEquality:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (1, 1.0),
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
            (1, True),
            (0, False),
            ("1", 1),
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
