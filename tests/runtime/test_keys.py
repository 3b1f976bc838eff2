"""The monitor counts per key, and keys are one when Python says that they are equal."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.monitor import RuleMonitor
from tests.runtime.texts import program

MAILING = program("""
type K
effect send(K) irreversible
subtask items() -> List[K]
subtask mail(x: K):
    does send(x)
task t():
    at most 1 send per K
compose t():
    for x in items():
        mail(x)
""")


class Name(str):
    pass


class Known(enum.StrEnum):
    ada = "ada"


class Same:
    """Equal to any other, with a hash of its own choice."""

    def __init__(self, hash_: int) -> None:
        self.hash = hash_

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same)

    def __hash__(self) -> int:
        return self.hash


def sent(keys: list[Any]) -> int:
    """How many mails go out before the monitor stops the run."""
    found: list[Any] = []
    run(MAILING, {}, {"items": lambda: keys, "mail": found.append}, RuleMonitor(MAILING))
    return len(found)


@pytest.mark.parametrize(
    "keys",
    [
        ["ada", Name("ada")],
        ["ada", Known.ada],
        [Name("ada"), Known.ada],
        [1, True],
        [1, 1.0],
        [1, Decimal(1)],
        [True, Fraction(1)],
        [0.0, -0.0],
        [("ada", 1), (Name("ada"), True)],
        [Same(1), Same(1)],
    ],
)
def test_equal_keys_are_one(keys: list[Any]) -> None:
    assert sent(keys) == 1


@pytest.mark.parametrize("keys", [["ada", "Ada"], [1, "1"], [object(), object()]])
def test_others_are_two(keys: list[Any]) -> None:
    assert sent(keys) == 2


def test_one_object_is_one_key_though_a_tool_changes_its_hash() -> None:
    moody, found = Same(1), list[Same]()

    def mail(x: Same) -> None:
        found.append(x)
        x.hash += 1

    run(MAILING, {}, {"items": lambda: [moody, moody], "mail": mail}, RuleMonitor(MAILING))
    assert found == [moody]


def test_what_a_class_does_not_compare_counts_if_a_plan_can_see_it() -> None:
    @dataclass(frozen=True)
    class Order:
        number: str
        owner: str = field(compare=False)

    text = """
    record Order:
        number: Text
        owner: Text
    effect pay(Order)
    subtask refund(order: Order):
        does pay(order)
    task t(orders: List[Order]):
        at most 1 pay per Order
    compose t(orders):
        for order in orders:
            refund(order)
    """
    found = program(text)
    inputs = {"orders": [Order("1", "ann"), Order("1", "bob")]}
    assert run(found, inputs, {"refund": lambda order: None}, RuleMonitor(found)).completed
