"""The rule that CONTRIBUTING.md writes in five minutes works as it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import p2c_dsl.rules as rules
from p2c_dsl.codes import all_codes
from p2c_dsl.lint import lint_text
from p2c_dsl.rules.base import AnyRule, Rule
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.monitor import RuleMonitor

GUIDE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()


@pytest.fixture
def new_rule(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[AnyRule]]:
    block = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert block is not None
    module: dict[str, object] = {}
    exec(compile(block[1], "begins_with.py", "exec", dont_inherit=True), module)
    rule = module["BeginsWith"]
    assert isinstance(rule, type) and issubclass(rule, Rule)
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, rule))
    all_codes.cache_clear()
    yield rule
    all_codes.cache_clear()


def codes(text: str) -> list[str]:
    return [d.code for d in lint_text(text, "example.p2c", Path(), counterexamples=False).diagnostics]


def test_its_accepted_example_lints_clean(new_rule: type[AnyRule]) -> None:
    assert codes(new_rule.accepted) == []


def test_its_rejected_example_is_rejected(new_rule: type[AnyRule]) -> None:
    assert codes(new_rule.rejected) == ["P2C590"]


def test_what_one_arm_does_is_not_certain(new_rule: type[AnyRule]) -> None:
    text = """
subtask sign_in()
subtask known() -> Bool
task visit(new: Bool):
    begins with sign_in

compose visit(new):
    if new:
        sign_in()
    known()
"""
    assert codes(text) == ["P2C590"]
    assert codes(text.replace("    known()\n", "    else:\n        sign_in()\n    known()\n")) == []


@pytest.mark.parametrize(("call", "completes"), [("sign_in", True), ("read_mail", False)])
def test_its_definition_stops_the_run_that_breaks_it(new_rule: type[AnyRule], call: str, completes: bool) -> None:
    text = re.sub(r"compose(.|\n)*", f"compose check_mail():\n    {call}()\n", new_rule.accepted)
    program = lint_text(text, "example.p2c", Path(), counterexamples=False).analyses[0].program
    assert program is not None
    done = run(program, {}, {"sign_in": lambda: None, "read_mail": set}, RuleMonitor(program))
    assert done.completed == completes
