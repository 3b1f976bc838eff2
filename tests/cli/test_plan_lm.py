"""`p2c plan --planner lm`, and going on from a beginning."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")

from p2c_dsl.cli.progress import growing_text
from p2c_dsl.planners import models
from tests.cli.commands import p2c
from tests.cli.conftest import EXAMPLES
from tests.planners import tiny

START = (sys.executable, "-c", "from p2c_dsl.cli import main; main()")
BEGUN = "compose book_dinner(users):\n    table = {}\n    for user in users:\n"

pytestmark = pytest.mark.usefixtures("dinner")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tmp_path_factory.mktemp("saved"))


@pytest.fixture
def model(saved: Path, folder: Path) -> str:
    (folder / "model").symlink_to(saved)
    return "./model"


@pytest.fixture(autouse=True)
def short(folder: Path, dinner: Path) -> None:
    """How long a composition may be is a rule: random weights would wander."""
    (folder / "dinner.p2c").write_text(tiny.spec_text("dinner"))


def plan(model: str, *more: object) -> tuple[int, str, str]:
    result = p2c("plan", "dinner.p2c", "--planner", "lm", "--model", model, "--budget", 120, *more)
    return result.exit_code, result.stdout, result.stderr


def test_a_model_plans_and_its_plan_is_run(model: str) -> None:
    status, out, err = plan(model, "--run", "--seed", 3, "--best-of", 2)
    assert status == 0 and err == ""
    text, story = out.split("\n\na run of")
    assert tiny.accepted("dinner", text)
    assert story.endswith("✓ completed, and the world verifies the outcome\n")


def test_plans_of_a_model_depend_on_the_seed_alone(model: str) -> None:
    one, same, other = (plan(model, "--seed", seed, "--temperature", 3) for seed in (1, 1, 2))
    assert one == same and one[1] != ""
    assert other[0] == 0


def test_fewer_plans_than_asked_for_are_told(model: str) -> None:
    status, out, err = plan(model, "--count", 3, "--temperature", 0)
    assert status == 0 and err == "p2c: found 1 of 3 plans\n" and out.count("compose") == 1


def test_a_budget_that_is_too_small_ends_with_1(model: str) -> None:
    result = p2c("plan", "dinner.p2c", "--planner", "lm", "--model", model, "--budget", 9)
    assert result.exit_code == 1 and "budget" in result.stderr and result.stdout == ""


def test_what_was_found_out_is_kept_beside_the_spec(model: str, folder: Path) -> None:
    first, again = (plan(model, "--cache", "dinner.cache") for _ in range(2))
    assert first == again and first[0] == 0 and (folder / "dinner.cache").exists()
    status, out, err = plan(model, "--cache", "dinner.p2c")
    assert status == 2 and "not a cache" in err and out == ""
    assert plan(model, "--cache", "nowhere/dinner.cache")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", "x"], "--model needs --planner lm"),
        (["--best-of", "2"], "--best-of needs --planner lm"),
        (["--temperature", "0"], "--temperature needs --planner lm"),
        (["--sample", "conditional"], "--sample needs --planner lm"),
        (["--shorten"], "--shorten needs --planner lm"),
        (["--planner", "lm", "--adapter", "x"], "--adapter needs --model"),
        (["--planner", "lm", "--model", "./nowhere"], "there is no folder `./nowhere`"),
        (
            ["--planner", "lm", "--model", "model", "--temperature", "nan"],
            "the temperature must be a finite number",
        ),
        (["--planner", "lm", "--model", "model", "--temperature", "-1"], "--temperature"),
        (["--planner", "lm", "--model", "model", "--device", "abacus"], "there is no device `abacus`"),
        (["--planner", "lm", "--model", "model", "--budget", "4000"], "room for 96 beside the composition"),
        (["--planner", "lm", "--model", "model", "--budget", "0"], "--budget"),
    ],
)
def test_2_on_wrong_usage(arguments: list[str], told: str, model: str) -> None:
    result = p2c("plan", "dinner.p2c", *arguments)
    assert result.exit_code == 2 and told in result.stderr and result.stdout == ""


def test_without_the_extra_it_is_named(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "find_spec", lambda name: None)
    status, _, err = plan(model)
    assert status == 2 and "pip install 'p2c-dsl[planner]'" in err


# ---------------------------------------------------------------- going on


@pytest.mark.parametrize("arguments", [[], ["--planner", "random"], ["--planner", "lm", "--model", "model"]])
def test_every_planner_goes_on_from_a_file(arguments: list[str], model: str, folder: Path) -> None:
    (folder / "begun.p2c").write_text(f'use "dinner.p2c"\n\n# Mine.\n{BEGUN}')
    result = p2c("plan", "dinner.p2c", "--continue", "begun.p2c", *arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(BEGUN) and tiny.accepted("dinner", result.stdout)


def test_the_beginning_may_come_from_standard_input() -> None:
    result = p2c("plan", "dinner.p2c", "--continue", "-", input=BEGUN)
    assert result.exit_code == 0 and result.stdout.startswith(BEGUN)


def test_the_beginning_names_the_task(folder: Path) -> None:
    (folder / "two.p2c").write_text("subtask f()\ntask one():\n    exactly 1 f\ntask two():\n    exactly 2 f\n")
    result = p2c("plan", "two.p2c", "--continue", "-", input="compose two():\n    f()\n")
    assert result.stdout == "compose two():\n    f()\n    f()\n"


@pytest.mark.parametrize(
    ("begun", "status", "told"),
    [
        (BEGUN + "        for user2 in users:\n", 1, "line 4"),
        ("compose lunch(users):\n", 2, "there is no task `lunch`"),
        ("nothing", 2, "there is no beginning of a composition"),
        ("", 2, "there is no beginning of a composition"),
        (b"\xff", 2, "not UTF-8"),
    ],
)
def test_a_beginning_that_nothing_goes_on_from(begun: str | bytes, status: int, told: str) -> None:
    result = p2c("plan", "dinner.p2c", "--continue", "-", input=begun)
    assert result.exit_code == status and told in result.stderr and result.stdout == ""


def test_a_beginning_in_a_file_that_is_not_there() -> None:
    result = p2c("plan", "dinner.p2c", "--continue", "gone.p2c")
    assert result.exit_code == 2 and "gone.p2c" in result.stderr


# ---------------------------------------------------------------- on a terminal


def on_a_terminal(*command: str) -> tuple[int, bytes, bytes]:
    """The exit status of a command whose standard error is a terminal, its output, and what the terminal got."""
    shown, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(command, stderr=terminal, stdout=subprocess.PIPE, env=environment)
    os.close(terminal)
    told = b""
    with contextlib.suppress(OSError):  # A terminal says so when its last writer has left.
        while piece := os.read(shown, 4096):
            told += piece
    out, _ = process.communicate(timeout=60)
    return process.returncode, out, told


def test_a_terminal_shows_what_is_written_and_nothing_that_moves_its_cursor() -> None:
    code = (
        "from p2c_dsl.cli.progress import growing_text\nimport time\n"
        "with growing_text('planning t') as watch:\n    time.sleep(.2)\n    watch('compose t():\\n    f(\\x1b[2J')\n"
    )
    status, out, told = on_a_terminal(sys.executable, "-c", code)
    assert status == 0 and out == b"" and b"planning t" in told
    assert b"compose t():\r\n    f(" in told and b"\x1b[2J" not in told


def test_elsewhere_nothing_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with growing_text("planning t") as watch:
        assert watch is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_on_a_terminal_the_composition_is_shown_while_it_grows(model: str) -> None:
    status, out, told = on_a_terminal(
        *START, "plan", "dinner.p2c", "--planner", "lm", "--model", model, "--budget", "120"
    )
    assert status == 0 and tiny.accepted("dinner", out.decode())
    assert b"planning book_dinner" in told and b"table[user]" in told and b"it/s" not in told


@pytest.mark.slow
def test_an_interrupt_while_a_model_writes_ends_with_130(saved: Path, folder: Path) -> None:
    (folder / "long.p2c").write_text((EXAMPLES / "dinner" / "dinner.p2c").read_text())
    begun = "import sys\nfrom p2c_dsl.planners.tokens.sampling import Sampler\n"
    begun += "real = Sampler.draw\n"
    begun += "def slow(*a):\n    import time\n    print('writes', file=sys.stderr, flush=True)\n    time.sleep(1)\n"
    begun += "    return real(*a)\nSampler.draw = slow\nfrom p2c_dsl.cli import main\nmain()\n"
    arguments = ["plan", "long.p2c", "--planner", "lm", "--model", str(saved)]
    process = subprocess.Popen([sys.executable, "-c", begun, *arguments], stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert process.stderr.readline() == b"writes\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Traceback" not in told
