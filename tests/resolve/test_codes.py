"""The resolver's codes: their examples hold, and each is provoked somewhere in these tests."""

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.resolve import load_text
from p2c_dsl.resolve.codes import CODES

TESTS = Path(__file__).parent.parent
SHOWN = [code for code in CODES if code.rejected]


def found(text: str) -> list[str]:
    return [d.code for d in load_text(f"type User\n{text}\n", "example.p2c", Path()).diagnostics]


@pytest.mark.parametrize("code", SHOWN, ids=lambda c: c.code)
def test_the_rejected_example_has_this_error_alone_and_the_accepted_one_has_none(code: Code) -> None:
    assert found(code.rejected) == [code.code]
    assert found(code.accepted) == []


@pytest.mark.parametrize("code", CODES, ids=lambda c: c.code)
def test_some_test_provokes_it(code: Code) -> None:
    pages = [*TESTS.glob("mdtest/*.md"), *TESTS.glob("resolve/test_[dl]*.py")]
    assert any(code.code in page.read_text(encoding="utf-8") for page in pages)
