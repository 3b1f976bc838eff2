"""What people read: the line, the story and the run, on any terminal."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from inline_snapshot import snapshot
from rich.cells import cell_len, set_cell_size
from rich.console import Console

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.diagnostics.text import MOST_SHOWN, render
from p2c_dsl.source import Source, Span
from tests.diagnostics.findings import ALL, FULL, LONG, SEARCHED, UNPROVEN, WARNING, finding


def shown(*diagnostics: Diagnostic, width: int = 80) -> str:
    out = StringIO()
    render(diagnostics, Console(file=out, width=width, color_system=None))
    return out.getvalue()


def marked(text: str, part: str, width: int = 80) -> tuple[str, str]:
    """The excerpt's line, and what of it stands above the carets."""
    line, carets = (x for x in shown(finding(part, text), width=width).splitlines() if x[5:7] == "| ")
    start = set_cell_size(line, carets.index("^"))
    end = set_cell_size(line, carets.rindex("^") + 1)
    return line, end.removeprefix(start)


def test_a_finding_tells_its_whole_story() -> None:
    assert shown(FULL) == snapshot("""\
error[P2C401] violated: `book` can happen |users| times
  --> plans/t.p2c:3:9
   3 |         book(u)
     |         ^^^^^^^
  --> plans/t.p2c:2:5
   2 |     for u in users:
     |     ---------------
     | this loop has no bound
   = rule: at most 1 book
   = help: bound the collection
   = a run that breaks it:
       users = {user#1, user#2}
       1. book(user#1)   (line 3)
     ✗ 2. book(user#2)   (line 3)

1 error
""")


def test_on_a_narrow_terminal_everything_wraps_within_its_width() -> None:
    narrow = shown(FULL, width=40)
    assert max(map(cell_len, narrow.splitlines())) <= 40
    assert "error[P2C401] violated: `book` can" in narrow
    assert "\n  happen |users| times" in narrow


def test_what_was_not_proved_says_so() -> None:
    assert "error[P2C402] cannot prove: perhaps" in shown(UNPROVEN)


def test_a_search_in_vain_says_how_far_it_went() -> None:
    note = "   = note: no run that breaks the rule was found in 12 small worlds"
    assert note in shown(SEARCHED).splitlines()


def test_a_run_is_short() -> None:
    lines = shown(LONG).splitlines()
    assert "       users = {User(id=1, …)}" in lines
    assert "     ✗ 1. book(User(id=1, …))   (line 3)" in lines


def test_the_last_line_counts() -> None:
    assert shown(FULL, UNPROVEN, WARNING).endswith("2 errors, 1 warning\n")
    assert shown().endswith("no findings\n")


def test_a_flood_of_findings_is_shown_in_part_and_counted_whole() -> None:
    lines = shown(*[FULL] * (MOST_SHOWN + 7)).splitlines()
    assert lines[-2] == f"the first {MOST_SHOWN} are shown; --format concise lists all"
    assert lines[-1] == f"{MOST_SHOWN + 7} errors"
    assert sum(line.startswith("error[P2C401]") for line in lines) == MOST_SHOWN


def test_colour_adds_nothing_to_the_words() -> None:
    out = StringIO()
    render(ALL, Console(file=out, width=80, force_terminal=True, color_system="truecolor"))
    plain = shown(*ALL)
    assert out.getvalue() != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()) == plain


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("\tif\tcalled(x)", "called(x)"),
        ('send("名前", wrong)', "wrong"),
        ('send("名前")', "名前"),
        ("e\u0301tude(wrong)", "wrong"),
        ("x = y", "="),
    ],
    ids=["tabs", "after wide characters", "wide characters", "combining marks", "one character"],
)
def test_the_carets_stand_under_what_they_mark(text: str, part: str) -> None:
    assert marked(text, part)[1] == part


def test_a_tab_in_what_is_marked_is_underlined_as_wide_as_it_is_shown() -> None:
    assert marked("a(b,\tc)", "b,\tc")[1] == "b,  c"


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("filler", ["x", "名", "\t"])
def test_a_line_of_a_megabyte_is_cropped_around_what_is_marked(filler: str, width: int) -> None:
    text = f"{filler * 500_000}!wrong!{filler * 500_000}"
    line, above = marked(text, "!wrong!", width)
    assert above == "!wrong!"
    assert cell_len(line) <= width
    assert line.count("…") == 2


def test_a_marked_part_longer_than_the_terminal_is_cropped_too() -> None:
    line, above = marked(f"a = {'b' * 1_000_000}", "b" * 1_000_000, 60)
    assert line.startswith("   1 | a = bbbb") and line.endswith("…")
    assert cell_len(line) == 60 and above.endswith("…")


def test_an_escape_sequence_in_a_file_does_not_reach_the_terminal() -> None:
    hostile = Diagnostic("P2C160", "no `\x1b[31m`", finding("b", "a\x1b[2J\rb", "x\x1b]0;t\n.p2c").location)
    text = shown(hostile)
    assert "\x1b" not in text and "\r" not in text
    assert "x�]0;t .p2c:1:" in text


def test_a_place_behind_the_last_character_is_marked() -> None:
    end = Location(Source("t.p2c", "a"), Span(1, 1))
    assert "   1 | a\n     |  ^\n" in shown(Diagnostic("P2C101", "the line ends", end))


def test_a_name_of_a_megabyte_in_a_message_is_cut_short() -> None:
    found = Diagnostic("P2C160", f"no `{'x' * 1_000_000}`", finding().location)
    assert len(shown(found)) < 2_000
