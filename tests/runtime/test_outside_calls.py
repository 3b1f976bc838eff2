"""Runs with tools outside: what a call carries, and what stops a run, with and without overrides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.runtime.external_tools import tool_for
from p2c_dsl.runtime.interpreter import Run, run
from p2c_dsl.runtime.monitor import RuleMonitor

TOOLS = """
type OrderId = Text
enum State:
    open
    done as "is done"
enum Reason:
    late as "too late"
    broken
record Order:
    id as "order-id": Text
    state: Text
    note: Optional[Text]
effect cancelled(OrderId)
subtask find(name: Text, state: Text = "is done", limit: Int = 3) -> Order:
    pure
subtask cancel as "cancel-order"(order: Text, reason: Text, notes: Optional[Map[Text, Int]] = None) -> Text:
    may anything
subtask update(block: Text, note: Optional[Text] = None, archived: Bool = True, mode: Reason = Reason.late):
    pure
"""
NARROWED = """
override subtask find(state: State)
override subtask cancel(order: OrderId, reason: Reason, notes: Optional[Map[Reason, Int]]) -> OrderId:
    does cancelled(order)
override record Order:
    id: OrderId
    state: State
    required note
task end(name: Text, notes: Map[Reason, Int]):
    exactly 1 cancelled
compose end(name, notes):
    order = find(name, limit=2)
    cancel(order.id, Reason.late, notes)
"""
ORDER = {"order-id": "17", "state": "is done", "note": "n"}

Sent = list[tuple[str, Mapping[str, Any]]]


def ran(text: str, inputs: Mapping[str, object], replies: Mapping[str, Any]) -> tuple[Run, Sent]:
    program = lint_text(TOOLS + text, "test.p2c", Path()).analyses[0].program
    assert program is not None
    sent: Sent = []

    def call(name: str, arguments: dict[str, Any]) -> Any:
        sent.append((name, arguments))
        return replies.get(name)

    tools = {name: tool_for(subtask, call, program.spec) for name, subtask in program.spec.subtasks.items()}
    return run(program, inputs, tools, RuleMonitor(program)), sent


def test_what_a_composition_leaves_out_is_not_sent_whatever_its_default() -> None:
    text = "task t(b: Text)\ncompose t(b):\n    update(b)\n    update(b, archived=True)\n    update(b, None)\n"
    done, sent = ran(text, {"b": "1"}, {})
    assert done.completed
    assert sent == [
        ("update", {"block": "1"}),
        ("update", {"block": "1", "archived": True}),
        ("update", {"block": "1"}),
    ]


def test_none_is_sent_where_it_is_not_the_default() -> None:
    text = "subtask f(n: Optional[Int] = 3)\ntask t()\ncompose t():\n    f(None)\n    f()\n"
    done, sent = ran(text, {}, {})
    assert done.completed and sent == [("f", {"n": None}), ("f", {})]


def test_a_tool_inside_gets_the_default() -> None:
    text = "task t(b: Text)\ncompose t(b):\n    update(b)\n"
    program = lint_text(TOOLS + text, "test.p2c", Path()).analyses[0].program
    assert program is not None
    got: list[tuple[object, ...]] = []
    assert run(program, {"b": "1"}, {"update": lambda *values: got.append(values)}).completed
    ((block, note, archived, mode),) = got
    assert (block, note, archived) == ("1", None, True)
    assert mode == program.spec.subtasks["update"].parameters[3].default


def test_narrower_types_leave_the_wire_as_it_was() -> None:
    inputs = {"name": "a", "notes": {"late": 1}}
    done, sent = ran(NARROWED, inputs, {"find": ORDER, "cancel-order": "ok"})
    assert done.completed
    assert sent == [
        ("find", {"name": "a", "limit": 2}),
        ("cancel-order", {"order": "17", "reason": "too late", "notes": {"too late": 1}}),
    ]


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (
            {**ORDER, "state": "gone"},
            "`find` failed: Order.state: 'gone' is not a valid State: expected one of open, is",
        ),
        ({**ORDER, "state": 3}, "`find` failed: Order.state: 3 is not a valid State"),
        ({"order-id": "17", "state": "open"}, "`find` failed: Order must have the field `note`, of type Text"),
        ({**ORDER, "note": None}, "`note`: None is not a valid Text"),
        ({**ORDER, "order-id": 17}, "`id`: 17 is not a valid Text"),
    ],
)
def test_what_does_not_fit_the_narrower_type_stops_the_run(order: object, told: str) -> None:
    done, sent = ran(NARROWED, {"name": "a", "notes": {}}, {"find": order})
    assert done.error is not None and done.error.startswith("`find` failed: ") and told in done.error
    assert [name for name, _ in sent] == ["find"]
