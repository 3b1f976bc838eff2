"""Which of a rule's findings is given the run that breaks it."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.diagnostics.model import Diagnostic, Verdict
from p2c_dsl.lint import lint_text

TEXT = """
type File
effect erase(File)
subtask save(file: File)
subtask wipe(file: File):
    does erase(file)
task t(file: File, files: Map[File, File], one: Optional[File]):
    erase before save
compose t(file, files, one):
    if one is None:
        save(files[file])
    else:
        save(one)
"""


def findings(text: str) -> list[Diagnostic]:
    return list(lint_text(text, "t.p2c", Path()).diagnostics)


def test_the_run_stands_at_the_line_that_it_breaks_the_rule_at() -> None:
    for diagnostic in findings(TEXT):
        if diagnostic.counterexample is not None:
            at = diagnostic.counterexample.steps[-1].location
            assert at is not None and at.holds(diagnostic.location)


def test_one_finding_of_a_rule_has_a_run() -> None:
    verdicts = [d.verdict for d in findings(TEXT) if d.verdict is not None]
    assert sorted(verdicts, key=str) == sorted([Verdict.VIOLATED, Verdict.UNPROVEN], key=str)
