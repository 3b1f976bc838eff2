"""Arguments: the one that a reader expects is tried first."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.planners import SearchPlanner
from p2c_dsl.resolve import load_text


def planned(text: str) -> list[str]:
    loaded = load_text(text, "spec.p2c", Path())
    (task,) = loaded.spec.tasks.values()
    return [line.strip() for line in SearchPlanner().plan(loaded.spec, task).splitlines()[1:]]


@pytest.mark.parametrize(
    ("subtask", "inputs", "call"),
    [
        (
            "read(number: Text, owner: Text, repo: Text)",
            "owner: Text, repo: Text, number: Text",
            "read(number, owner, repo)",
        ),
        ("send(to_address: Text, body: Text)", "text: Text, body: Text, address: Text", "send(address, body)"),
        ("ship(order_id: Text)", "name: Text, order: Order", "ship(order.id)"),
        ("post(text: Text)", "channel: Text, note: Text", "post(note)"),
        ("post(channel: literal Text)", "note: Text", "post(partners_channel)"),
    ],
)
def test_an_argument_is_called_like_its_parameter(subtask: str, inputs: str, call: str) -> None:
    text = f"""\
record Order:
    customer: Text
    id: Text
subtask {subtask}
task t({inputs}):
    constant partners_channel: Text = "#partners"
    at least 1 {subtask.split("(")[0]}
"""
    assert planned(text) == [call]


OPTIONAL = """\
type Ticket
enum Level:
    low
    high
effect tag(Level)
subtask label(ticket: Ticket, level: Level = Level.low, note: literal Text = ""):
    does tag(level)
task t(ticket: Ticket):
    at least 1 tag
"""


def test_optional_parameters_are_left_out() -> None:
    assert planned(OPTIONAL) == ["label(ticket)"]


def test_optional_parameters_are_passed_where_a_rule_asks() -> None:
    asked = OPTIONAL.replace("at least 1 tag", "at least 2 tag\n    at most 1 tag per Level")
    assert planned(asked) == ["label(ticket)", "label(ticket, Level.high)"]
