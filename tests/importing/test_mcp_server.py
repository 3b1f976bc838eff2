"""A real server over stdio: what it lists, what it answers, and the ways in which it fails."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from p2c_dsl.importing import ImportProblem
from p2c_dsl.importing.mcp_server import Server, ToolFailed, connect, list_tools
from p2c_dsl.runtime.tools import Outcome

pytest.importorskip("mcp")

COMMAND = [sys.executable, str(Path(__file__).with_name("files_server.py"))]


@pytest.fixture
def server() -> Iterator[Server]:
    with connect(COMMAND, timeout=20) as running:
        yield running


def test_it_lists_its_tools_with_their_annotations() -> None:
    tools = {tool.name: tool for tool in list_tools(COMMAND, timeout=20).tools}
    assert tools["list-directory"].claims == ("read_only", "closed_world")
    assert tools["move_file"].claims == ()
    assert list(tools["move_file"].input["properties"]) == ["folder", "name", "target"]


def test_a_structured_answer_is_data(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert server.call("list-directory", {"path": str(tmp_path)}) == {"entries": [{"name": "a", "is_file": True}]}


def test_an_answer_that_is_not_text_is_data(server: Server) -> None:
    assert server.call("picture", {}) == [
        {"type": "text", "text": "look"},
        {"type": "image", "data": "AAAA", "mimeType": "image/png"},
    ]


def test_an_answer_may_report_which_effects_happened(server: Server) -> None:
    assert server.call("confess", {"effects": ["mail"]}) == Outcome("done", frozenset({"mail"}))
    assert server.call("confess", {"effects": []}) == Outcome("done", frozenset())
    with pytest.raises(ToolFailed, match="`p2c/happened` is not a list of effect names"):
        server.call("mumble", {})


def test_an_error_of_a_tool_is_told(server: Server) -> None:
    with pytest.raises(ToolFailed, match="`complain` returned an error"):
        server.call("complain", {})


def test_a_server_that_dies_is_told_with_its_last_words() -> None:
    with connect(COMMAND, timeout=20) as server:
        with pytest.raises(ToolFailed, match="a fatal thing"):
            server.call("die", {})
        with pytest.raises(ToolFailed):
            server.call("is-report", {"name": "a"})


def test_a_late_answer_is_not_waited_for() -> None:
    started = time.monotonic()
    with connect(COMMAND, timeout=5) as server, pytest.raises(ToolFailed, match="no answer within 5 s"):
        server.call("sleep", {"seconds": 60})
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ([], "no command"),
        (["no-such-command-here"], "command not found"),
        ([sys.executable, "-c", "import sys; sys.exit('bad thing')"], "bad thing"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "no answer within 2 s"),
    ],
)
def test_what_does_not_start_says_why(command: list[str], told: str) -> None:
    with pytest.raises(ImportProblem, match=told), connect(command, timeout=2):
        raise AssertionError
