"""The finding about rules whose two events share a key type and that have no `per`."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.lint import lint_text

SPEC = """
type File
type Photo < File
type User
enum Mode:
    fast
    slow
effect saved(File)
effect erased(Photo) irreversible
effect moved(source: File, target: File)
subtask back_up(file: File, mode: Mode):
    does saved(file)
subtask erase(photo: Photo):
    does erased(photo)
subtask move(source: File, target: File):
    does moved(source, target)
subtask ask(user: User, mode: Mode)
task tidy(photos: Set[Photo], user: User):
    at least 1 erased per Photo in photos
"""


def found(rule: str, spec: str = SPEC) -> list[Diagnostic]:
    report = lint_text(f"{spec}    {rule}\n", "spec.p2c", Path())
    assert all(d.severity is Severity.WARNING and d.code == "P2C903" for d in report.diagnostics)
    return list(report.diagnostics)


@pytest.mark.parametrize(
    ("rule", "keyed"),
    [
        ("saved before erased", "saved before erased per File"),
        ("saved then erased", "saved then erased per File"),
        ("saved then erased unless ask", "saved then erased per File unless ask"),
        ("back_up before erased", "back_up before erased per File"),
        ("no erased after erase", "no erased after erase per Photo"),
        ("not both saved, erased", "not both saved, erased per File"),
        ("enforced saved before erased", "enforced saved before erased per File"),
    ],
)
def test_the_keyed_form_is_proposed_and_has_no_finding(rule: str, keyed: str) -> None:
    (finding,) = found(rule)
    assert finding.help is not None and finding.help.startswith(f"write `{keyed}` if")
    assert found(keyed) == []


def test_the_message_says_what_is_allowed() -> None:
    (finding,) = found("saved before erased")
    assert finding.message == "`saved before erased`: `saved` of one File allows `erased` of another"
    assert finding.rule == "saved before erased"


def test_where_several_keys_are_meant_the_help_lists_them() -> None:
    (finding,) = found("moved before saved")
    assert finding.help == (
        "name the keys that have to be equal: `moved before saved per source` or `moved before saved per target`"
    )
    assert found("moved before saved per source") == []


@pytest.mark.parametrize("rule", ["ask before back_up", "ask before erase", "saved before erased per File"])
def test_events_that_share_no_identifying_key_have_no_finding(rule: str) -> None:
    assert found(rule) == []


def test_a_rule_of_another_file_is_reported_there(tmp_path: Path) -> None:
    (tmp_path / "spec.p2c").write_text(f"{SPEC}    saved before erased\n", encoding="utf-8")
    plan = 'use "spec.p2c"\n\ncompose tidy(photos, user):\n    for p in photos:\n'
    plan += "        back_up(p, Mode.fast)\n        erase(p)\n"
    assert lint_text(plan, "plan.p2c", tmp_path).diagnostics == ()


def test_a_rule_for_all_tasks_is_reported_once() -> None:
    sweep = "task sweep(photos: Set[Photo] >= 1):\n    at least 1 erased\n"
    all_tasks = SPEC.replace("task tidy", f"rules:\n    saved before erased\n{sweep}task tidy")
    assert len(found("loops <= 1", all_tasks)) == 1
