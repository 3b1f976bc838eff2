"""`p2c run` on Python functions and on the tools of a server."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.commands import p2c

SPEC = """
subtask double(n: Int) -> Int
subtask note(n: Int)
task t(n: Int):
    exactly 1 note
compose t(n):
    twice = double(n)
    note(twice)
"""
FUNCTIONS = """
print("imported")
def double(n: int) -> int:
    return 2 * n
def note(n: int) -> None:
    print("noted", n)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "t.p2c").write_text(SPEC)
    return tmp_path


def functions(folder: Path, text: str) -> str:
    """A module of that text, under a name that no other test has imported."""
    name = f"functions_{abs(hash(folder))}"
    (folder / f"{name}.py").write_text(text)
    return name


def test_the_functions_are_called(folder: Path) -> None:
    result = p2c("run", "t.p2c", "--tools", functions(folder, FUNCTIONS), "--input", "n=4")
    assert result.exit_code == 0 and "noted 8" in result.stdout and "double(4) -> 8" in result.stdout


def test_an_input_in_json_is_refused_for_what_is_wrong_in_it(folder: Path) -> None:
    (folder / "t.p2c").write_text("record R:\n    n: Int\n" + SPEC.replace("task t(n: Int)", "task t(n: Int, r: R)"))
    given = "--input", "n=4", "--input", 'r={"n": 1.5}'
    result = p2c("run", "t.p2c", "--tools", functions(folder, FUNCTIONS), *given, "--unchecked")
    assert result.exit_code == 2 and "`n`: 1.5 is not a valid Int" in result.stderr


def test_what_functions_print_is_not_in_the_document(folder: Path) -> None:
    result = p2c("run", "t.p2c", "--tools", functions(folder, FUNCTIONS), "--input", "n=4", "--trace", "json")
    assert json.loads(result.stdout)["completed"] and "noted 8" in result.stderr and "imported" in result.stderr


def test_a_function_that_is_missing_is_named_before_anything_runs(folder: Path) -> None:
    module = functions(folder, FUNCTIONS.split("def note")[0])
    result = p2c("run", "t.p2c", "--tools", module, "--input", "n=4")
    assert result.exit_code == 2 and "there is no tool for `note`" in result.stderr and "double(4)" not in result.stdout


def test_a_result_of_another_type_ends_the_run_there(folder: Path) -> None:
    module = functions(folder, FUNCTIONS.replace("2 * n", "'eight'"))
    result = p2c("run", "t.p2c", "--tools", module, "--input", "n=4")
    assert result.exit_code == 1 and "noted" not in result.stdout and "`double`" in result.stdout


@pytest.mark.parametrize("module", ["no_such_module", "json:no_such_name"])
def test_2_where_there_are_no_functions(folder: Path, module: str) -> None:
    result = p2c("run", "t.p2c", "--tools", module, "--input", "n=4")
    assert result.exit_code == 2 and "no_such_" in result.stderr and result.stdout == ""


def test_an_input_needs_tools(folder: Path) -> None:
    result = p2c("run", "t.p2c", "--input", "n=4")
    assert result.exit_code == 2 and "--tools" in result.stderr


def test_functions_stand_beside_a_server(folder: Path) -> None:
    server = Path(__file__).parents[2] / "examples" / "files" / "server.py"
    imported = p2c("import", "mcp", "-o", "tools.p2c", "--", sys.executable, str(server))
    assert imported.exit_code == 0
    (folder / "list.p2c").write_text(
        'use "tools.p2c"\nsubtask count(listing: Listing) -> Int\n'
        "override subtask list_directory:\n    pure\n"
        "task t(folder: Text) -> Int\n"
        "compose t(folder):\n    found = list_directory(folder)\n    n = count(found)\n    return n\n"
    )
    (folder / "inbox").mkdir()
    (folder / "inbox" / "report-1").touch()
    command = f"{sys.executable} {server}"
    alone = p2c("run", "list.p2c", "--mcp", command, "--input", "folder=inbox")
    assert alone.exit_code == 2 and "there is no tool for `count`" in alone.stderr
    module = functions(folder, "def count(listing: dict) -> int:\n    return len(listing['entries'])\n")
    both = p2c("run", "list.p2c", "--mcp", command, "--tools", module, "--input", "folder=inbox")
    assert both.exit_code == 0 and "-> 1" in both.stdout
