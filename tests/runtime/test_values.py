"""Which Python objects stand for a type's values, which of them are equal, and how they are shown."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from p2c_dsl.runtime.values import (
    Distinct,
    Fields,
    Freezer,
    WrongValue,
    comparable,
    conform,
    elements_of,
    field_of,
    item_of,
    shown,
    thaw,
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


class Row(NamedTuple):
    buyer: str
    color: object
    tags: Any


class Slotted:
    __slots__ = ("buyer", "color", "tags")

    def __init__(self, buyer: str, color: object, tags: Any) -> None:
        self.buyer, self.color, self.tags = buyer, color, tags


class Computed:
    """Another buyer each time that it is asked."""

    color = RED
    tags = ("x",)

    def __init__(self) -> None:
        self._buyers = iter(["ada", "ben", "cleo"])

    @property
    def buyer(self) -> str:
        return next(self._buyers)


@dataclass
class Numbered:
    number: int
    buyer: str
    color: object = RED
    tags: Any = frozenset[str]()


class Name(str):
    pass


class Known(enum.StrEnum):
    ada = "ada"


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
                with pytest.raises(WrongValue, match=f"{count} elements are not"):
                    conform(given, of, SPEC)

    def test_repetitions_do_not_count_towards_a_sets_size(self) -> None:
        with pytest.raises(WrongValue, match="1 elements are not"):
            conform(["a", "a"], SetOf(TEXT, Size(2, None)), SPEC)


class TestRecords:
    def test_a_mapping_comes_back_as_one_that_can_be_a_key(self) -> None:
        record = thaw(conform({"buyer": "ada", "color": "red", "tags": ["x"], "more": [1]}, ORDER, SPEC))
        assert isinstance(record, Fields)
        assert record == {"buyer": "ada", "color": RED, "tags": {"x"}, "more": [1]}
        assert {record: 1}[record] == 1

    def test_an_object_comes_back_as_another_of_its_class_with_true_values(self) -> None:
        given = Order("ada", "red", ("x", "x"))
        thawed = thaw(conform(given, ORDER, SPEC))
        assert type(thawed) is Order and thawed is not given
        assert thawed == Order("ada", RED, ("x",))

    @pytest.mark.parametrize(
        "given",
        [
            Row("ada", RED, frozenset("x")),
            SimpleNamespace(buyer="ada", color=RED, tags={"x"}),
            Slotted("ada", RED, ["x"]),
            Computed(),
        ],
        ids=["a named tuple", "a namespace", "slots", "properties"],
    )
    def test_whatever_kind_of_object_it_is_it_has_the_same_attributes(self, given: Any) -> None:
        thawed = thaw(conform(given, ORDER, SPEC))
        assert (thawed.buyer, thawed.color, set(thawed.tags)) == ("ada", RED, {"x"})
        assert isinstance(thawed, type(given)) or type(given) is Computed

    def test_a_field_is_read_once(self) -> None:
        found = conform(Computed(), ORDER, SPEC)
        assert [thaw(found).buyer, thaw(found).buyer, found["buyer"]] == ["ada"] * 3

    def test_objects_are_equal_by_all_that_they_hold(self) -> None:
        """What no plan can see of them makes two of them two."""
        orders = [Numbered(1, "ada"), Numbered(1, "ada"), Numbered(2, "ada")]
        found = conform(orders, SetOf(ORDER), SPEC)
        assert [order.number for order in thaw(found)] == [1, 2]

    @pytest.mark.parametrize(
        "given",
        [
            {"buyer": "ada", "color": "red", "tags": [], "more": [[1]]},
            SimpleNamespace(buyer="ada", color="red", tags=(), more=[[1]]),
        ],
        ids=["a mapping", "an object"],
    )
    def test_what_its_type_does_not_declare_is_carried_along_and_not_shared(self, given: Any) -> None:
        held = given if isinstance(given, dict) else vars(given)
        record = conform(given, ORDER, SPEC)
        for changed in (held, thaw(record)):
            (changed if isinstance(changed, dict) else vars(changed))["more"][0].append(2)
        again = thaw(record)
        assert (again if isinstance(again, dict) else vars(again))["more"] == [[1]]

    @pytest.mark.parametrize(
        "given",
        [
            Order("ada"),
            Numbered(1, "ada"),
            Row("ada", RED, ()),
            {"buyer": "ada", "color": RED, "tags": []},
            Computed(),
        ],
        ids=["hashable", "not hashable", "a named tuple", "a mapping", "properties"],
    )
    def test_it_equals_itself_when_a_tool_gives_it_back(self, given: Any) -> None:
        record = conform(given, ORDER, SPEC)
        again = conform(thaw(record), ORDER, SPEC)
        assert again == record and hash(again) == hash(record)

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
