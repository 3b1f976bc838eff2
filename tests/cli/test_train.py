"""`p2c train` and `p2c eval`: a run in its folder, from the beginning to the planner."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")

from p2c_dsl.cli.training import need_training
from p2c_dsl.planners.rl.metrics import read
from p2c_dsl.planners.small import fresh
from tests.cli.commands import p2c
from tests.cli.conftest import EXAMPLES

DINNER = str(EXAMPLES / "dinner")
SMALL = [f"--set={setting}" for setting in ("episodes=2", "minibatches=1", "epochs=1", "budget=96", "save_every=2")]
START = (sys.executable, "-c", "from p2c_dsl.cli import main; main()")


def test_what_trains_has_garbage_collected() -> None:
    was = gc.isenabled()
    gc.disable()
    try:
        need_training()
        assert gc.isenabled()
    finally:
        (gc.enable if was else gc.disable)()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one update."""
    folder = tmp_path_factory.mktemp("runs") / "dinner"
    done = p2c("train", DINNER, "--output", str(folder), "--updates", "1", *SMALL)
    assert done.exit_code == 0, done.output
    return folder


def test_a_run_leaves_metrics_a_checkpoint_and_a_model(run: Path) -> None:
    assert [line["update"] for line in read(run)] == [1]
    found = read(run)[0]
    assert found["charts/accepted"] == 1 and 0 <= found["charts/verified"] <= 1
    assert found["losses/informative"] == 0, "both attempts earn the same, so that nothing is learned from them"
    assert {p.name for p in run.iterdir()} >= {
        "checkpoint.pt",
        "model.safetensors",
        "tokenizer.json",
        "run.json",
    }


def test_its_model_plans(run: Path) -> None:
    from p2c_dsl.lint import lint_text
    from p2c_dsl.planners.language_model import LanguageModelPlanner
    from p2c_dsl.planners.rl.environments.domains import load_domain
    from p2c_dsl.planners.rl.policy.models import load_model

    (domain,) = load_domain(Path(DINNER))
    text = LanguageModelPlanner(*load_model(str(run), 0), budget=96).plan(domain.spec, domain.task)
    assert lint_text(f'use "dinner.p2c"\n\n{text}', "plan.p2c", Path(DINNER)).accepted


def test_its_model_says_in_which_tokens_it_plans(run: Path) -> None:
    from p2c_dsl.planners.rl.policy.models import load_model
    from p2c_dsl.planners.tokens.canonical import tokenization_of

    assert tokenization_of(load_model(str(run), 0)[0]) == "canonical"


def test_a_run_goes_on(run: Path) -> None:
    done = p2c("train", "--resume", "--output", str(run), "--updates", "2")
    assert done.exit_code == 0, done.output
    assert [line["update"] for line in read(run)] == [1, 2]


def test_a_run_may_begin_with_what_chance_has_verified(tmp_path: Path) -> None:
    """Two domains: each is explored, told of, and imitated before the first update, and only then."""
    arguments = (DINNER, str(EXAMPLES / "deletion"), "--set=explore=4", *SMALL)
    done = p2c("train", *arguments, "--output", str(tmp_path), "--updates", "1")
    assert done.exit_code == 0, done.output
    (told,) = (line for line in done.stderr.splitlines() if "deletion" in line)
    assert re.fullmatch(r"update 0  verified, to imitate: dinner [1-9]\d*, deletion [1-9]\d*", told)
    again = p2c("train", "--resume", "--output", str(tmp_path), "--updates", "2")
    assert again.exit_code == 0 and "imitate" not in again.stderr
    assert [line["update"] for line in read(tmp_path)] == [1, 2]


def test_generated_specs_are_trained_in_beside_a_domain(tmp_path: Path) -> None:
    """Named twice, they have two of three episodes; the policy's own attempts at them are imitated beside what
    chance has found in the domain, and held-out ones are evaluated in."""
    arguments = (DINNER, "generated", "generated", "--set=explore=4", "--set=budget=128", *SMALL[1:3])
    done = p2c("train", *arguments, "--set=episodes=3", "--output", str(tmp_path), "--updates", "1")
    assert done.exit_code == 0, done.output
    assert re.search(r"to imitate: dinner [1-9]\d*, generated \d", done.stderr)
    (found,) = read(tmp_path)
    assert {"verified/dinner", "verified/generated"} <= found.keys() and found["losses/informative"] > 0
    assert {"losses/policy_loss", "losses/value_loss", "losses/approx_kl", "losses/entropy"} <= found.keys()
    told = p2c("eval", "generated", "generated", "--model", str(tmp_path), "--episodes", "2")
    assert told.exit_code == 0 and told.stdout.count("generated") == 1 and "in 2 worlds" in told.stdout


