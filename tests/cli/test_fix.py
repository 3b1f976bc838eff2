"""`p2c fix`: the difference with its reasons, `--write`, exit codes, and files that hold all sorts of things."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from p2c_dsl.planners.repair import Interrupted, Repair, recompose, search
from p2c_dsl.program import Program
from p2c_dsl.spec import Spec
from tests.cli.commands import p2c

pytestmark = pytest.mark.usefixtures("dinner")

PATIENT = "--timeout", 600

TWO = """\
use "dinner.p2c"

task none(users: Set[User]):
    at most 0 reserve

# first
compose book_dinner(users):
    prefs = {}  # all of them
    for u in users:
        prefs[u] = ask_preference(u)
    r = identify_overlap(prefs)

# second
compose none(users):
    # two calls
    for u in users:
        for r in ask_preference(u):
            book_table(r)
        ask_preference(u)

# third
compose book_dinner(users):
    prefs = {}
    for u in users:
        prefs[u] = ask_preference(u)
    book_table(identify_overlap(prefs))
"""


def test_figure_1_s_unaligned_composition(folder: Path) -> None:
    before = (folder / "unaligned.p2c").read_text()
    result = p2c("fix", "unaligned.p2c", *PATIENT)
    assert result.exit_code == 1 and (folder / "unaligned.p2c").read_text() == before
    assert result.stdout == snapshot("""\
--- unaligned.p2c
+++ unaligned.p2c (repaired)
@@ -4,6 +4,6 @@
     bookings = {}
     for u in users:
         prefs = ask_preference(u)
-        for r in prefs:
-            book_table(r)
-    r = identify_overlap(prefs)
+        bookings[u] = prefs
+    r = identify_overlap(bookings)
+    book_table(r)

book_dinner: 5 edited steps
  added `bookings[u] = prefs`
    else P2C901: nothing is ever written to `bookings`
  removed `for r in prefs:` (line 7)
    else P2C302: `prefs`, or a part of it, has already been consumed, so this is not a tree (rule: shape tree)
    else P2C303: this loop is nested 2 levels deep, but the rule allows only 1 (rule: loops <= 1)
    else P2C403: `reserve` can happen |users|·|prefs| times here, but the rule allows it only once (rule: exactly 1 reserve)
  removed `book_table(r)` (line 8)
    else P2C302: `prefs`, or a part of it, has already been consumed, so this is not a tree (rule: shape tree)
    else P2C303: this loop is nested 2 levels deep, but the rule allows only 1 (rule: loops <= 1)
    else P2C403: `reserve` can happen |users|·|prefs| times here, but the rule allows it only once (rule: exactly 1 reserve)
  changed `r = identify_overlap(prefs)` (line 9) to `r = identify_overlap(bookings)`
    else P2C162: `prefs` is not defined here: it is only visible in the block that assigns it
    else P2C230: `prefs` takes Map[User, Set[Restaurant]], but this is Set[Restaurant]
  added `book_table(r)`
    else P2C403: `reserve` never happens, but the rule requires it at least once (rule: exactly 1 reserve)
