"""Every page in `tests/mdtest` says what lint says, and the runner sees when it does not."""

from pathlib import Path

import pytest

from tests.mdtest import Block, blocks, disagreements, marks

PAGES = sorted((Path(__file__).parent / "mdtest").glob("*.md"))
BLOCKS = [block for page in PAGES for block in blocks(page)]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_lint_says_what_the_page_says(block: Block, tmp_path: Path) -> None:
    assert disagreements(block, tmp_path) == []


def said(text: str, folder: Path) -> list[str]:
    return disagreements(Block("page.md", "a heading", 10, text), folder)


def test_an_error_without_a_mark_is_told_with_its_line_in_the_page(tmp_path: Path) -> None:
    assert said("type A\ntype A\n", tmp_path) == [
        'page.md:11: unexpected error: [P2C134] "`A` is declared twice"'
    ]


def test_a_mark_without_an_error_is_told(tmp_path: Path) -> None:
    assert said('type A  # error: [P2C134] "twice"\n', tmp_path) == [
        'page.md:10: missing error: [P2C134] "twice"'
    ]


@pytest.mark.parametrize(
    "mark",
    ["error: [P2C135]", "warning: [P2C134]", 'error: [P2C134] "thrice"'],
    ids=["another code", "another severity", "another message"],
)
def test_a_mark_is_met_in_all_its_parts(mark: str, tmp_path: Path) -> None:
    assert len(said(f"type A\ntype A  # {mark}\n", tmp_path)) == 2


def test_a_mark_on_a_line_of_its_own_speaks_of_the_next_line() -> None:
    assert [m.line for m in marks("type A\n# error: [P2C134]\ntype A\n")] == [3]
