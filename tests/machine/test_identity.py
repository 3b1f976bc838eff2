"""Value numbers: what is one value, and what a number is about."""

from __future__ import annotations

import pickle
from copy import deepcopy

from p2c_dsl.machine.identity import bound, constant_identity, mentions_slot_from, number_of, replaced, slot
from p2c_dsl.spec import EnumMember


def test_equal_constants_have_equal_numbers_and_others_have_not() -> None:
    assert constant_identity(1) == constant_identity(1.0)
    different = [True, 1, "1", None, EnumMember("Kind", "red"), EnumMember("Color", "red"), "Kind.red"]
    assert len({constant_identity(value) for value in different}) == len(different)


def test_a_member_is_no_number_whatever_its_enum_is_called() -> None:
    assert [number_of(constant_identity(value)) for value in (EnumMember("int", "one"), 1, True)] == [None, 1, None]


def test_a_slot_is_one_object_and_no_number() -> None:
    assert slot(3) is slot(3) and slot(3) != 3 and slot(3) != bound(3)
    assert pickle.loads(pickle.dumps(slot(3))) is slot(3) and deepcopy(bound(1)) is bound(1)


def test_a_number_is_about_the_slots_inside_it() -> None:
    assert mentions_slot_from(("field", ("item", slot(2), slot(7)), "a"), 7)
    assert not mentions_slot_from(("field", slot(2), "a"), 7)


def test_a_position_of_a_parameter_is_not_a_slot() -> None:
    assert not mentions_slot_from(("checked", "approved", (0, 7, 9), (slot(2),)), 7)


def test_what_is_put_in_stands_for_the_value_and_its_parts() -> None:
    about = ("item", ("field", slot(4), "owner"), slot(4))
    assert replaced(about, slot(4), bound(0)) == ("item", ("field", bound(0), "owner"), bound(0))
    assert replaced(about, slot(5), bound(0)) == about


def test_a_constant_is_not_looked_into() -> None:
    assert replaced(("constant", "str", "x"), slot(4), bound(0)) == ("constant", "str", "x")
