"""Python functions, called with the values of a run as JSON."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from p2c_dsl.importing.python_calls import calling
from p2c_dsl.runtime.values import WrongValue


class Speed(enum.Enum):
    SLOW = "slow"
    FAST = "fast"


@dataclass
class Seat:
    row: int
    free: bool = True


class Desk:
    """An object whose methods are tools."""

    def __init__(self) -> None:
        self.taken: list[int] = []

    def take(self, row: int) -> int:
        self.taken.append(row)
        return len(self.taken)


def called(function: Any, **arguments: object) -> object:
    return calling({"tool": function})("tool", arguments)


def test_an_argument_is_what_the_hint_says() -> None:
    got: list[object] = []

    def tool(seat: Seat, speed: Speed, day: date) -> None:
        got.extend([seat, speed, day])

    assert called(tool, seat={"row": 3, "free": False}, speed="fast", day="2026-03-01") is None
    assert got == [Seat(3, False), Speed.FAST, date(2026, 3, 1)]


def test_a_result_is_json() -> None:
    def tool() -> list[Seat]:
        return [Seat(1)]

    assert called(tool) == [{"row": 1, "free": True}]


def test_a_parameter_that_is_left_out_keeps_the_function_s_own_default() -> None:
    def tool(*, speed: Speed = Speed.SLOW) -> str:
        return speed.name

    assert called(tool) == "SLOW"


def test_a_parameter_may_be_positional_only() -> None:
    def tool(row: int, /, free: bool) -> str:
        return f"{row} {free}"

    assert called(tool, row=2, free=True) == "2 True"


def test_a_coroutine_is_run_to_its_end() -> None:
    async def tool(row: int) -> int:
        return row + 1

    assert called(tool, row=1) == 2


def test_a_method_keeps_its_object() -> None:
    desk = Desk()
    call = calling({"take": desk.take})
    assert (call("take", {"row": 4}), call("take", {"row": 5}), desk.taken) == (1, 2, [4, 5])


def test_what_the_function_raises_is_raised() -> None:
    def tool() -> None:
        raise LookupError("no such seat")

    with pytest.raises(LookupError, match="no such seat"):
        called(tool)


def test_an_argument_that_does_not_fit_the_hint_is_named() -> None:
    def tool(seat: Seat) -> None:
        raise AssertionError("called")

    with pytest.raises(WrongValue, match=r"seat\.row: "):
        called(tool, seat={"row": "front"})


def test_a_result_that_is_not_json_is_refused() -> None:
    with pytest.raises(WrongValue, match="cannot be written as JSON"):
        called(lambda: object())
