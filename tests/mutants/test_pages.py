"""What a page of mutants means, what is wrong with a malformed one, and how a killer gets into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.killing import kills
from tests.mutants.mutate import Mutant
from tests.mutants.pages import case_of, entries, keep_killer
from tests.mutants.search import main

IN = "In `p2c_dsl.rules.loops:Loops.enter_loop`:\n"
DIFF = "```diff\n- if len(outer) == self.most:\n+ if len(outer) == self.most + 1:\n```\n"
KILLER = "```p2c\nsubtask s()\ntask t():\n    at most 0 loops\ncompose t():\n    s()\n```\n"
SECTION = f"## one deeper\n\n{IN}\n{DIFF}"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def mutant(page: Path, text: str) -> Mutant:
    page.write_text(text)
    (entry,) = entries(page)
    return entry.mutant


def test_a_section_is_a_mutant_with_its_killer(page: Path) -> None:
    page.write_text(f"# A title\n\nProse.\n\n{SECTION}\nMore prose.\n\n{KILLER}")
    (entry,) = entries(page)
    old, new = "if len(outer) == self.most:", "if len(outer) == self.most + 1:"
    assert entry.mutant == Mutant("one deeper", "p2c_dsl.rules.loops:Loops.enter_loop", old, new)
    assert case_of(entry).compose.task.text == "t"


def test_what_rejects_too_much_is_strict(page: Path) -> None:
    assert mutant(page, SECTION.replace("`:", "`, which then rejects too much:")).strict


@pytest.mark.parametrize(
    ("lines", "old", "new"),
    [
        ("- a\n", "a", ""),
        ("- a\n- b\n+ c\n", "a\nb", "c"),
        ("  if a:\n-     b\n+     c\n  d\n", "if a:\n    b\nd", "if a:\n    c\nd"),
        ("- a\n\n- b\n", "a\n\nb", ""),
    ],
    ids=["taken away", "several lines", "lines that stay", "an empty line that stays"],
)
def test_a_diff_says_what_becomes_what(page: Path, lines: str, old: str, new: str) -> None:
    found = mutant(page, f"## a\n{IN}```diff\n{lines}```\n")
    assert (found.old, found.new) == (old, new)


def test_a_heading_inside_a_block_is_a_comment(page: Path) -> None:
    page.write_text(SECTION + KILLER.replace("\ntask", "\n## a comment\ntask"))
    assert len(list(entries(page))) == 1


MALFORMED = {
    "no target": (f"## a\n{DIFF}", 1, "`a` needs one line 'In `module:function`:'"),
    "two targets": (f"## a\n{IN}{IN}{DIFF}", 3, "needs one line"),
    "a target without a function": (f"## a\nIn `module`:\n{DIFF}", 2, "expected 'In `module:function`:'"),
    "a target with other words": (f"## a\n{IN[:-2]}, strict:\n{DIFF}", 2, "which then rejects too much:'"),
    "no mutation": (f"## a\n{IN}", 1, "`a` has no mutation"),
    "two mutations": (f"## a\n{IN}{DIFF}{DIFF}", 7, "a second `diff` block for `a`"),
    "two killers": (f"## a\n{IN}{DIFF}{KILLER}{KILLER}", 14, "a second `p2c` block for `a`"),
    "another block": (f"## a\n{IN}{DIFF}```python\n```\n", 7, "found '```python'"),
    "an open block": (f"## a\n{IN}{DIFF}```p2c\ntask", 7, "not closed"),
    "a block without a heading": (f"# title\n{DIFF}", 2, "before the first mutant"),
    "a line without a sign": (f"## a\n{IN}```diff\n- b\nc\n```\n", 5, "begins with '- ', '+ ' or two spaces"),
    "a sign without a space": (f"## a\n{IN}```diff\n-b\n```\n", 4, "begins with '- ', '+ ' or two spaces"),
    "nothing taken away": (f"## a\n{IN}```diff\n+ b\n```\n", 3, "takes nothing away"),
    "nothing changed": (f"## a\n{IN}```diff\n- b\n+ b\n```\n", 3, "changes nothing"),
}


@pytest.mark.parametrize(("text", "line", "message"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_page_is_refused_with_its_line(page: Path, text: str, line: int, message: str) -> None:
    page.write_text(text)
    with pytest.raises(ValueError) as error:
        list(entries(page))
    assert str(error.value).startswith(f"{page}:{line}: ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("killer", "line", "message"),
    [
        ("", 1, "`one deeper` has no killer"),
        ("```p2c\ntype A\ntype A\n```\n", 11, "`A` is declared twice"),
        ("```p2c\ntype A\n```\n", 9, "one composition, not 0"),
    ],
    ids=["none", "an error in it", "no composition"],
)
def test_a_killer_that_cannot_be_used_is_refused_with_its_line(
    page: Path, killer: str, line: int, message: str
) -> None:
    page.write_text(SECTION + killer)
    (entry,) = entries(page)
    with pytest.raises(ValueError) as error:
        case_of(entry)
    assert str(error.value).startswith(f"{page}:{line}: ")
    assert message in str(error.value)


BEFORE = f"# Título \r\n\n{SECTION.replace('one', 'two')}{KILLER}\n"
AFTER = f"  \n{SECTION.replace('one', 'six')}{KILLER}no line end"


@pytest.mark.parametrize(
    ("old", "new"),
    [(f"{KILLER}prose\n", "```p2c\nnew\n```\nprose\n"), ("prose\n", "\n```p2c\nnew\n```\nprose\n")],
    ids=["instead of another", "where there was none"],
)
def test_a_killer_is_written_and_every_other_byte_stays(page: Path, old: str, new: str) -> None:
    page.write_bytes(f"{BEFORE}{SECTION}{old}{AFTER}".encode())
    keep_killer(page, "one deeper", "new\n")
    assert page.read_bytes() == f"{BEFORE}{SECTION}{new}{AFTER}".encode()


def test_a_killer_of_an_unknown_mutant_is_refused(page: Path) -> None:
    page.write_text(SECTION)
    with pytest.raises(ValueError, match=r"page\.md: there is no mutant `another`"):
        keep_killer(page, "another", "new\n")


def test_the_search_fills_in_the_killers_that_are_missing(page: Path) -> None:
    known = SECTION.replace("one", "two") + KILLER
    page.write_text(SECTION + known)
    main(["--seeds", "240"], [page])
    entry, _ = entries(page)
    assert kills(entry.mutant, case_of(entry))
    assert page.read_text().endswith(known)
