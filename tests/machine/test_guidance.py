"""Which comparisons a rule can make use of."""

from __future__ import annotations

import pytest

from p2c_dsl.machine.guidance import Comparand, Compared
from p2c_dsl.machine.identity import Identity, constant_identity, slot
from p2c_dsl.machine.state import Value
from p2c_dsl.program.conditions import Predicate
from p2c_dsl.program.conditions import Test as Holds
from p2c_dsl.ranges import NumberRange
from p2c_dsl.types import ANY_SIZE, FLOAT, INT, TEXT, Type

AMOUNT = ("field", slot(0), "amount")


def value(identity: Identity, of: Type = INT) -> Value:
    return Value(identity, of, ANY_SIZE, False, ())


def number(of: int) -> Value:
    return value(constant_identity(of))


@pytest.mark.parametrize(
    ("side", "covered", "others"),
    [
        (Comparand(FLOAT), [value(slot(1)), value(AMOUNT)], [value(slot(1), TEXT)]),
        (Comparand(INT, "amount"), [value(AMOUNT)], [value(slot(0)), value(("field", slot(0), "total"))]),
        (Comparand(INT, numbers=NumberRange(None, 5)), [number(5), number(-1)], [number(6), value(slot(1))]),
        (Comparand(TEXT, constant=constant_identity("a")), [value(constant_identity("a"), TEXT)], [number(1)]),
    ],
)
def test_what_may_stand_on_one_side(side: Comparand, covered: list[Value], others: list[Value]) -> None:
    assert all(map(side.covers, covered))
    assert not any(map(side.covers, others))


LIMIT = Compared(Holds.AT_MOST, Comparand(INT, "amount"), Comparand(INT, numbers=NumberRange(None, 5)))


@pytest.mark.parametrize(
    ("test", "of", "asked"),
    [
        (Holds.AT_MOST, (value(AMOUNT), number(5)), True),
        (Holds.LESS, (value(AMOUNT), number(5)), True),
        (Holds.EQUAL, (value(AMOUNT), number(5)), True),
        (Holds.AT_LEAST, (number(5), value(AMOUNT)), True),
        (Holds.GREATER, (value(AMOUNT), number(5)), False),
        (Holds.AT_MOST, (number(5), value(AMOUNT)), False),
        (Holds.AT_MOST, (value(AMOUNT), number(6)), False),
    ],
)
def test_a_comparison_has_come_out_as_asked(test: Holds, of: tuple[Value, Value], asked: bool) -> None:
    assert LIMIT.asked(Predicate(test, of)) == asked
