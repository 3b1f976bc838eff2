"""The process: how it starts, how it ends, and what it never shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import p2c_dsl
from p2c_dsl import cli
from p2c_dsl.cli import app as table
from tests.cli.commands import p2c
from tests.cli.conftest import EXAMPLES

ROOT = Path(__file__).parents[2]
COMMANDS = (
    *("lint", "fix", "fmt", "explain", "rules", "graph", "grammar", "plan", "run", "new", "mcp"),
    *("train", "eval", "label", "align", "measure"),
)
START = (sys.executable, "-c", "from p2c_dsl.cli import main; main()")


def started(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*START, *arguments], capture_output=True, env=os.environ | environment, check=False, timeout=60
    )


def ended(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """The exit status of a command in which something is raised."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(table, "app", lambda names: fail)
    monkeypatch.setattr(sys, "argv", ["p2c", "lint"])
    with pytest.raises(SystemExit) as exit:
        cli.main()
    assert isinstance(exit.value.code, int)
    return exit.value.code


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_needs_no_command(option: str) -> None:
    assert started(option).stdout == f"p2c {p2c_dsl.__version__}\n".encode()
    assert p2c(option).stdout == f"p2c {p2c_dsl.__version__}\n"


def test_help_names_every_command_with_a_whole_sentence() -> None:
    output = p2c("--help").stdout
    lines = [re.search(rf"^  {command}  +(.*)$", output, re.MULTILINE) for command in COMMANDS]
    assert all(line is not None and line[1].endswith(".") and not line[1].endswith("...") for line in lines)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_s_help_has_an_example(command: str) -> None:
    assert f"\n    p2c {command}" in p2c(command, "--help").stdout


@pytest.mark.parametrize("arguments", [["bogus"], ["lint"], ["lint", "--bogus"], ["plan", "x", "--seed", "y"]])
def test_wrong_usage_ends_with_2_and_points_at_help(arguments: list[str]) -> None:
    result = p2c(*arguments)
    assert result.exit_code == 2 and "--help" in result.stderr


def test_an_internal_error_ends_with_3_and_says_how_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("P2C_DEBUG", raising=False)
    assert ended(monkeypatch, RecursionError("too deep")) == 3
    told = capsys.readouterr().err
    assert "internal error: RecursionError: too deep" in told
    assert "report" in told and "P2C_DEBUG=1" in told and "Traceback" not in told


def test_its_traceback_is_shown_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2C_DEBUG", "1")
    with pytest.raises(RecursionError, match="too deep"):
        ended(monkeypatch, RecursionError("too deep"))


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(monkeypatch, KeyboardInterrupt()) == 130


def heeds_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_while_a_command_works_ends_with_130_too(dinner: Path) -> None:
    world = "from pathlib import Path\nimport time\nPath('started').touch()\ntime.sleep(60)\n"
    (dinner / "world.py").write_text(world)
    # A shell's background job passes on that it ignores interrupts.
    process = subprocess.Popen([*START, "run", "aligned.p2c"], stderr=subprocess.PIPE, preexec_fn=heeds_interrupts)
    deadline = time.monotonic() + 30
    while not (dinner / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130 and b"Traceback" not in told


def test_a_reader_that_leaves_is_no_error_to_talk_about() -> None:
    command = " ".join(f"'{part}'" for part in START)
    done = subprocess.run(["bash", "-c", f"{command} explain | head -1"], capture_output=True, check=False, timeout=60)
    assert done.stdout.startswith(b"P2C101") and done.stderr == b""


def test_a_terminal_that_knows_only_ascii_gets_everything_escaped() -> None:
    done = started("lint", str(EXAMPLES / "dinner" / "unaligned.p2c"), PYTHONIOENCODING="ascii")
    assert done.returncode == 1 and done.stderr == b""
    assert b"|users|\\xb7|prefs|" in done.stdout and b"x 3. book_table" in done.stdout


@pytest.mark.parametrize("format", ["text", "concise", "json", "sarif", "github"])
def test_a_file_s_name_can_be_any_bytes(folder: Path, format: str) -> None:
    path = os.fsencode(folder) + b"/\xff.p2c"
    with open(path, "wb") as file:
        file.write(b"type A\ntype A\n")
    done = started("lint", path, "--format", format)
    assert done.returncode == 1 and b"P2C134" in done.stdout and done.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--version"], ["typer", "lark", "rich", "p2c_dsl.syntax"]),
        (
            ["lint", "clean.p2c"],
            ["torch", "networkx", "pydantic", "sarif_pydantic", "rich.console", "pathspec"],
        ),
    ],
    ids=["the version", "lint"],
)
def test_nothing_is_imported_that_is_not_needed(folder: Path, arguments: list[str], unneeded: list[str]) -> None:
    (folder / "clean.p2c").write_text("type A\n")
    code = "import atexit, sys\natexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr))\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}{START[-1]}", *arguments], capture_output=True, text=True, check=True
    )
    assert set(unneeded) & set(done.stderr.split()) == set()


def test_the_hooks_and_the_action_call_commands_that_exist() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert re.findall(r"entry: p2c (\w+)", hooks) == ["lint", "fmt"]
    action = (ROOT / "action.yml").read_text()
    used = re.findall(r"^ +p2c (\w+) (--\w+)", action, re.MULTILINE)
    assert used == [("lint", "--format")] and "--output" in p2c("lint", "--help").stdout
