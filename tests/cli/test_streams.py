"""Streams that are closed, full or left by their reader, and sizes that no terminal has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES

P2C = f"'{sys.executable}' -c 'from p2c_dsl.cli import main; main()'"
PLAN = str(EXAMPLES / "dinner" / "unaligned.p2c")


def shell(command: str, **environment: str) -> tuple[int, str, str]:
    """The status, output and errors of a shell's command, in which `p2c` stands for ours."""
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; p2c() {{ {P2C} "$@"; }}; {command}'],
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
        env=os.environ | environment,
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "command",
    [f"lint {PLAN}", f"lint {PLAN} --format json", f"fmt - < {PLAN}", "explain", "--version", "lint --help"],
)
@pytest.mark.parametrize("output", [">&-", "> /dev/full"], ids=["closed", "full"])
def test_output_that_cannot_be_written_is_said_and_ends_with_2(command: str, output: str) -> None:
    status, _, told = shell(f"p2c {command} {output}")
    assert status == 2 and told.startswith("p2c: standard ") and told.count("\n") == 1


@pytest.mark.parametrize("command", [f"lint {PLAN}", "explain", "--version", "new zoo"])
def test_a_reader_that_has_left_ends_it_like_other_commands(command: str) -> None:
    assert shell(f"p2c {command} | head -0") == (141, "", "")


def test_a_folder_is_made_whole_whoever_reads_about_it(folder: Path) -> None:
    shell("p2c new zoo | head -0")
    assert {"zoo.p2c", "world.py"} <= {file.name for file in (folder / "zoo").iterdir()}


def test_nothing_to_say_needs_no_output() -> None:
    assert shell(f"p2c lint {PLAN} --output out --format json >&-")[0] == 1
    assert shell(f"p2c fmt --check {PLAN} > /dev/full") == (0, "", "")


@pytest.mark.parametrize("command", ["lint -", "fmt -", "fix -"])
def test_input_that_is_closed_is_said_and_ends_with_2(command: str) -> None:
    status, _, told = shell(f"p2c {command} <&-")
    assert status == 2 and told.startswith("p2c: cannot read standard input")


def test_errors_that_nobody_can_read_change_no_status() -> None:
    assert shell(f"p2c lint {PLAN} 2>&- > /dev/null")[0] == 1
    assert shell("p2c lint --bogus 2>&-")[0] == 2
    for unbuffered in ("", "1"):
        assert shell(f"p2c lint {PLAN} > /dev/full 2>&1", PYTHONUNBUFFERED=unbuffered)[0] == 2


def test_a_working_folder_that_is_not_there_is_said() -> None:
    status, _, told = shell("mkdir it; cd it; rmdir ../it; p2c lint x.p2c", PYTHONPATH=str(EXAMPLES.parent))
    assert (status, told) == (2, "p2c: No such file or directory\n")


@pytest.mark.parametrize("columns", ["0", "1", "-5", "wide", "9" * 30, ""])
def test_a_width_that_no_terminal_has_is_passed_over(columns: str) -> None:
    status, output, _ = shell(f"p2c lint {PLAN}", COLUMNS=columns)
    assert status == 1 and "warning[P2C901]: nothing is ever written to `bookings`" in output
