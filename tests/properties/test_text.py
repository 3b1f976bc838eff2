"""What the generators build as trees is judged the same when it is written down and read again."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.analysis import analyze
from p2c_dsl.resolve import load_text
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_file
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse
from tests.generators.text import file_text
from tests.properties.soundness import Case, random_case


def read(text: str) -> Case:
    loaded = load_text(text, "generated.p2c", Path())
    assert not loaded.diagnostics, f"{loaded.diagnostics}\n{text}"
    (compose,) = (d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    return Case(loaded.spec, compose)


def findings(case: Case) -> list[tuple[str, str | None]]:
    analysis = analyze(case.spec, case.compose, Source("generated", ""))
    return sorted((f.diagnostic.code, f.rule.text if f.rule else None) for f in analysis.findings)


def cases() -> list[Case]:
    return [case for case in map(random_case, range(120)) if case.compose.body and case.task.rules]


def test_generated_text_gets_the_same_verdict() -> None:
    for case in cases():
        assert findings(read(case.text)) == findings(case), case.text


def test_the_formatter_changes_no_verdict() -> None:
    for case in cases():
        formatted = format_file(parse(Source("generated.p2c", case.text)).file)
        again = read(formatted)
        assert findings(again) == findings(case), formatted
        assert file_text(again.spec, [again.compose]) == file_text(read(case.text).spec, [case.compose])