def test_evaluation_says_how_often_plans_are_verified(run: Path) -> None:
    done = p2c("eval", DINNER, "--model", str(run), "--episodes", "3", "--format", "json")
    (found,) = json.loads(done.stdout)
    assert found["domain"] == "dinner" and found["episodes"] == 3 and found["accepted"] == 1
    assert found["interval"][0] <= found["verified"] <= found["interval"][1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a domain"),
        (["nowhere"], "nowhere does not exist"),
        ([DINNER, "--preset", "tpu"], "'tpu' is not one of 'cpu', 'gpu'"),
        ([DINNER, "--set", "speed=9"], "expected NAME=VALUE, where NAME is one of"),
        ([DINNER, "--set", "episodes=many"], "must be a whole number"),
        ([DINNER, "--set", "partial_rewards=kindness"], "no partial reward `kindness`"),
        ([DINNER, "--set", "explore=-1"], "`explore` is -1"),
        (["./generated"], "generated does not exist"),
        ([DINNER, "--set", "budget=20"], "budget of 20"),
        ([DINNER, "--model", "nowhere"], "there is no folder nowhere"),
        (["--resume"], "does not hold a run"),
        ([DINNER, "--resume"], "--resume keeps the run's domains"),
        (["--resume", "--model", "small"], "only --updates and --minutes can be changed"),
        (["--resume", "--seed", "0"], "only --updates and --minutes can be changed"),
        (["generated", "--set", "budget=5", *SMALL[:1], "--set=minibatches=1"], "fits the budget"),
    ],
)
def test_what_cannot_be_trained_is_told(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = p2c("train", *arguments, "--output", str(tmp_path / "run"))
    assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output


def test_where_nothing_is_saved_yet_nobody_is_told_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from p2c_dsl.planners.rl import run

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "warm_up", interrupted)
    done = p2c("train", DINNER, "--output", str(tmp_path), "--set=explore=9", *SMALL)
    assert done.exit_code == 130 and "no checkpoint yet" in done.stderr and "--resume" not in done.stderr


def test_a_model_is_not_trained_over(tmp_path: Path) -> None:
    """Its weights would be lost, and a resumed run would begin with others."""
    _, tokenizer = fresh(0)
    folder = tmp_path / "model"
    fresh(0)[0].save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    before = (folder / "model.safetensors").read_bytes()
    for model in (str(folder), "fresh"):
        done = p2c("train", DINNER, "--model", model, "--output", str(folder), *SMALL)
        assert done.exit_code == 2 and "holds a model" in done.output
    assert (folder / "model.safetensors").read_bytes() == before


def test_a_run_may_be_called_like_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = p2c("train", DINNER, "--output", "fresh", "--updates", "1", *SMALL)
    assert done.exit_code == 0, done.output


def test_a_broken_run_cannot_be_evaluated_and_says_so(run: Path, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    done = p2c("eval", DINNER, "--model", str(tmp_path))
    assert done.exit_code == 2 and "cannot be read" in done.output and "Traceback" not in done.output


def test_a_finished_folder_is_not_trained_over(run: Path) -> None:
    done = p2c("train", DINNER, "--output", str(run))
    assert done.exit_code == 2 and "--resume" in done.output


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [*START, "train", *arguments, "--output", str(folder)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=os.environ)


def waited(folder: Path, updates: int) -> None:
    deadline = time.monotonic() + 120
    while len(read(folder)) < updates:
        assert time.monotonic() < deadline, "the run makes no progress"
        time.sleep(0.05)


def without_clock(folder: Path) -> list[dict[str, Any]]:
    return [{n: v for n, v in line.items() if not n.startswith("time/")} for line in read(folder)]


@pytest.mark.slow
def test_control_c_saves_a_checkpoint_and_says_how_to_go_on(tmp_path: Path) -> None:
    process = started(tmp_path / "run", DINNER, "--updates", "1000", *SMALL)
    waited(tmp_path / "run", 3)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    said = process.stderr.read().decode()
    assert process.wait(60) == 130 and "p2c train --resume --output" in said and "Traceback" not in said
    done = len(read(tmp_path / "run"))
    assert p2c("train", "--resume", "--output", str(tmp_path / "run"), "--updates", str(done + 1)).exit_code == 0
    assert len(read(tmp_path / "run")) == done + 1


@pytest.mark.slow
def test_a_run_that_is_killed_three_times_ends_with_the_same_metrics(tmp_path: Path) -> None:
    arguments = ["--updates", "12", *SMALL]
    assert p2c("train", DINNER, "--output", str(tmp_path / "whole"), *arguments).exit_code == 0
    killed = tmp_path / "killed"
    for number, updates in enumerate((3, 5, 9)):
        given = ["--resume"] if number else [DINNER, *arguments]
        process = started(killed, *given)
        waited(killed, updates)
        time.sleep(0.1 * number)
        process.kill()
        process.wait()
    assert p2c("train", "--resume", "--output", str(killed)).exit_code == 0
    assert without_clock(killed) == without_clock(tmp_path / "whole")
