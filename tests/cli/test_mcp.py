"""`p2c mcp`, asked by a real client over stdio."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import p2c_dsl
from p2c_dsl.cli.planner_options import ModelOptions
from tests.cli.commands import p2c
from tests.cli.conftest import EXAMPLES
from tests.cli.test_mcp_workers import MUCH

pytest.importorskip("mcp")

from p2c_dsl.cli.mcp_fork_server import Limits
from p2c_dsl.cli.mcp_workers import Workers
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
    for name in ("words.txt", "words.p2c", "../outside.p2c"):
        (folder / name).write_text("hush\n")
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


def test_an_agent_is_told_what_could_not_be_repaired_beside_what_could(server: Server) -> None:
    two = text("unaligned.p2c") + "\ncompose book_dinner(users):\n    missing(users)\n"
    answer = json.loads(server.call("fix", {"text": two, "timeout": 25})["result"])
    assert answer["edits"] and "correct these errors first" in answer["notes"][0]
    with pytest.raises(ToolFailed, match=r"was found in time.*allow more time with `timeout`"):
        server.call("fix", {"text": text("unaligned.p2c"), "timeout": 0})


def test_an_agent_is_told_why_there_is_no_repair(server: Server) -> None:
    for arguments, told in (
        ({"text": text("unaligned.p2c"), "max_edits": 2}, "within 2 edited steps"),
        ({"text": text("unaligned.p2c"), "task": "lunch"}, "no composition of `lunch`"),
        ({"text": text("dinner.p2c")}, "there is no composition to repair"),
        ({"text": text("aligned.p2c") + "    missing(r)\n"}, "P2C160"),
        ({"text": "compose t(:"}, "plan.p2c:1"),
        ({"text": "subtask f()\ntask t():\n    at most 1 g\ncompose t():\n    f()\n"}, "plan.p2c:3:"),
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


def test_an_agent_can_have_several_plans_and_random_ones(server: Server) -> None:
    asked = {"text": text("dinner.p2c"), "planner": "random", "budget": 24}
    one, same, other = (server.call("plan", asked | {"seed": seed})["result"] for seed in (1, 1, 2))
    assert one == same and one.startswith("compose") and other.startswith("compose")
    several = server.call("plan", {"text": text("dinner.p2c"), "count": 3})["result"]
    assert len(set(several.split("\n\n"))) == 3
    few = "type A\nsubtask f() -> A\ntask t() -> A:\n    steps <= 2\n    at most 1 f\n"
    assert server.call("plan", {"text": few, "count": 4})["result"].endswith("\n# found 1 of 4 plans\n")


def test_an_agent_can_have_a_composition_gone_on_with(server: Server) -> None:
    begun = "compose book_dinner(users):\n    table = {}\n    for user in users:\n"
    for planner in ("search", "random"):
        asked = {"text": text("dinner.p2c"), "planner": planner, "partial": begun}
        planned = server.call("plan", asked)["result"]
        assert planned.startswith(begun)
        accepted = json.loads(server.call("lint", {"text": f"{text('dinner.p2c')}\n{planned}"})["result"])
        assert accepted["diagnostics"] == []
    with pytest.raises(ToolFailed, match="line 4"):
        server.call("plan", asked | {"partial": begun + "        for user2 in users:\n"})


HOSTILE: list[tuple[str, dict[str, Any], str]] = [
    ("plan", {"planner": "best"}, "there is no planner `best`: choose search, random or lm"),
    ("plan", {"planner": "../../etc/passwd"}, "there is no planner"),
    ("plan", {"count": 0}, "count must be from 1 to 50"),
    ("plan", {"count": 10**9}, "count must be from 1 to 50"),
    ("plan", {"budget": -1}, "budget must be from 1 to"),
    ("plan", {"budget": 10**12}, "budget must be from 1 to"),
    ("plan", {"partial": "\x00" * 1000}, "line 1"),
    ("plan", {"partial": "compose book_dinner(users):\n" + "    " * 5000 + "x"}, "line 2"),
    ("plan", {"partial": "x" * 10**6}, "has 1,000,000 characters"),
    ("plan", {"text": "#" * 10**6}, "has 1,000,000 characters"),
    ("lint", {"text": "#" * 10**6}, "has 1,000,000 characters"),
    ("fix", {"text": "#" * 10**6}, "has 1,000,000 characters"),
    ("graph", {"text": "#" * 10**6}, "has 1,000,000 characters"),
    ("plan", {"text": 'use "/etc/hostname"'}, "not a .p2c file in the folder"),
    ("explain", {"code": "x" * 10**6}, "has 1,000,000 characters"),
    ("fix", {"max_edits": -(10**30)}, "no composition to repair"),
    ("plan", {"seed": "many"}, "seed"),
    ("plan", {"text": None}, "text"),
]


@pytest.mark.parametrize(("tool", "more", "told"), HOSTILE)
def test_whatever_an_agent_asks_it_gets_an_answer(tool: str, more: dict[str, Any], told: str, server: Server) -> None:
    with pytest.raises(ToolFailed, match=told):
        server.call(tool, {"text": text("dinner.p2c")} | more)
    assert server.call("explain", {"code": "P2C404"})["result"]


def test_an_agent_can_draw_a_composition(server: Server) -> None:
    assert server.call("graph", {"text": text("aligned.p2c")})["result"].startswith("flowchart")
    with pytest.raises(ToolFailed, match="no composition"):
        server.call("graph", {"text": text("dinner.p2c")})


def test_nothing_of_the_folder_is_needed_but_what_is_used(server: Server) -> None:
    missing = json.loads(server.call("lint", {"text": 'use "gone.p2c"'})["result"])
    assert missing["diagnostics"][0]["code"] == "P2C133"
    used = json.loads(server.call("lint", {"text": 'use "dinner.p2c"'})["result"])
    assert used["diagnostics"] == []
    assert not Path("plan.p2c").exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.p2c", "words.txt", "words.p2c"])
def test_no_word_of_another_file_is_seen(path: str, server: Server) -> None:
    for tool in ("lint", "fix", "plan", "graph"):
        try:
            answer = server.call(tool, {"text": f'use "{path}"\n'})["result"]
        except ToolFailed as error:
            answer = str(error)
        assert "P2C133" in answer and "hush" not in answer and "root" not in answer


def test_it_says_which_version_it_is() -> None:
    from mcp.client import Client

    from p2c_dsl.cli.mcp import server

    async def asked() -> str:
        with Workers(Limits(30, 1024), ModelOptions()) as workers:
            async with Client(server(workers)) as client:
                return client.server_info.version

    assert asyncio.run(asked()) == p2c_dsl.__version__


def test_a_folder_that_is_gone_is_told(folder: Path) -> None:
    (folder / "served").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder / "served")
        with connect(COMMAND, timeout=60) as running:
            assert running.call("lint", {"text": "type A\n"})["result"]
            (folder / "served").rmdir()
            with pytest.raises(ToolFailed, match="the folder that is served no longer exists"):
                running.call("lint", {"text": "type A\n"})
        result = p2c("mcp")
        assert result.exit_code == 2 and "no longer exists" in result.stderr


# ---------------------------------------------------------------- budgets


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--time-limit", "0.3"), "the request took longer than it may (0.3 s)"),
        (("--memory-limit", "16"), "the request used more memory than it may (16 MB)"),
    ],
)
def test_a_request_that_takes_too_much_is_ended_and_the_next_is_answered(option: tuple[str, str], told: str) -> None:
    with connect([*COMMAND, *option], timeout=60) as running:
        for tool in ("lint", "fix", "plan", "graph"):
            with pytest.raises(ToolFailed, match=re.escape(told)):
                running.call(tool, MUCH)
        assert running.call("explain", {"code": "P2C404"})["result"]


@pytest.mark.parametrize(("option", "value"), [("--time-limit", "0"), ("--memory-limit", "1"), ("--time-limit", "nan")])
def test_a_limit_that_ends_every_request_is_refused(option: str, value: str) -> None:
    result = p2c("mcp", option, value)
    assert result.exit_code == 2 and option in result.stderr


@pytest.mark.slow
def test_an_agent_can_have_a_language_model_plan(tmp_path: Path) -> None:
    """The protocol is all that stands on standard output, whatever libraries print."""
    pytest.importorskip("outlines")
    from tests.planners import tiny

    tiny.saved(tmp_path)
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "outlines.py").write_text(LOUD)
    loud = [*COMMAND[:2], f"import sys; sys.path.insert(0, {str(libraries)!r}); {COMMAND[2]}", "mcp"]
    asked = {"text": tiny.spec_text("dinner"), "planner": "lm", "budget": 120, "seed": 3}
    with connect([*loud, "--model", str(tmp_path)], timeout=120) as running:
        planned = running.call("plan", asked)["result"]
        assert planned == running.call("plan", asked)["result"]
    assert tiny.accepted("dinner", planned)


@pytest.mark.slow
def test_a_language_model_that_takes_too_long_is_loaded_again(tmp_path: Path) -> None:
    pytest.importorskip("outlines")
    from tests.planners import tiny

    tiny.saved(tmp_path)
    asked = {"text": tiny.spec_text("dinner"), "planner": "lm", "budget": 120, "seed": 3}
    with connect([*COMMAND, "--model", str(tmp_path), "--time-limit", "0.1"], timeout=120) as running:
        for _ in range(2):
            with pytest.raises(ToolFailed, match=re.escape("the request took longer than it may")):
                running.call("plan", asked | {"count": 50})


LOUD = """
import importlib, os, sys
print("loud")
os.write(1, b"louder")
sys.path.remove(os.path.dirname(__file__))
del sys.modules["outlines"]
sys.modules["outlines"] = importlib.import_module("outlines")
"""
