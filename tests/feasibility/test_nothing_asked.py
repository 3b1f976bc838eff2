"""The finding about tasks that ask for nothing, and what it proposes."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.feasibility.nothing_asked import obligations
from p2c_dsl.lint import lint_text
from p2c_dsl.resolve import load_text

SPEC = """
type File
type Host
record Batch:
    label: Text
    members: Set[File]
effect erased(File) irreversible
effect copied(File)
effect paid
subtask back_up(file: File):
    does copied(file)
subtask erase(file: File):
    does erased(file)
subtask is_old(file: File) -> Bool
subtask old_files() -> Set[File]
subtask wake(host: Host)
task tidy(files: Set[File], batch: Batch, host: Host){head}
"""


def found(head: str) -> list[Diagnostic]:
    return list(lint_text(SPEC.format(head=head), "spec.p2c", Path()).diagnostics)


@pytest.mark.parametrize(
    "head",
    [
        "",
        ":\n    at most 1 copied per File",
        ":\n    copied then erased per File",
        ":\n    is_old(_) then wake",
        ":\n    at least 1 copied per File in old_files",
        ":\n    at least 1 copied unless wake\n    at most 0 erased",
    ],
    ids=["no rule", "a limit", "then", "check-then", "for each result", "waived"],
)
def test_a_task_that_asks_for_nothing_has_a_warning(head: str) -> None:
    says = [d for d in found(head) if d.code == "P2C904"]
    expected = not head.startswith(":\n    at least 1 copied unless")
    assert [d.severity for d in says] == [Severity.WARNING] * expected


@pytest.mark.parametrize(
    "head",
    [
        " -> File",
        ":\n    at least 1 copied per File in files",
        ":\n    exactly 1 copied per File in files",
        ":\n    at least 1 wake",
        ":\n    exactly 1 wake",
    ],
)
def test_a_task_that_asks_for_something_has_none(head: str) -> None:
    assert [d.code for d in found(head)] == []


def proposed(head: str) -> list[str]:
    spec = load_text(SPEC.format(head=head), "spec.p2c", Path()).spec
    return list(obligations(spec, spec.tasks["tidy"]))


def test_what_is_proposed_is_an_event_for_each_element_of_an_input() -> None:
    assert proposed("") == [
        "at least 1 copied per File in files",
        "at least 1 copied per File in batch.members",
        "at least 1 erased per File in files",
        "at least 1 erased per File in batch.members",
        "at least 1 wake per Host in host",
    ]


def test_what_is_asked_for_each_result_of_a_subtask_proposes_its_calls_first() -> None:
    head = ":\n    exactly 1 copied per File in parts\nsubtask parts(host: Host) -> Set[File]"
    assert proposed(head)[0] == "at least 1 parts per Host in host"


def test_what_cannot_be_kept_is_not_proposed() -> None:
    assert not any("erased" in line for line in proposed(":\n    erased only if is_old(_)"))


def test_what_is_proposed_is_clean() -> None:
    assert all(found(f":\n    {line}") == [] for line in proposed(""))


def test_it_can_be_suppressed() -> None:
    head = ":  # p2c: ignore[P2C904] only compositions by hand are checked\n    at most 1 copied per File"
    assert found(head) == []


def test_a_task_beside_its_composition_has_none() -> None:
    composition = "\ncompose tidy(files, batch, host):\n    wake(host)"
    assert found(composition) == []
