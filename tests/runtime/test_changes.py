"""What a tool changes, of what it was given or has given, has no effect on the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.monitor import RuleMonitor
from tests.runtime.desk import LISTS, Desk
from tests.runtime.texts import program


class TestChanges:
    @pytest.mark.parametrize(
        "change",
        [
            lambda desk, xs: xs.extend("cde"),
            lambda desk, xs: xs.__setitem__(0, "x"),
            lambda desk, xs: xs.clear(),
            lambda desk, xs: desk.kept.extend("cde"),
            lambda desk, xs: desk.kept.pop(),
        ],
        ids=["grown", "an element replaced", "emptied", "the given list grown", "the given list shrunk"],
    )
    def test_a_list_stays_as_it_was_given(self, change: Callable[[Desk, list[str]], None]) -> None:
        desk = Desk()
        desk.note = lambda xs: change(desk, xs)  # type: ignore[method-assign]
        assert run(LISTS, {}, desk, RuleMonitor(LISTS)).completed
        assert desk.sent == ["a", "b"]

    def test_a_list_that_shrinks_under_a_loop_does_not(self) -> None:
        desk = Desk()

        def mail(x: str) -> None:
            desk.sent.append(desk.kept.pop(0))

        desk.mail = mail  # type: ignore[method-assign]
        assert run(LISTS, {}, desk).completed
        assert desk.sent == ["a", "b"]

    def test_neither_does_an_input_nor_what_a_map_or_set_or_record_holds(self) -> None:
        text = """
        type A
        record Box:
            things: List[A]
            sizes: Map[A, List[Int]]
        subtask spoil(box: Box, names: Set[A])
        subtask look(box: Box, names: Set[A])
        task t(box: Box, names: Set[A]):
            shape dag
        compose t(box, names):
            spoil(box, names)
            look(box, names)
        """
        box: dict[str, Any] = {"things": ["a"], "sizes": {"a": [1]}}
        names = ["a", "b"]
        seen: list[Any] = []

        def spoil(given: dict[str, Any], those: Any) -> None:
            for own in (given, box):
                own["things"].append("x")
                own["sizes"]["a"].append(2)
                own["sizes"]["x"] = []
                own["more"] = 1
            names.append("c")
            those._elements.clear()

        done = run(program(text), {"box": box, "names": names}, {"spoil": spoil, "look": lambda *a: seen.extend(a)})
        assert done.completed
        assert seen == [{"things": ["a"], "sizes": {"a": [1]}}, {"a", "b"}]

    def test_a_record_that_a_check_alters_is_not_what_is_paid(self) -> None:
        @dataclass
        class Order:
            amount: int

        text = """
        record Order:
            amount: Int
        subtask check(order: Order) -> Bool
        subtask pay(order: Order)
        task t(order: Order):
            shape dag
        compose t(order):
            if check(order):
                pay(order)
        """
        paid: list[Order] = []

        def check(order: Order) -> bool:
            order.amount = 1_000_000
            return True

        assert run(program(text), {"order": Order(1)}, {"check": check, "pay": paid.append}).completed
        assert paid == [Order(1)]

    def test_one_list_in_two_places_is_two(self) -> None:
        text = """
        subtask pair() -> List[List[Int]]
        subtask spoil(xs: List[List[Int]])
        task t() -> List[List[Int]]:
            shape dag
        compose t():
            xs = pair()
            spoil(xs)
            return xs
        """
        shared = [1]
        done = run(program(text), {}, {"pair": lambda: [shared, shared], "spoil": lambda xs: xs[0].append(2)})
        assert done.result == [[1], [1]]
        done.result[0].append(3)
        assert done.result == [[1, 3], [1]]

    def test_what_an_accumulator_holds_is_out_of_reach_too(self) -> None:
        text = """
        subtask items() -> List[Int]
        subtask spoil(xs: List[Int])
        task t() -> List[Int]:
            shape dag
        compose t():
            xs = []
            for x in items():
                xs.append(x)
            spoil(xs)
            return xs
        """
        done = run(program(text), {}, {"items": lambda: [1, 2], "spoil": lambda xs: xs.clear()})
        assert done.result == [1, 2]
