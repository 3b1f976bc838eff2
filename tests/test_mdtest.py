"""Every page in `tests/mdtest` says what lint says, and the runner sees when it does not."""

from pathlib import Path

import pytest

from p2c_dsl.rules import RULES, Rule
from tests.mdtest import PAGES, UPDATE, Block, blocks, changes, disagreements, marks, updated

BLOCKS = [block for page in PAGES for block in blocks(page)]
SNAPSHOTS = [block for block in BLOCKS if block.output is not None]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_lint_says_what_the_page_says(block: Block, tmp_path: Path) -> None:
    assert disagreements(block, tmp_path) == []


@pytest.mark.parametrize("block", SNAPSHOTS, ids=str)
def test_lint_prints_what_the_page_shows(block: Block, tmp_path: Path) -> None:
    changed = changes(block, tmp_path)
    assert not changed, f"\n{changed}\n\nIf this is meant: {UPDATE}, then read `git diff tests/mdtest`."


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_code_of_a_rule_is_shown_as_it_is_printed(rule: type[Rule]) -> None:
    shown = "".join(block.output or "" for block in SNAPSHOTS)
    assert [code.code for code in rule.codes if f"[{code.code}]" not in shown] == []


def said(text: str, folder: Path) -> list[str]:
    return disagreements(Block("page.md", "a heading", 10, text), folder)


def test_an_error_without_a_mark_is_told_with_its_line_in_the_page(tmp_path: Path) -> None:
    assert said("type A\ntype A\n", tmp_path) == ['page.md:11: unexpected error: [P2C134] "`A` is declared twice"']


def test_a_mark_without_an_error_is_told(tmp_path: Path) -> None:
    assert said('type A  # error: [P2C134] "twice"\n', tmp_path) == ['page.md:10: missing error: [P2C134] "twice"']


@pytest.mark.parametrize(
    "mark",
    ["error: [P2C135]", "warning: [P2C134]", 'error: [P2C134] "thrice"'],
    ids=["another code", "another severity", "another message"],
)
def test_a_mark_is_met_in_all_its_parts(mark: str, tmp_path: Path) -> None:
    assert len(said(f"type A\ntype A  # {mark}\n", tmp_path)) == 2


def test_a_mark_on_a_line_of_its_own_speaks_of_the_next_line() -> None:
    assert [m.line for m in marks("type A\n# error: [P2C134]\ntype A\n")] == [3]


PAGE = """
# A page

## A file with an output, and one without

```p2c
type A
```

```output
{output}```

```p2c other.p2c
type A
```
"""


def test_an_update_writes_what_lint_prints_and_leaves_the_rest() -> None:
    assert updated("page.md", PAGE.format(output="two\nlines\n")) == PAGE.format(output="no findings\n")


def test_an_output_that_differs_is_shown_as_a_difference(tmp_path: Path) -> None:
    block = Block("page.md", "a heading", 10, "type A\n", output="1 error\n")
    assert changes(block, tmp_path).splitlines()[-2:] == ["-1 error", "+no findings"]


def test_an_output_that_belongs_to_no_file_is_refused() -> None:
    with pytest.raises(ValueError, match="does not stand right below a file"):
        updated("page.md", "# A page\n\nWords.\n\n```output\n```\n")


def test_a_file_with_an_output_needs_no_marks(tmp_path: Path) -> None:
    assert disagreements(Block("page.md", "a heading", 10, "type A\ntype A\n", output=""), tmp_path) == []
