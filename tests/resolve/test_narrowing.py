"""Which types narrow which, and what becomes of a default."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.resolve import load_text
from p2c_dsl.resolve.narrowing import DoesNotFit, Narrowing
from p2c_dsl.spec import ConstantValue, EnumMember
from p2c_dsl.types import Type

DECLARED = """
type OrderId = Text
type Number = Int
type Place
type Bistro < Place
enum Mode:
    fast as "very fast"
    slow
enum Pace:
    quick as "very fast"
enum Odd:
    slow
    other
"""
NARROWING = Narrowing(load_text(DECLARED, "spec.p2c", Path()).spec.originals)


def of(text: str) -> Type:
    spec = load_text(f"{DECLARED}\nsubtask f(x: {text})", "spec.p2c", Path()).spec
    return spec.subtasks["f"].parameters[0].type


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Text", "Text"),
        ("OrderId", "Text"),
        ("Int", "Float"),
        ("Bistro", "Place"),
        ("Text", "Optional[Text]"),
        ("Mode", "Text"),
        ("Mode", "OrderId"),
        ("Pace", "Mode"),
        ("Optional[Mode]", "Optional[Text]"),
        ("Mode", "Optional[Text]"),
        ("List[Mode] >= 1 <= 3", "List[Text] <= 3"),
        ("Set[OrderId]", "Set[Text]"),
        ("Map[Mode, List[Number]]", "Map[Text, List[Int]]"),
    ],
)
def test_a_type_with_the_same_values_on_the_wire_narrows(new: str, old: str) -> None:
    assert NARROWING.narrows(of(new), of(old))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Text", "OrderId"),
        ("OrderId", "Int"),
        ("Float", "Int"),
        ("Place", "Bistro"),
        ("Optional[Text]", "Text"),
        ("Mode", "Int"),
        ("Mode", "Number"),
        ("Mode", "Place"),
        ("Mode", "Pace"),
        ("Odd", "Mode"),
        ("Text", "Mode"),
        ("List[Text]", "List[Text] <= 3"),
        ("Set[Text]", "List[Text]"),
        ("Map[Text, Mode]", "Map[Mode, Text]"),
        ("List[Optional[Mode]]", "List[Text]"),
    ],
)
def test_any_other_type_does_not(new: str, old: str) -> None:
    assert not NARROWING.narrows(of(new), of(old))


@pytest.mark.parametrize(
    ("value", "new", "kept"),
    [
        (3, "Number", 3),
        ("a", "OrderId", "a"),
        (None, "Optional[Mode]", None),
        ("very fast", "Mode", EnumMember("Mode", "fast")),
        ("slow", "Optional[Odd]", EnumMember("Odd", "slow")),
        (EnumMember("Mode", "fast"), "Pace", EnumMember("Pace", "quick")),
    ],
)
def test_a_default_becomes_a_value_of_the_narrower_type(value: ConstantValue, new: str, kept: object) -> None:
    assert NARROWING.default(value, of(new)) == kept


@pytest.mark.parametrize(
    ("value", "new", "shown", "help_"),
    [
        (None, "OrderId", "`None`", "write `Optional[OrderId]`"),
        (None, "Mode", "`None`", "write `Optional[Mode]`"),
        ("fast", "Mode", '"fast"', "add a member of `Mode` for it"),
        (EnumMember("Mode", "slow"), "Pace", '"slow"', "add a member of `Pace` for it"),
        (0.5, "Int", "`0.5`", "use a type that it is a value of"),
    ],
)
def test_a_default_that_is_none_is_refused_with_what_to_do(
    value: ConstantValue, new: str, shown: str, help_: str
) -> None:
    with pytest.raises(DoesNotFit) as refused:
        NARROWING.default(value, of(new))
    assert (refused.value.shown, refused.value.help) == (shown, help_)
