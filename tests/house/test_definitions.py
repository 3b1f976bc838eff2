"""The contract that keeps definitions free of the machine finds what breaks it."""

from __future__ import annotations

import pytest

from p2c_dsl.rules import RULES, Rule
from tests.house.definitions import forbidden_uses

MODULE = """
from p2c_dsl.machine.facts import Facts
from p2c_dsl.rules.definition import Definition
from p2c_dsl.rules.keys import Counts

def helper():
    return Facts()

class Meaning(Definition[int]):
    def start(self):
        return {body}

class Proof:
    def start(self):
        return Facts(), Counts()
"""
FORBIDDEN = {"p2c_dsl.machine.facts", "p2c_dsl.rules.keys"}


@pytest.mark.parametrize(
    ("body", "used"),
    [("0", []), ("Facts()", ["Facts"]), ("helper()", ["Facts"]), ("Counts()", ["Counts"])],
    ids=["nothing", "directly", "through a helper", "through another module"],
)
def test_a_definition_that_uses_the_machine_is_reported(body: str, used: list[str]) -> None:
    uses = forbidden_uses("p2c_dsl.rules.new", MODULE.format(body=body), FORBIDDEN)
    assert [use.name for use in uses] == used


def test_every_rule_about_runs_has_a_definition() -> None:
    without = {rule.name for rule in RULES if rule.definition is Rule.definition}
    assert without == {"loops", "branches", "steps"}
