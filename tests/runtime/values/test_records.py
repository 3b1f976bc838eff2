"""Which objects stand for records, and what becomes of them in a run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from p2c_dsl.runtime.values import Fields, WrongValue, conform, field_of, thaw
from p2c_dsl.types import SetOf
from tests.runtime.values.objects import ORDER, RED, SPEC, Computed, Numbered, Order, Row, Slotted


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
