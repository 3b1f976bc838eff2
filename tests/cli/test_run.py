"""`p2c run`: in a world or dry, with the rules watching."""

import json
import signal
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
    assert "not run" in result.stderr and "--unchecked" in result.stderr


LOUD = """

class Loud(World):
    def tools(self):
        print("loud")
        return super().tools()


World = Loud
"""


def test_what_tools_print_does_not_stand_in_the_document(folder: Path) -> None:
    world = folder / "world.py"
    world.write_text(world.read_text() + LOUD)
    result = p2c("run", "aligned.p2c", "--trace", "json")
    assert json.loads(result.stdout)["completed"] and "loud" in result.stderr


PATIENT = """

class Patient(World):
    def tools(self):
        async def ask_preference(user):
            return found(user)

        tools = dict(super().tools())
        found = tools["ask_preference"]
        return {**tools, "ask_preference": ask_preference}


World = Patient
"""


def test_tools_of_a_world_may_be_asynchronous(folder: Path) -> None:
    world = folder / "world.py"
    world.write_text(world.read_text() + PATIENT)
    assert p2c("run", "aligned.p2c").exit_code == 0


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
            "there is no tool for `ask_preference`",
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
        (["dinner.p2c"], "there is no composition in"),
        (["aligned.p2c", "--task", "x"], "there is no composition of `x`"),
        (["aligned.p2c", "--trace", "xml"], "'xml' is not one of 'text', 'json'"),
        (["missing.p2c"], "there is no such file"),
    ],
)
def test_2_on_wrong_usage(arguments: list[str], told: str) -> None:
    result = p2c("run", *arguments)
    assert result.exit_code == 2 and told in result.stderr


MAILING = """
type Item
effect send(Item) irreversible
subtask items() -> List[Item]
subtask mail(x: Item):
    does send(x)
task t():
    loops <= 1
compose t():
    for x in items():
        mail(x)
"""
WORLD = """
import os, signal

class World:
    def __init__(self, seed): pass
    def inputs(self): return {{}}
    def tools(self): return dict(items=lambda: ["a", "b", "c"], mail=self.mail)
    def mail(self, x):
        if x == "b": {at_b}
    def verify(self): {verify}
"""


def mailing(folder: Path, at_b: str = "pass", verify: str = "return None") -> None:
    """A world in which something happens while the second of three is mailed."""
    (folder / "mailing.p2c").write_text(MAILING)
    (folder / "world.py").write_text(WORLD.format(at_b=at_b, verify=verify))


@pytest.mark.parametrize(
    ("at_b", "status", "told"),
    [
        ("raise KeyboardInterrupt", 130, "interrupted"),
        ("os.kill(os.getpid(), signal.SIGINT)", 130, "interrupted"),
        ("os.kill(os.getpid(), signal.SIGTERM)", 143, "interrupted"),
        ("raise SystemExit(0)", 1, "SystemExit: 0"),
    ],
    ids=["an interrupt", "the signal", "asked to end", "sys.exit"],
)
def test_what_a_broken_off_run_has_done_is_shown_and_the_running_call_in_doubt(
    folder: Path, at_b: str, status: int, told: str
) -> None:
    mailing(folder, at_b)
    before = signal.getsignal(signal.SIGTERM)
    result = p2c("run", "mailing.p2c")
    assert result.exit_code == status
    assert "mail('a')   [send('a')]\n" in result.stdout
    assert f"mail('b') has an unknown outcome: {told}; it may have done send('b')\n" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("✗ ") and "mail('c')" not in result.stdout
    assert signal.getsignal(signal.SIGTERM) is before


def test_so_it_is_as_data(folder: Path) -> None:
    mailing(folder, "raise KeyboardInterrupt")
    result = p2c("run", "mailing.p2c", "--trace", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 130 and not document["completed"]
    assert document["in_doubt"] == {"subtask": "mail", "effects": ["send('b')"], "reason": "interrupted"}


@pytest.mark.parametrize(
    ("verify", "status", "told"),
    [
        ("1 / 0", 2, "`verify` failed: "),
        ("raise SystemExit(0)", 2, "`verify` failed: "),
        ("return 5", 2, "`verify` must return `None` or a text that says what is wrong, not 5"),
        ("raise KeyboardInterrupt", 130, "interrupted while the world verified the outcome"),
    ],
)
def test_what_was_done_is_shown_though_the_world_fails_to_judge_it(
    folder: Path, verify: str, status: int, told: str
) -> None:
    mailing(folder, verify=verify)
    result = p2c("run", "mailing.p2c")
    assert result.exit_code == status
    assert "mail('c')   [send('c')]\n" in result.stdout and told in result.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("class Odd(BaseException): pass\nraise Odd", "world.py cannot be imported: "),
        (
            "class World:\n    def __init_subclass__(cls): 1 / 0\n    inputs = tools = verify = print",
            "cannot be used",
        ),
        (
            WORLD.format(at_b="pass", verify="pass").replace("return {}", "return 5"),
            "the inputs are not a mapping",
        ),
        (
            WORLD.format(at_b="pass", verify="pass").replace("return dict", "raise SystemExit"),
            "`tools` failed",
        ),
    ],
    ids=["no Exception", "no subclasses", "no inputs", "an exit"],
)
def test_2_whatever_a_world_does(folder: Path, code: str, told: str) -> None:
    mailing(folder)
    (folder / "world.py").write_text(code)
    result = p2c("run", "mailing.p2c")
    assert result.exit_code == 2 and told in result.stderr


@pytest.mark.parametrize("value", ["[" * 100_000, "NaN", "9" * 5_000], ids=["deep", "not finite", "long"])
def test_2_on_an_input_that_is_not_of_its_type(folder: Path, value: str) -> None:
    (folder / "t.p2c").write_text("task t(n: Int):\n    loops <= 1\ncompose t(n):\n    return\n")
    result = p2c("run", "t.p2c", "--mcp", "no-such-server", "--input", f"n={value}")
    assert result.exit_code == 2 and "is not a valid Int" in result.stderr and len(result.stderr) < 1_500
