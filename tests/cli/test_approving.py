"""`p2c run` and calls that need approval: the terminal, standing answers, and nobody."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import p2c

pytestmark = pytest.mark.usefixtures("folder")
PLAN = """
type Item
effect send(Item) irreversible
subtask items() -> List[Item]
subtask mail(x: Item, note: Text = "hi"):
    does send(x)
task t():
    send needs approval

compose t():
    for x in items():
        mail(x)
"""
WORLD = """
class World:
    def __init__(self, seed): pass
    def inputs(self): return {}
    def tools(self): return dict(items=lambda: ["a", "b\\u202e\\nc"], mail=lambda x, note: None)
    def verify(self): return None
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "t.p2c").write_text(PLAN.lstrip())
    (tmp_path / "world.py").write_text(WORLD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_script_can_approve_all() -> None:
    result = p2c("run", "t.p2c", "--approve", "all")
    assert result.exit_code == 0
    assert "mail('a', default) needs approval\n" in result.stdout
    assert "    approved by --approve all\n" in result.stdout


def test_or_none_and_the_run_has_not_completed() -> None:
    result = p2c("run", "t.p2c", "--approve", "none")
    assert result.exit_code == 1 and "[send(" not in result.stdout
    assert result.stdout.splitlines()[-1] == (
        "✗ `mail` was not called, because it has not been approved (denied by --approve none)"
    )


def test_without_a_terminal_nobody_is_asked_and_it_says_what_to_do() -> None:
    result = p2c("run", "t.p2c", input="y\ny\n")
    assert result.exit_code == 1 and "[send(" not in result.stdout
    assert "not a terminal" in result.stdout and "`--approve all` or `none`" in result.stdout


def test_answers_stand_in_the_document() -> None:
    document = json.loads(p2c("run", "t.p2c", "--approve", "none", "--trace", "json").stdout)
    assert (document["completed"], document["denied"]) == (False, True)
    (asked,) = document["approvals"]
    assert asked["subtask"] == "mail" and asked["line"] == 11 and asked["rules"] == ["send needs approval"]
    assert (asked["approved"], asked["by"]) == (False, "--approve none")
    assert asked["asked"] <= asked["answered"]


def test_a_dry_run_asks_nobody() -> None:
    result = p2c("run", "t.p2c", "--dry-run", "--seed", 0)
    assert result.exit_code == 0 and "approved by simulation" in result.stdout
    assert p2c("run", "t.p2c", "--dry-run", "--seed", 0, "--approve", "none").exit_code == 1


def test_a_plan_is_tried_in_its_world_without_asking(folder: Path) -> None:
    spec = PLAN[: PLAN.index("compose")].replace("approval\n", "approval\n    at least 1 send\n")
    spec = spec.replace("List[Item]", "List[Item] >= 1")
    (folder / "t.p2c").write_text(spec)
    result = p2c("plan", "t.p2c", "--run")
    assert result.exit_code == 0, result.output
    assert "approved by simulation" in result.stdout


def test_lint_lists_where_a_run_will_ask() -> None:
    assert p2c("lint", "t.p2c").stdout == "no findings\nt.p2c:11: asks before `mail` (send needs approval)\n"
    (point,) = json.loads(p2c("lint", "t.p2c", "--format", "json").stdout)["approvals"]
    assert (point["subtask"], point["rules"]) == ("mail", ["send needs approval"])
    assert point["location"]["start"] == {"line": 11, "column": 9}


def test_and_so_it_does_below_findings(folder: Path) -> None:
    (folder / "t.p2c").write_text(PLAN.lstrip().replace("approval\n", "approval\n    at most 0 send\n"))
    output = folder / "found.txt"
    assert p2c("lint", "t.p2c", "--output", output).exit_code == 1
    assert p2c("lint", "t.p2c").stdout.endswith("1 error\nt.p2c:12: asks before `mail` (send needs approval)\n")
    assert output.read_text().endswith("1 error\nt.p2c:12: asks before `mail` (send needs approval)\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
class TestOnATerminal:
    def run(self, *answers: bytes) -> tuple[str, int]:
        """What the terminal shows, and the exit status; each answer is typed where a question ends."""
        import pty

        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(sys.executable, [sys.executable, "-c", "from p2c_dsl.cli import main; main()", "run", "t.p2c"])
        output, left, end = b"", list(answers), time.monotonic() + 60
        while time.monotonic() < end:
            try:
                part = os.read(terminal, 4096) if select.select([terminal], [], [], 1)[0] else b"\0"
            except OSError:
                break
            output += part.strip(b"\0")
            if output.endswith(b"[y/N] ") and left:
                os.write(terminal, left.pop(0))
        os.close(terminal)
        return output.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_each_call_is_shown_and_asked_about(self) -> None:
        shown, status = self.run(b"y\n", b"yes\n")
        assert status == 0
        assert (
            "`mail` needs approval (send needs approval):\n"
            "  x    = 'a'\n"
            "  note = 'hi' (the default)\n"
            "  does send('a') (irreversible)\n"
            "Make this call? [y/N] "
        ) in shown
        assert r"x    = 'b\u202e\nc'" in shown and "approved by the terminal" in shown

    @pytest.mark.parametrize("answer", [b"\n", b"n\n", b"sure\n", b"\x04"], ids=["none", "no", "unclear", "the end"])
    def test_all_but_a_clear_yes_is_a_no(self, answer: bytes) -> None:
        shown, status = self.run(answer)
        assert status == 1 and "denied by the terminal" in shown and "[send(" not in shown

    def test_what_is_typed_ahead_answers_one_question_only(self) -> None:
        shown, status = self.run(b"y\ny\ny\n", b"n\n")
        assert status == 1 and shown.count("[send(") == 1

    def test_an_interrupt_ends_the_run_as_elsewhere(self) -> None:
        shown, status = self.run(b"y\n", b"\x03")
        assert status == 130 and shown.count("[send(") == 1 and "✗ interrupted\n" in shown
