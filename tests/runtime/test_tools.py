"""Tools come by name from a mapping, a module or an object, and are checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from p2c_dsl.runtime.tools import BindingError, bind_inputs, bind_tools
from tests.runtime.texts import program

PAYING = program("""
type Order
subtask pay(order: Order, amount: Int)
subtask close(order: Order)
subtask unused()
task t(order: Order, amount: Int):
    shape dag
compose t(order, amount):
    pay(order, amount)
    close(order)
""")


def pay(order: str, amount: int) -> None: ...


def close(order: str) -> None: ...


class Shop:
    def pay(self, order: str, amount: int) -> None: ...

    def close(self, order: str) -> None: ...


def test_tools_come_from_a_mapping_a_module_or_an_object() -> None:
    module = ModuleType("shop")
    module.__dict__.update(pay=pay, close=close)
    shop = Shop()
    assert bind_tools(PAYING, {"pay": pay, "close": close, "other": print}) == {"pay": pay, "close": close}
    assert bind_tools(PAYING, module) == {"pay": pay, "close": close}
    assert bind_tools(PAYING, shop) == {"pay": shop.pay, "close": shop.close}


def test_only_what_the_program_calls_is_needed() -> None:
    assert "unused" not in bind_tools(PAYING, Shop())


@pytest.mark.parametrize(
    "tool",
    [
        lambda order, amount: None,
        lambda *arguments: None,
        lambda first, second: None,
        lambda order, amount, dry=False: None,
        print,
    ],
    ids=["the same names", "any arguments", "other names", "one more with a default", "one of Python's own"],
)
def test_a_tool_that_takes_the_arguments_fits(tool: Callable[..., Any]) -> None:
    assert bind_tools(PAYING, {"pay": tool, "close": close})["pay"] is tool


@pytest.mark.parametrize(
    ("tool", "complaint"),
    [
        (None, "there is no tool for `pay`"),
        ("pay", "the tool for `pay` is not a function"),
        (lambda order: None, "does not accept these arguments: too many positional arguments"),
        (
            lambda order, amount, to: None,
            "does not accept these arguments: missing a required argument: 'to'",
        ),
        (lambda *, order, amount: None, "does not accept these arguments: too many positional arguments"),
        (
            lambda amount, order: None,
            r"`pay\(order, amount\)` takes the arguments in a different order: amount, order",
        ),
    ],
    ids=["none", "no function", "too few", "too many", "keywords only", "another order"],
)
def test_a_tool_that_cannot_take_them_is_refused(tool: object, complaint: str) -> None:
    with pytest.raises(BindingError, match=complaint):
        bind_tools(PAYING, {"pay": tool, "close": close})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BindingError, match="there is no tool for `pay`; there is no tool for `close`"):
        bind_tools(PAYING, SimpleNamespace())


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ({"order": "o"}, "the input `amount` is missing"),
        ({"order": "o", "amount": 1, "to": "x"}, "unknown input `to`"),
        (
            {"order": None, "amount": "x"},
            "the input `order`: None is not a valid Order; the input `amount`: 'x' is not a valid Int",
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs: dict[str, object], complaint: str) -> None:
    with pytest.raises(BindingError, match=complaint):
        bind_inputs(PAYING, inputs)