""")  # noqa: E501


def test_write_repairs_the_file_once(folder: Path) -> None:
    file = folder / "unaligned.p2c"
    file.chmod(0o600)
    assert p2c("fix", "unaligned.p2c", "--write", *PATIENT).exit_code == 0
    after = file.read_bytes()
    assert p2c("lint", "unaligned.p2c").exit_code == 0
    again = p2c("fix", "unaligned.p2c", "--write")
    assert (again.exit_code, again.stdout) == (0, "nothing to repair\n")
    assert file.read_bytes() == after and stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_accepted_composition_is_left_alone(folder: Path) -> None:
    before = (folder / "aligned.p2c").read_bytes()
    result = p2c("fix", "aligned.p2c", "--write")
    assert (result.exit_code, result.stdout) == (0, "nothing to repair\n")
    assert (folder / "aligned.p2c").read_bytes() == before


def test_all_rejected_compositions_of_a_file_are_repaired(folder: Path) -> None:
    file = folder / "two.p2c"
    file.write_text(TWO)
    result = p2c("fix", "two.p2c", "--write", *PATIENT)
    assert result.exit_code == 0, result.output
    repaired = TWO.replace("overlap(prefs)\n\n", "overlap(prefs)\n    book_table(r)\n\n")
    assert file.read_text() == repaired.replace("            book_table(r)\n", "            ask_preference(u)\n")


def test_a_reviewed_exception_stays(folder: Path) -> None:
    text = (folder / "aligned.p2c").read_text()
    (folder / "twice.p2c").write_text(
        text + "    book_table(r)  # p2c: ignore[P2C403, P2C302] the restaurant merges both\n"
    )
    assert p2c("lint", "twice.p2c").exit_code == 0
    assert p2c("fix", "twice.p2c").stdout == "nothing to repair; left as it is: 2 reviewed exceptions\n"


def test_a_repair_keeps_every_rule_and_says_so_of_exceptions(folder: Path) -> None:
    text = (folder / "aligned.p2c").read_text()
    twice = "    book_table(r)  # p2c: ignore[P2C403, P2C302] the restaurant merges both\n"
    (folder / "twice.p2c").write_text(text + twice + "    book_table(r)\n")
    result = p2c("fix", "twice.p2c", *PATIENT)
    assert result.exit_code == 1 and "it also repairs what is a reviewed exception or ignored (" in result.stderr


def test_warnings_are_not_repaired_and_said_to_stay(folder: Path) -> None:
    text = (folder / "aligned.p2c").read_text()
    (folder / "warned.p2c").write_text(text.replace("    book_table(r)\n", "    rest = []\n    book_table(r)\n"))
    result = p2c("fix", "warned.p2c")
    assert (result.exit_code, result.stdout) == (0, "nothing to repair; left as it is: 1 warning\n")


def test_one_task_s_compositions_alone(folder: Path) -> None:
    (folder / "two.p2c").write_text(TWO)
    only = p2c("fix", "two.p2c", "--task", "none", *PATIENT).stdout
    assert "none: " in only and "book_dinner: " not in only
    wrong = p2c("fix", "two.p2c", "--task", "non")
    assert wrong.exit_code == 2 and "did you mean `none`?" in wrong.stderr


def test_what_can_be_repaired_is_written_beside_what_cannot(folder: Path) -> None:
    file = folder / "two.p2c"
    file.write_text(TWO.replace("        ask_preference(u)\n\n", "        gone(u)\n\n"))
    result = p2c("fix", "two.p2c", "--write", *PATIENT)
    assert result.exit_code == 1 and "two.p2c:14: correct these errors first" in result.stderr
    assert result.stderr.endswith("1 of 2 rejected compositions have no repair and stay as they are\n")
    assert "P2C160" in result.stderr and "    book_table(r)\n\n# second" in file.read_text()


def test_the_spec_s_bytes_stay(folder: Path) -> None:
    spec = (folder / "dinner.p2c").read_text().replace("\n", "\r\n").replace("type User", "type   User")
    compose = (folder / "unaligned.p2c").read_text().split("\n\n", 1)[1].replace("\n", "\r\n")
    file = folder / "whole.p2c"
    file.write_bytes(b"\xef\xbb\xbf" + (spec + compose).encode())
    assert p2c("fix", "whole.p2c", "--write", *PATIENT).exit_code == 0
    after = file.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf" + spec.encode()) and after.count(b"\n") == after.count(b"\r\n")
    assert p2c("lint", "whole.p2c").exit_code == 0


def test_standard_input_is_repaired_to_standard_output(folder: Path) -> None:
    before = (folder / "unaligned.p2c").read_text()
    shown = p2c("fix", "-", *PATIENT, input=before)
    assert shown.exit_code == 1 and shown.stdout.startswith("--- -\n")
    written = p2c("fix", "-", "--write", *PATIENT, input=before)
    assert written.exit_code == 0 and written.stdout.endswith("    book_table(r)\n")
    assert p2c("fix", "-", "--write", input=written.stdout).stdout == written.stdout


def test_bounds_are_said_and_end_with_1() -> None:
    few = p2c("fix", "unaligned.p2c", "--max-edits", 4, *PATIENT)
    assert (few.exit_code, few.stdout) == (1, "")
    assert few.stderr == snapshot("""\
p2c: unaligned.p2c:3: no composition of `book_dinner` within 4 edited steps is accepted; allow more edits with --max-edits, or plan a new one with `p2c plan`
""")  # noqa: E501
    weak = p2c("fix", "unaligned.p2c", "--effort", 100, *PATIENT)
    assert (weak.exit_code, weak.stdout) == (1, "")
    assert weak.stderr == snapshot("""\
