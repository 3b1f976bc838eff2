"""Each code's examples: the rejected one is reported with that code, the accepted one is not."""

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.lint import lint_text
from p2c_dsl.source import Source
from p2c_dsl.syntax.codes import READING, UNSEEN
from p2c_dsl.syntax.parser import parse


def found(text: str) -> list[str]:
    return [d.code for d in parse(Source("example.p2c", text)).diagnostics]


@pytest.mark.parametrize("code", READING, ids=lambda code: code.code)
def test_the_rejected_example_has_this_error_alone(code: Code) -> None:
    assert found(code.rejected) == [code.code]


@pytest.mark.parametrize("code", READING, ids=lambda code: code.code)
def test_the_accepted_example_has_none(code: Code) -> None:
    assert found(code.accepted) == []


@pytest.mark.parametrize("code", [code for code in UNSEEN if code.rejected], ids=lambda code: code.code)
def test_what_is_not_seen_is_found_by_lint(code: Code) -> None:
    for text, expected in ((code.rejected, [code.code]), (code.accepted, [])):
        assert [d.code for d in lint_text(text, "example.p2c", Path()).diagnostics] == expected
