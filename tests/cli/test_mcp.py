"""`p2c mcp`, asked by a real client over stdio."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES

pytest.importorskip("mcp")

from p2c_dsl.importing.mcp_server import Server, ToolFailed, connect

# A client gives its server few of its own environment's variables: this tree is named in the command.
ROOT = Path(__file__).parents[2]
COMMAND = [
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from p2c_dsl.cli import main; main()",
    "mcp",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(EXAMPLES / "dinner" / "dinner.p2c", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with connect(COMMAND, timeout=60) as running:
            yield running


def text(name: str) -> str:
    return (EXAMPLES / "dinner" / name).read_text()


def test_its_tools_say_that_they_only_read(server: Server) -> None:
    assert {tool.name: tool.claims for tool in server.tools()} == dict.fromkeys(
        ("lint", "fix", "explain", "plan", "graph"), ("read_only", "closed_world")
    )


def test_an_agent_can_lint_a_composition(server: Server) -> None:
    aligned = json.loads(server.call("lint", {"text": text("aligned.p2c")})["result"])
    assert aligned["diagnostics"] == []
    unaligned = json.loads(server.call("lint", {"text": text("unaligned.p2c")})["result"])
    (found,) = (d for d in unaligned["diagnostics"] if d["code"] == "P2C403")
    assert found["verdict"] == "violated" and found["counterexample"]["steps"]


def test_an_agent_can_have_a_composition_repaired(server: Server) -> None:
    answer = json.loads(server.call("fix", {"text": text("unaligned.p2c")})["result"])
    assert answer["text"].endswith("    r = identify_overlap(bookings)\n    book_table(r)\n")
    assert [edit["kind"] for edit in answer["edits"]] == ["insert", "drop", "drop", "change", "insert"]
    assert answer["edits"][-1]["reasons"][0]["code"] == "P2C403"
    aligned = json.loads(server.call("fix", {"text": text("aligned.p2c")})["result"])
    assert aligned == {"text": text("aligned.p2c"), "edits": []}


def test_an_agent_is_told_why_there_is_no_repair(server: Server) -> None:
    for arguments, told in (
        ({"text": text("unaligned.p2c"), "max_edits": 2}, "within 2 edited steps"),
        ({"text": text("unaligned.p2c"), "task": "lunch"}, "no composition of `lunch`"),
        ({"text": text("dinner.p2c")}, "there is no composition to repair"),
        ({"text": text("aligned.p2c") + "    missing(r)\n"}, "P2C160"),
        ({"text": "compose t(:"}, "plan.p2c:1"),
    ):
        with pytest.raises(ToolFailed, match=told):
            server.call("fix", arguments)


def test_an_agent_can_ask_what_a_code_means(server: Server) -> None:
    assert "P2C404" in server.call("explain", {"code": "P2C404"})["result"]
    with pytest.raises(ToolFailed, match="there is no code or rule `P2C999`"):
        server.call("explain", {"code": "P2C999"})


def test_an_agent_can_have_a_task_planned(server: Server) -> None:
    planned = server.call("plan", {"text": text("dinner.p2c")})["result"]
    assert planned.startswith("compose book_dinner(users):\n") and "book_table(" in planned
    for arguments, told in (
        ({"text": text("dinner.p2c"), "task": "lunch"}, "name one of the tasks: book_dinner"),
        ({"text": text("dinner.p2c"), "budget": 3}, "no composition of `book_dinner`"),
        ({"text": "task t(:"}, "plan.p2c:1"),
    ):
        with pytest.raises(ToolFailed, match=told):
            server.call("plan", arguments)


def test_an_agent_can_draw_a_composition(server: Server) -> None:
    assert server.call("graph", {"text": text("aligned.p2c")})["result"].startswith("flowchart")
    with pytest.raises(ToolFailed, match="no composition"):
        server.call("graph", {"text": text("dinner.p2c")})


def test_nothing_of_the_folder_is_needed_but_what_is_used(server: Server) -> None:
    missing = json.loads(server.call("lint", {"text": 'use "gone.p2c"'})["result"])
    assert missing["diagnostics"][0]["code"] == "P2C133"
    assert not Path("plan.p2c").exists()
