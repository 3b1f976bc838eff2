"""`p2c run`: in a world or dry, with the rules watching."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import p2c

pytestmark = pytest.mark.usefixtures("dinner")


def test_an_accepted_composition_runs_and_is_verified() -> None:
    result = p2c("run", "aligned.p2c", "--seed", 1)
    assert result.exit_code == 0
    assert "book_table(" in result.stdout
    assert result.stdout.endswith("✓ completed, and the world verifies the outcome\n")


def test_equal_seeds_make_equal_runs() -> None:
    assert p2c("run", "aligned.p2c", "--seed", 2).stdout == p2c("run", "aligned.p2c", "--seed", 2).stdout


def test_the_trace_can_be_had_as_data() -> None:
    document = json.loads(p2c("run", "aligned.p2c", "--trace", "json").stdout)
    assert (document["task"], document["completed"], document["verified"]) == ("book_dinner", True, True)
    assert any("book_table" in step["text"] for step in document["steps"])


def test_a_rejected_composition_is_not_run() -> None:
    result = p2c("run", "unaligned.p2c")
    assert result.exit_code == 1 and result.stdout == ""
    assert "P2C403" in result.stderr


def test_unchecked_it_is_stopped_before_the_call_that_breaks_a_rule() -> None:
    result = p2c("run", "unaligned.p2c", "--unchecked")
    assert result.exit_code == 1
    assert "ask_preference(" in result.stdout and "book_table(" not in result.stdout
    assert "✗ " in result.stdout.splitlines()[-1]


def test_a_suppression_does_not_switch_the_rules_off(folder: Path) -> None:
    text = (folder / "unaligned.p2c").read_text()
    silenced = text.replace("book_table(r)", "book_table(r)  # p2c: ignore[P2C501, P2C403, P2C601] I know")
    (folder / "s.p2c").write_text(silenced)
    assert p2c("run", "s.p2c").exit_code == 1


def test_a_dry_run_needs_no_world(folder: Path) -> None:
    (folder / "world.py").unlink()
    result = p2c("run", "aligned.p2c", "--dry-run")
    assert result.exit_code == 0 and result.stdout.endswith("✓ completed; no tool was called\n")


@pytest.mark.parametrize("world", ["elsewhere", "elsewhere/world.py"])
def test_the_world_may_stand_elsewhere(folder: Path, world: str) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "world.py").rename(folder / "elsewhere" / "world.py")
    assert p2c("run", "aligned.p2c").exit_code == 2
    assert p2c("run", "aligned.p2c", "--world", world).exit_code == 0


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def World(:", "world.py cannot be imported: "),
        ("x = 1", "has no class `World`"),
        ("class World: pass", "has no `inputs`, `tools`, `verify`"),
        (
            "class World:\n    def __init__(self, seed): 1 / 0\n    inputs = tools = verify = print",
            "ZeroDivisionError: division by zero",
        ),
        (
            "class World:\n    def __init__(self, seed): pass\n    def inputs(self): return {}\n"
            "    def tools(self): return {}\n    def verify(self): return None",
            "`ask_preference` has no tool",
        ),
    ],
    ids=["no Python", "no class", "no methods", "a defect", "no tools"],
)
def test_2_where_the_world_is_unusable(folder: Path, code: str, told: str) -> None:
    (folder / "world.py").write_text(code)
    result = p2c("run", "aligned.p2c")
    assert result.exit_code == 2 and told in result.stderr


def test_1_where_the_world_finds_the_outcome_wrong(folder: Path) -> None:
    with (folder / "world.py").open("a") as file:
        file.write("\n\nWorld.verify = lambda self: 'too loud'\n")
    result = p2c("run", "aligned.p2c")
    assert result.exit_code == 1 and result.stdout.endswith("✗ too loud\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["dinner.p2c"], "holds no composition"),
        (["aligned.p2c", "--task", "x"], "holds no composition of `x`"),
        (["aligned.p2c", "--trace", "xml"], "choose text or json"),
        (["missing.p2c"], "there is no such file"),
    ],
)
def test_2_on_wrong_usage(arguments: list[str], told: str) -> None:
    result = p2c("run", *arguments)
    assert result.exit_code == 2 and told in result.stderr
