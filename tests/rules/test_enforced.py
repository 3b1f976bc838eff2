"""`enforced`: how it is read, what it leaves to the monitor, and what stays certain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from p2c_dsl.lint import Report, lint_text
from p2c_dsl.machine.facet import Facet
from p2c_dsl.machine.guidance import Guidance
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import DOCUMENTED, RULES, proving, read_rules
from p2c_dsl.rules.around import AroundRule
from p2c_dsl.rules.enforced import LEFT, Enforced
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.monitor import RuleMonitor
from tests.cli.commands import p2c

SPEC = """\
type User
type Place
effect contact(User)
effect close()
subtask ask(user: User) -> Place:
    does contact(user)
subtask try_to_ask(user: User):
    may contact(user)
subtask sure(user: User) -> Bool
subtask finish():
    does close()
subtask book(place: Place)
subtask pay(user: User, amount: Int)
constant many: Int = 30
task dine(users: Set[User], user: User, place: Place, some: Set[User] >= 2, amount: Int):
    {rule}

compose dine(users, user, place, some, amount):
    {body}
"""

NOT_HANDED_ON = {
    "room", "forbids_loop", "forbids_branch", "exhausted", "prerequisites", "limits", "missing", "untested", "decides",
    "hopeless", "dues", "passed", "due_before", "refuted", "brings", "spares", "most_calls", "closes", "closed",
    "only_later", "judges", "judges_result", "accepts", "supplies", "key", "mark_key", "comparisons", "avoids_test",
}  # fmt: skip
"""What a rule says to planners of what it objects to, which is more than what is certain."""


def lint(rule: str, *lines: str, enforced: bool = True) -> Report:
    text = SPEC.format(rule=rule, body="\n    ".join(lines))
    return lint_text(text, "spec.p2c", Path(), enforced=enforced)


def found(rule: str, *lines: str) -> set[tuple[str, str]]:
    return {(d.code, d.severity.value) for d in lint(f"enforced {rule}", *lines).diagnostics if d.rule is not None}


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    "rule",
    [
        "at most 2 contact",
        "at most 1 contact per User",
        "at least 1 ask",
        "exactly 1 ask per user in users",
        "ask before book",
        "no contact after close",
        "contact then close",
        "contact only if sure(user)",
        "book.place from ask",
        "no flow from User to book",
        "not both contact, close",
        "cost <= 7",
        "shape tree",
        "pay.amount <= 4",
    ],
)
def test_every_rule_about_runs_can_be_enforced(rule: str) -> None:
    spec = load_text(SPEC.format(rule=f"enforced {rule}", body="finish()"), "spec.p2c", Path()).spec
    rules, wrong = read_rules(spec, spec.tasks["dine"])
    assert not wrong and all(isinstance(r, Enforced) and r.definition() is not None for r in rules)
    assert {r.text for r in rules} == {f"enforced {rule}"}
    proved, _ = read_rules(*proving(spec, spec.tasks["dine"]))
    assert {r.text for r in proved} == {rule} and not any(isinstance(r, Enforced) for r in proved)


@pytest.mark.parametrize("rule", ["loops <= 1", "branches <= 1", "steps <= 9", "shape sequence", "ask needs approval"])
def test_other_rules_cannot(rule: str) -> None:
    (finding,) = (d for d in lint(f"enforced {rule}", "finish()").diagnostics if d.code == "P2C147")
    assert f"`{rule}` cannot be enforced" in finding.message and "without `enforced`" in (finding.help or "")


@pytest.mark.parametrize("rule", ["enforced", "enforced enforced at most 1 ask", "enforced never ask"])
def test_what_is_not_a_rule_behind_it_is_refused(rule: str) -> None:
    assert lint(rule, "finish()").diagnostics[0].code in ("P2C145", "P2C146")


def test_a_facet_around_a_rule_takes_every_step_that_a_rule_can_take() -> None:
    """A hook that is new has to be handed on, or named here with what is only about objections."""

    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert public(Facet) <= public(AroundRule)
    assert public(Guidance) - public(Enforced) == NOT_HANDED_ON
    assert set(DOCUMENTED) - set(RULES) == {Enforced}


# ---------------------------------------------------------------- what is left, and what is certain

LEFT_HERE = {(LEFT, "note")}


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        ("at most 3 contact", ["for u in users:", "    ask(u)"]),
        ("at most 1 contact", ["for u in some:", "    if sure(u):", "        ask(u)"]),
        ("at most 1 contact", ["try_to_ask(user)", "ask(user)"]),
        ("at least 1 close", ["if sure(user):", "    finish()"]),
        ("at least 1 contact", ["try_to_ask(user)"]),
        ("at least 1 contact per User in users", ["finish()"]),
        ("contact before close", ["try_to_ask(user)", "finish()"]),
        (
            "ask before finish",
            ["for u in users:", "    if sure(u):", "        finish()", "    else:", "        ask(u)"],
        ),
        ("contact only if sure(user)", ["sure(user)", "ask(user)"]),
        ("contact then close", ["try_to_ask(user)"]),
        ("no close after contact", ["try_to_ask(user)", "finish()"]),
        ("book.place from ask", ["ask(user)", "book(place)"]),
        ("pay.amount <= 4", ["pay(user, amount)"]),
    ],
)
def test_what_some_run_can_keep_is_left(rule: str, lines: list[str]) -> None:
    assert found(rule, *lines) <= LEFT_HERE
    assert lint(f"enforced {rule}", *lines).accepted


@pytest.mark.parametrize(
    ("rule", "code", "lines"),
    [
        ("at most 1 contact", "P2C401", ["ask(user)", "try_to_ask(user)"]),
        ("at most 1 contact", "P2C401", ["for u in some:", "    ask(u)"]),
        ("at most 0 contact", "P2C401", ["for u in users:", "    ask(u)"]),
        ("exactly 1 contact", "P2C403", ["finish()"]),
        ("at least 2 contact", "P2C402", ["try_to_ask(user)"]),
        ("at least 1 contact per User in some", "P2C405", ["finish()"]),
        ("contact before close", "P2C501", ["for u in users:", "    finish()", "    ask(u)"]),
        ("contact only if sure(user)", "P2C503", ["ask(user)"]),
        ("contact then close", "P2C505", ["ask(user)"]),
        ("no close after contact", "P2C502", ["ask(user)", "finish()"]),
        ("not both close, contact", "P2C504", ["ask(user)", "finish()"]),
        ("book.place from ask", "P2C601", ["book(place)"]),
        ("pay.amount <= 4", "P2C604", ["pay(user, many)"]),
    ],
)
def test_what_no_run_can_keep_stays_an_error(rule: str, code: str, lines: list[str]) -> None:
    assert found(rule, *lines) == {(code, "error")}


def test_what_is_left_can_be_taken_as_an_error() -> None:
    report = lint("enforced at most 3 contact", "for u in users:", "    ask(u)", enforced=False)
    assert not report.accepted
    assert [(d.code, d.severity.value) for d in report.diagnostics] == [(LEFT, "error")]


def test_more_notes_than_are_listed_reject_nothing() -> None:
    report = lint("enforced at most 1 contact", *["try_to_ask(user)"] * 210)
    assert report.accepted and {d.code for d in report.diagnostics} == {LEFT, "P2C182"}


# ---------------------------------------------------------------- the command, and the run


def test_notes_do_not_change_the_status(tmp_path: Path) -> None:
    file = tmp_path / "t.p2c"
    file.write_text(SPEC.format(rule="enforced at most 3 contact", body="for u in users:\n        ask(u)"))
    data = p2c("lint", file, "--format", "json")
    assert data.exit_code == 0
    (finding,) = json.loads(data.stdout)["diagnostics"]
    assert (finding["severity"], finding["code"], finding["verdict"]) == ("note", LEFT, None)
    assert finding["rule"] == "enforced at most 3 contact" and finding["counterexample"] is not None
    (result,) = json.loads(p2c("lint", file, "--format", "sarif").stdout)["runs"][0]["results"]
    assert (result["level"], result["ruleId"]) == ("note", LEFT)
    strict = p2c("lint", file, "--no-enforced", "--format", "concise")
    assert strict.exit_code == 1 and "left to the monitor: `at most 3 contact`" in strict.stdout


def test_the_run_is_stopped_before_the_call() -> None:
    report = lint("enforced at most 1 contact", "for u in users:", "    ask(u)")
    program = report.analyses[0].program
    assert report.accepted and program is not None
    asked: list[object] = []
    tools = {name: lambda *_: None for name in program.spec.subtasks} | {"ask": lambda user: asked.append(user) or "p"}
    inputs = {"users": {"a", "b"}, "user": "a", "place": "p", "some": {"a", "b"}, "amount": 1}
    done = run(program, inputs, tools, RuleMonitor(program))
    assert not done.completed and len(asked) == 1
    assert "stopped by `enforced at most 1 contact`" in (done.error or "")


def test_all_that_is_owed_is_listed_at_the_end() -> None:
    rules = "enforced at least 1 close\n    enforced at least 1 contact"
    report = lint(rules, "if sure(user):", "    finish()", "    ask(user)")
    program = report.analyses[0].program
    assert report.accepted and program is not None
    tools = {name: lambda *_: None for name in program.spec.subtasks} | {"sure": lambda _: False}
    inputs = {"users": {"a"}, "user": "a", "place": "p", "some": {"a", "b"}, "amount": 1}
    done = run(program, inputs, tools, RuleMonitor(program))
    assert not done.completed and done.result is None
    assert "`enforced at least 1 close`" in (done.error or "")
    assert "`enforced at least 1 contact`" in (done.error or "")
