"""`p2c align` and `p2c measure`: runs in their folders, what they refuse, and how they go on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")

from p2c_dsl.planners.figure2 import align_run
from p2c_dsl.planners.figure2.align_run import AlignSettings
from p2c_dsl.planners.figure2.problem import Sizes
from p2c_dsl.planners.measure import cells, drift
from p2c_dsl.planners.rl.explore import WarmUp
from p2c_dsl.planners.rl.settings import TrainingSettings
from tests.cli.commands import p2c
from tests.planners.small_domain import write_domain

SMALL = AlignSettings(
    iterations=2,
    questions=6,
    human_steps=3,
    warm_up=WarmUp(attempts=6, steps=1),
    sizes=Sizes(subtasks=3, contracts=6, decomposition=40, composition=12, effort=10),
    training=TrainingSettings(episodes=2, epochs=1, minibatches=1),
)


@pytest.fixture(autouse=True)
def domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small domain, and small settings for it."""
    monkeypatch.setitem(align_run.PRESETS, "cpu", SMALL)
    monkeypatch.setattr(cells, "QUICK", SMALL)
    monkeypatch.setattr(drift, "ROUNDS", 3)
    monkeypatch.setattr(drift, "SWITCH", 1)
    return write_domain(tmp_path / "greet")


def test_align_prints_each_round_and_what_held_out_worlds_show(domain: Path) -> None:
    done = p2c("align", domain, "--output", "run", "--worlds", 2)
    assert done.exit_code == 0, done.output
    rounds = [line.split()[0] for line in done.stdout.splitlines() if line.strip()[:1].isdigit()]
    assert rounds == ["1", "2"]
    assert "P2C gap" in done.stdout
    lines = [json.loads(line) for line in Path("run/align.jsonl").read_text().splitlines()]
    assert {"R", "partial rewards", "A_p", "A_c", "gap"} <= lines[0].keys()


def test_align_goes_on_from_its_folder_with_the_same_settings_alone(domain: Path) -> None:
    assert p2c("align", domain, "--iterations", 1, "--output", "run", "--worlds", 0).exit_code == 0
    again = p2c("align", domain, "--output", "run")
    assert again.exit_code == 2 and "--resume" in again.stderr
    other = p2c("align", domain, "--output", "run", "--resume", "--condition", "tree")
    assert other.exit_code == 2 and "condition" in other.stderr
    more = p2c("align", domain, "--output", "run", "--resume", "--worlds", 0)
    assert more.exit_code == 0, more.output
    assert len(Path("run/align.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("command", [("align",), ("measure", "grid")])
@pytest.mark.parametrize(("missing", "told"), [("", "no"), ("world.py", "world.py"), ("expert.py", "expert.py")])
def test_a_folder_that_is_no_domain_is_refused(domain: Path, command: tuple[str, ...], missing: str, told: str) -> None:
    if missing:
        (domain / missing).unlink()
    else:
        shutil.rmtree(domain)
    done = p2c(*command, domain, "--output", "run")
    assert done.exit_code == 2
    assert told in done.stderr and "Traceback" not in done.output


@pytest.mark.parametrize("command", [("align",), ("measure", "grid")])
def test_an_unknown_condition_is_refused_with_the_known_ones(domain: Path, command: tuple[str, ...]) -> None:
    done = p2c(*command, domain, "--condition", "treee", "--output", "run")
    assert done.exit_code == 2 and "tree" in done.stderr


def test_values_about_features_that_there_are_not_are_refused(domain: Path) -> None:
    (domain / "human.json").write_text('{"values": {"sing: calls": 1.0}}')
    done = p2c("align", domain, "--output", "run")
    assert done.exit_code == 2 and "sing: calls" in done.stderr


def test_measure_goes_on_with_the_cells_that_are_missing_and_reports(domain: Path) -> None:
    asked = ("measure", "grid", domain, "--seeds", 1, "--condition", "tree", "--worlds", 2, "--processes", 1)
    done = p2c(*asked, "--output", "out")
    assert done.exit_code == 0, done.output
    files = sorted(path.name for path in Path("out/cells").iterdir())
    assert files == ["greet.drift.0.json", "greet.tree.0.json"]
    assert "tree" in Path("out/report.html").read_text()
    assert "| tree " in done.stdout and "report.html" in done.stdout
    assert len(Path("out/cells.csv").read_text().splitlines()) == 2
    Path("out/cells", files[1]).unlink()
    kept = Path("out/cells", files[0]).stat().st_mtime_ns
    again = p2c(*asked, "--output", "out")
    assert "2 cells, 1 of them finished" in again.stderr
    assert Path("out/cells", files[0]).stat().st_mtime_ns == kept
    other = p2c(*asked, "--output", "out", "--iterations", 1)
    assert other.exit_code == 2 and "iterations" in other.stderr


def test_spaces_are_measured_without_a_domain_and_the_missing_ones_later(tmp_path: Path) -> None:
    asked = ("measure", "spaces", "--domains", 2, "--compositions", 4, "--worlds", 1, "--output", tmp_path / "out")
    done = p2c(*asked)
    assert done.exit_code == 0, done.output
    assert "2 of 2 domains" in done.stdout and "loops <= 1 − no restriction" in done.stdout
    assert p2c(*asked).stdout == done.stdout
    assert (tmp_path / "out" / "spaces.csv").read_text().startswith("domain,depth,")
    other = p2c(*asked, "--world-seed", 1)
    assert other.exit_code == 2 and "world_seed" in other.stderr


def test_pressure_is_computed_for_each_reward(tmp_path: Path) -> None:
    asked = ("measure", "pressure", "--domains", 2, "--most", 30, "--worlds", 1, "--output", tmp_path / "out")
    done = p2c(*asked)
    assert done.exit_code == 0, done.output
    assert "of 2 domains" in done.stdout and "no restriction, V + sum φ" in done.stdout
    other = p2c(*asked, "--person-seed", 1)
    assert other.exit_code == 2 and "person_seed" in other.stderr
