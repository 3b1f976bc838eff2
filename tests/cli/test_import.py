"""`p2c import` and `p2c run --mcp`: from a server to a plan that runs on it."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli.commands import p2c

SERVER = Path(__file__).parents[1] / "importing" / "files_server.py"
TIDY = """use "files.p2c"

effect move(name: Text)
effect write(path: Text)

override subtask list_directory:
    pure

override subtask is_report:
    pure

override subtask move_file:
    does move(name)

override subtask write_file:
    does write(path)

task tidy(folder: Text, archive: Text, log: Text):
    constant note: Text = "tidied"
    loops <= 1
    at most 1 write
    no move after write
    move_file only if is_report(name)
    move_file.target from archive

compose tidy(folder, archive, log):
    for entry in list_directory(folder).entries:
        if is_report(entry.name):
            move_file(folder, entry.name, archive)
    write_file(log, note)
"""


@pytest.fixture
def tools(folder: Path) -> Path:
    listed = {"tools": [{"name": "get-env", "annotations": {"readOnlyHint": True}}]}
    (folder / "tools.json").write_text(json.dumps(listed))
    return folder


def test_a_list_becomes_a_spec_and_a_report(tools: Path) -> None:
    result = p2c("import", "tools", "tools.json", "-o", "tools.p2c")
    assert result.exit_code == 0 and result.stdout == ""
    assert result.stderr.startswith("1 tools; with exact types: none")
    assert 'subtask get_env as "get-env"() -> Text:' in (tools / "tools.p2c").read_text()


def test_the_spec_goes_to_standard_output_otherwise(tools: Path) -> None:
    assert "claims read_only" in p2c("import", "tools", "tools.json").stdout


def test_what_it_claims_is_a_note_that_fails_no_build(tools: Path) -> None:
    p2c("import", "tools", "tools.json", "-o", "tools.p2c")
    result = p2c("lint", "tools.p2c", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["summary"] == {"error": 0, "warning": 0, "note": 1}


def test_drift_is_told_and_fails(tools: Path) -> None:
    p2c("import", "tools", "tools.json", "-o", "tools.p2c")
    assert p2c("import", "tools", "tools.json", "--check", "tools.p2c").stdout == "no drift\n"
    (tools / "tools.json").write_text(json.dumps({"tools": [{"name": "get-env"}, {"name": "set"}]}))
    result = p2c("import", "tools", "tools.json", "--check", "tools.p2c")
    assert result.exit_code == 1
    assert "tools.p2c:5: `get_env`: it no longer claims to be read_only" in result.stdout
    assert "the tool `set` has been added" in result.stdout
    assert "set" not in (tools / "tools.p2c").read_text()


def test_a_fresh_import_tells_what_has_changed_and_keeps_names(tools: Path) -> None:
    p2c("import", "tools", "tools.json", "-o", "tools.p2c")
    (tools / "tools.json").write_text(json.dumps({"tools": [{"name": "get_env"}, {"name": "get-env"}]}))
    result = p2c("import", "tools", "tools.json", "-o", "tools.p2c")
    assert result.exit_code == 0 and "the tool `get_env_2` has been added" in result.stderr
    assert 'subtask get_env as "get-env"()' in (tools / "tools.p2c").read_text()
    assert p2c("import", "tools", "tools.json", "--check", "tools.p2c").exit_code == 0


def test_what_is_no_import_is_not_overwritten(tools: Path) -> None:
    (tools / "mine.p2c").write_text("type Mine\n")
    result = p2c("import", "tools", "tools.json", "-o", "mine.p2c")
    assert result.exit_code == 2 and "nothing was changed" in result.stderr
    assert (tools / "mine.p2c").read_text() == "type Mine\n"


def test_a_spec_that_cannot_be_read_has_not_drifted(tools: Path) -> None:
    (tools / "tools.p2c").write_text("subtask (\n")
    result = p2c("import", "tools", "tools.json", "--check", "tools.p2c")
    assert result.exit_code == 2 and "tools.p2c:1: " in result.stderr


def test_no_name_of_a_tool_moves_the_cursor(tools: Path) -> None:
    named = {"name": "f", "inputSchema": {"type": "object", "properties": {"\x1b[2J": {}, "\x9b2J": 3}}}
    (tools / "tools.json").write_text(json.dumps({"tools": [named]}))
    result = p2c("import", "tools", "tools.json")
    assert result.exit_code == 2 and not {"\x1b", "\x9b"} & set(result.stderr)
    del named["inputSchema"]["properties"]["\x9b2J"]
    (tools / "tools.json").write_text(json.dumps({"tools": [named]}))
    result = p2c("import", "tools", "tools.json")
    assert result.exit_code == 0 and "opaque" in result.stderr and "\x1b" not in result.stderr + result.stdout


class TestChoosing:
    @pytest.fixture(autouse=True)
    def three(self, tools: Path) -> None:
        listed = [{"name": "get_a"}, {"name": "get_b"}, {"name": "odd", "inputSchema": 3}]
        (tools / "tools.json").write_text(json.dumps({"tools": listed}))

    def test_an_odd_tool_costs_itself_and_is_told(self) -> None:
        result = p2c("import", "tools", "tools.json")
        assert result.exit_code == 0 and "subtask get_a()" in result.stdout
        assert "left out: odd: tools[2].inputSchema: a JSON Schema must be an object" in result.stderr

    def test_unless_all_or_nothing_is_wanted(self) -> None:
        result = p2c("import", "tools", "tools.json", "--strict")
        assert result.exit_code == 2 and result.stdout == "" and "tools[2].inputSchema" in result.stderr
        assert p2c("import", "tools", "tools.json", "--strict", "--skip", "odd").exit_code == 0

    def test_tools_are_chosen_by_name(self) -> None:
        text = p2c("import", "tools", "tools.json", "--only", "get_*", "--skip", "*_b").stdout
        assert "subtask get_a()" in text and "get_b" not in text
        assert p2c("import", "tools", "tools.json", "--only", "put_*").exit_code == 2

    def test_an_overlay_uses_the_spec_and_is_never_overwritten(self, tools: Path) -> None:
        (tools / "specs").mkdir()
        result = p2c("import", "tools", "tools.json", "-o", "specs/tools.p2c", "--overlay", "mine.p2c")
        assert result.exit_code == 0 and 'use "specs/tools.p2c"' in (tools / "mine.p2c").read_text()
        assert p2c("lint", "mine.p2c").exit_code == 0
        again = p2c("import", "tools", "tools.json", "-o", "specs/tools.p2c", "--overlay", "mine.p2c")
        assert again.exit_code == 2 and "not overwritten" in again.stderr
        assert p2c("import", "tools", "tools.json", "--overlay", "other.p2c").exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["nope.json"], ["tools.json", "--check", "nope.p2c"], ["tools.json", "-o", "no/x.p2c"]]
)
def test_files_that_are_not_there(tools: Path, arguments: list[str]) -> None:
    result = p2c("import", "tools", *arguments)
    assert result.exit_code == 2 and "no" in result.stderr and "Traceback" not in result.stderr


def test_functions_of_the_working_folder_become_a_spec(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "own_tools_here.py").write_text('def ask(name: str) -> bool:\n    """Ask."""\n')
    monkeypatch.syspath_prepend(str(folder))
    assert "subtask ask(name: Text) -> Bool:" in p2c("import", "python", "own_tools_here").stdout
    broken = p2c("import", "python", "own_tools_here:no")
    assert broken.exit_code == 2 and "`no` was not found" in broken.stderr


class TestServer:
    pytest.importorskip("mcp")

    @pytest.fixture
    def work(self, folder: Path) -> Path:
        assert p2c("import", "mcp", "-o", "files.p2c", "--", sys.executable, SERVER).exit_code == 0
        (folder / "tidy.p2c").write_text(TIDY)
        for name in ("in", "out"):
            (folder / name).mkdir()
        for name in ("report-1", "report-2", "letter"):
            (folder / "in" / name).touch()
        return folder

    def run(self, *more: object, file: str = "tidy.p2c") -> tuple[int, str, str]:
        inputs = ("folder=in", "archive=out", "log=log.txt")
        given = [word for entry in inputs for word in ("--input", entry)]
        result = p2c("run", file, "--mcp", f"{sys.executable} {SERVER}", *given, *more)
        return result.exit_code, result.stdout, result.stderr

    def test_a_composition_runs_on_it(self, work: Path) -> None:
        assert p2c("lint", "tidy.p2c").exit_code == 0
        code, shown, _ = self.run()
        assert code == 0 and shown.endswith("✓ completed\n")
        assert sorted(p.name for p in (work / "out").iterdir()) == ["report-1", "report-2"]
        assert [p.name for p in (work / "in").iterdir()] == ["letter"]
        assert (work / "log.txt").read_text() == "tidied"

    def test_a_server_that_dies_leaves_the_trace_of_what_was_done(self, work: Path) -> None:
        signed = "override subtask die:\n    pure\n\noverride subtask write"
        text = TIDY.replace("    write_file(", "    die()\n    write_file(").replace("override subtask write", signed)
        (work / "tidy.p2c").write_text(text)
        code, shown, _ = self.run()
        assert code == 1 and "move_file('in', 'report-1', 'out')" in shown
        assert "a fatal thing" in shown.splitlines()[-1] and not (work / "log.txt").exists()

    def test_what_a_tool_answers_does_not_move_the_cursor(self, work: Path) -> None:
        signed = "override subtask shout:\n    pure\n\noverride subtask write"
        text = TIDY.replace("    write_file(", "    shout()\n    write_file(")
        (work / "tidy.p2c").write_text(text.replace("override subtask write", signed))
        code, shown, _ = self.run()
        assert code == 1 and "red" in shown and not {"\x1b", "\x9b", "\u202e"} & set(shown)

    def test_a_result_of_another_type_stops_the_run(self, work: Path) -> None:
        spec = (work / "files.p2c").read_text()
        (work / "files.p2c").write_text(spec.replace("is_file: Bool", "is_file: Text"))
        code, shown, _ = self.run()
        assert code == 1 and "`is_file`: True is not a valid Text" in shown.splitlines()[-1]
        assert not (work / "log.txt").exists()

    @pytest.mark.parametrize("entry", ["nope=1", "folder", "=x"])
    def test_inputs_that_are_none(self, work: Path, entry: str) -> None:
        code, _, told = self.run("--input", entry)
        assert code == 2 and "write NAME=VALUE, with an input of `tidy` (folder, archive, log)" in told

    def test_a_missing_input_is_named(self, work: Path) -> None:
        result = p2c("run", "tidy.p2c", "--mcp", f"{sys.executable} {SERVER}", "--input", "folder=in")
        assert result.exit_code == 2 and "the input `archive` is missing" in result.stderr

    def test_a_server_that_does_not_start(self, work: Path) -> None:
        result = p2c("run", "tidy.p2c", "--mcp", "no-such-command-here", "--input", "folder=in")
        assert result.exit_code == 2 and "command not found" in result.stderr
