"""A run that cannot begin says why, and one that fails ends in words."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from p2c_dsl.runtime.interpreter import BindingError, run
from p2c_dsl.runtime.trace import CallFailed, Event, RunFailed
from tests.runtime.runs import MAY, calls, tools
from tests.runtime.texts import DINNER, program


class TestFailure:
    def test_a_tool_that_raises_ends_the_run_with_the_effects_it_may_have_had(self) -> None:
        def ask(user: str) -> None:
            raise ConnectionError("the line is dead")

        done = run(program(MAY), {"user": "ada"}, {"ask": ask})
        assert done.error == "`ask` failed: ConnectionError: the line is dead"
        assert isinstance(failed := done.trace.events[-1], CallFailed)
        assert failed.effects == (("log", ()), ("contact", ("ada",)))
        assert not done.completed and not done.trace.completed

    @pytest.mark.parametrize(
        ("declared", "given", "complaint"),
        [
            ("Int", "3", "'3' is not a valid Int"),
            ("Int", True, "True is not a valid Int"),
            ("Set[Int] <= 2", [1, 2, 3], "3 elements do not fit Set[Int] <= 2"),
            ("List[Int] >= 1", [], "0 elements do not fit List[Int] >= 1"),
            ("Bool", None, "None is not a valid Bool"),
        ],
    )
    def test_a_result_that_is_not_of_its_type_ends_the_run(self, declared: str, given: object, complaint: str) -> None:
        text = f"subtask f() -> {declared}\ntask t():\n    shape dag\ncompose t():\n    x = f()\n"
        done = run(program(text), {}, {"f": lambda: given})
        assert done.error == f"`f` returned a wrong result: {complaint}"

    def test_a_key_that_is_missing_ends_the_run_there(self) -> None:
        text = """
        type A
        subtask use(n: Int)
        task t(m: Map[A, Int], a: A):
            shape dag
        compose t(m, a):
            use(m[a])
        """
        done = run(program(text), {"m": {"x": 1}, "a": "y"}, {"use": lambda n: None})
        assert done.error == "the map has no key 'y'"
        assert isinstance(done.trace.events[-1], RunFailed)
        assert calls(done) == []

    def test_a_record_whose_class_cannot_be_a_key_comes_back_as_one_that_can(self) -> None:
        @dataclass
        class Order:
            number: int

        text = """
        record Order:
            number: Int
        subtask check(order: Order) -> Bool
        task t(orders: List[Order]) -> Map[Order, Bool]:
            shape dag
        compose t(orders):
            answers = {}
            for o in orders:
                answers[o] = check(o)
            return answers
        """
        done = run(program(text), {"orders": [Order(1)]}, {"check": lambda order: order == Order(1)})
        assert isinstance(done.result, dict)
        assert [(key.number, value) for key, value in done.result.items()] == [(1, True)]


class TestBeforeTheRun:
    def test_all_tools_that_are_missing_are_listed_and_nothing_runs(self) -> None:
        seen: list[Event] = []
        with pytest.raises(
            BindingError, match="there is no tool for `identify_overlap`; there is no tool for `book_table`"
        ):
            run(program(DINNER), {"users": []}, {"ask_preference": lambda user: set()}, seen.append)
        assert seen == []

    def test_inputs_are_checked_against_their_types(self) -> None:
        with pytest.raises(BindingError, match="the input `users`: 7 is not a valid Set"):
            run(program(DINNER), {"users": 7}, tools([]))