p2c: unaligned.p2c:3: no repair of `book_dinner` was found within the effort: there is none within 3 edited steps; the search was stopped after 100 steps: allow more with --effort, or plan a new one with `p2c plan`
""")  # noqa: E501


def test_a_search_that_runs_out_of_time_says_so_and_not_that_there_is_nothing_to_repair() -> None:
    result = p2c("fix", "unaligned.p2c", "--timeout", 0)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("p2c: unaligned.p2c:3: no repair of `book_dinner` was found in time")
    assert "stopped after 0 s: allow more time with --timeout, or plan a new one with `p2c plan`" in result.stderr


def test_a_repair_that_is_not_proved_the_nearest_is_marked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_HEAD_START", -1_000_000)
    result = p2c("fix", "unaligned.p2c", "--write", "--effort", 500, *PATIENT)
    assert result.exit_code == 0 and "(not proved to be the nearest)" in result.stdout
    assert "unaligned.p2c:3: this repair is not proved to be the nearest: there is none within" in result.stderr
    assert p2c("lint", "unaligned.p2c").exit_code == 0


def test_an_interrupt_shows_earlier_repairs_and_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(program: Program, spec: Spec, **bounds: object) -> Repair:
        if program.task.name == "none":
            raise Interrupted(2, None) from KeyboardInterrupt()
        return recompose(program, spec, timeout=None)

    monkeypatch.setattr("p2c_dsl.planners.repair.recompose", interrupted)
    file = folder / "two.p2c"
    file.write_text(TWO)
    result = p2c("fix", "two.p2c", "--write")
    assert result.exit_code == 130 and file.read_text() == TWO
    assert "book_dinner: 1 edited step\n" in result.stdout and "none: " not in result.stdout
    assert result.stderr == (
        "p2c: two.p2c:14: interrupted while repairing `none`: there is no repair within 2 edited steps; "
        "nothing was written\n"
    )
    piped = p2c("fix", "-", "--write", input=TWO)
    assert (piped.exit_code, piped.stdout) == (130, "")


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("compose t(:\n", 1, "correct these errors first"),
        (
            'use "dinner.p2c"\n\ncompose book_dinner(users):\n    for u in users\n',
            1,
            "correct these errors first",
        ),
        ('use "gone.p2c"\ncompose t():\n    f()\n', 1, "P2C133"),
        ("task t():\n    at most 1 gone\ncompose t():\n    f()\n", 1, "P2C147"),
        ('use "dinner.p2c"\ncompose lunch(users):\n    book_table(users)\n', 1, "there is no task `lunch`"),
        ('use "dinner.p2c"\ncompose book_dinner(guests):\n    ask_preference(guests)\n', 1, "P2C181"),
        ("", 2, "there is no composition in"),
        ("type User\n", 2, "there is no composition in"),
    ],
)
def test_hostile_input(folder: Path, text: str, code: int, told: str) -> None:
    file = folder / "bad.p2c"
    file.write_text(text)
    for options in ((), ("--write",)):
        result = p2c("fix", "bad.p2c", *options)
        assert result.exit_code == code and told in result.stderr, result.output
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.p2c"], "there is no such file"),
        (["."], "is a folder: give the path of a file in it"),
        (["unaligned.p2c", "--max-edits", "-1"], "--max-edits"),
        (["unaligned.p2c", "--effort", "0"], "--effort"),
        (["unaligned.p2c", "--timeout", "-1"], "--timeout"),
    ],
)
def test_2_on_wrong_usage(arguments: list[str], told: str) -> None:
    result = p2c("fix", *arguments)
    assert result.exit_code == 2 and told in result.stderr


def test_a_file_that_cannot_be_written_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    result = p2c("fix", "unaligned.p2c", "--write")
    assert result.exit_code == 2 and "cannot write unaligned.p2c: Permission denied" in result.stderr


def test_what_the_settings_exclude_or_ignore_stays(folder: Path) -> None:
    before = (folder / "unaligned.p2c").read_text()
    (folder / "pyproject.toml").write_text('[tool.p2c]\nexclude = ["unaligned.p2c"]\n')
    excluded = p2c("fix", "unaligned.p2c", "--write")
    assert (excluded.exit_code, excluded.stdout) == (0, "")
    assert "the settings exclude unaligned.p2c, so it was not looked at" in excluded.stderr
    piped = p2c("fix", "-", "--write", "--stdin-filename", "unaligned.p2c", input=before)
    assert (piped.exit_code, piped.stdout) == (0, before)
    (folder / "pyproject.toml").write_text('[tool.p2c]\nignore = ["P2C"]\n')
    ignored = p2c("fix", "unaligned.p2c", "--write")
    assert ignored.exit_code == 0 and ignored.stdout.startswith("nothing to repair; left as it is: ")
    assert (folder / "unaligned.p2c").read_text() == before
