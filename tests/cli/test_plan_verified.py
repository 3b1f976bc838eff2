"""`p2c plan --verified`: the plan, or how many were tried and which came closest."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from tests.cli.commands import p2c

pytestmark = pytest.mark.usefixtures("dinner")

NEVER = """

_verify = World.verify


def _choosy(self):
    {body}


World.verify = _choosy
"""


def never(folder: Path, body: str = 'return "it rains"') -> None:
    """Makes the dinner's world one that finds something wrong with every outcome."""
    with (folder / "world.py").open("a") as file:
        file.write(NEVER.format(body=body))


@pytest.mark.parametrize("spec", ["dinner.p2c", "."])
@pytest.mark.parametrize("planner", ["search", "random"])
def test_a_verified_plan_is_printed_and_how_it_was_found(folder: Path, planner: str, spec: str) -> None:
    if spec == ".":
        for other in folder.glob("*aligned.p2c"):
            other.unlink()
    result = p2c("plan", spec, "--planner", planner, "--verified", "--worlds", 3, "--timeout", 120)
    assert result.exit_code == 0, result.output
    assert result.stderr == "p2c: verified in 3 worlds; 1 candidate tried\n"
    assert lint_text(f'use "dinner.p2c"\n{result.stdout}', "plan.p2c", folder).accepted


def test_it_runs_in_the_worlds_from_the_seed_on(folder: Path) -> None:
    never(folder, "return str(self.seed)")
    seeds = "\n_start = World.__init__\n\n\ndef _seeded(self, seed):\n    _start(self, seed)\n    self.seed = seed\n"
    with (folder / "world.py").open("a") as file:
        file.write(f"{seeds}\n\nWorld.__init__ = _seeded\n")
    result = p2c("plan", "dinner.p2c", "--verified", "--seed", 7, "--worlds", 2, "--budget", 19, "--timeout", 120)
    assert "in the world of seed 7: 7" in result.stderr


def test_without_a_verified_plan_it_says_what_was_tried_and_which_was_best(folder: Path) -> None:
    never(folder)
    # So few words leave few candidates.
    result = p2c("plan", "dinner.p2c", "--verified", "--worlds", 2, "--budget", 19, "--timeout", 120)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no plan of `book_dinner` was verified; " in result.stderr and "candidate" in result.stderr
    assert "the best was verified in 0 of 2 worlds; in the world of seed 0: it rains" in result.stderr
    assert "compose book_dinner(users):" in result.stderr


def test_when_time_is_up_it_says_so() -> None:
    result = p2c("plan", "dinner.p2c", "--planner", "random", "--verified", "--timeout", 0)
    assert (result.exit_code, result.stdout) == (1, "")
    told = "p2c: time is up after 0 s: no plan of `book_dinner` was verified; 0 candidates tried\n"
    assert result.stderr == told


def test_an_interrupt_says_how_far_it_was(folder: Path) -> None:
    never(folder, f"import os; os.kill({os.getpid()}, {int(signal.SIGINT)})")
    result = p2c("plan", "dinner.p2c", "--verified", "--timeout", 120)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "p2c: interrupted: no plan of `book_dinner` was verified; 0 candidates tried\n"


def test_what_tools_print_does_not_end_up_in_the_plan(folder: Path) -> None:
    never(folder, 'print("noise")')
    result = p2c("plan", "dinner.p2c", "--verified", "--timeout", 120)
    assert result.exit_code == 0 and result.stdout.startswith("compose ") and "noise" in result.stderr


def test_a_domain_without_a_world_or_a_verifier_is_refused(folder: Path) -> None:
    (folder / "world.py").write_text("class World:\n    def inputs(self): ...\n    def tools(self): ...\n")
    result = p2c("plan", "dinner.p2c", "--verified")
    assert result.exit_code == 2 and "world.py has no `verify`" in result.stderr
    (folder / "world.py").unlink()
    result = p2c("plan", "dinner.p2c", "--verified")
    assert result.exit_code == 2 and "world.py does not exist" in result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [(("--count", 2), "leave out --count"), (("--worlds", 0), "--worlds"), (("--budget", 3), "at least")],
)
def test_what_cannot_be_is_said(options: tuple[object, ...], told: str) -> None:
    result = p2c("plan", "dinner.p2c", "--verified", *options)
    assert result.exit_code in (1, 2) and told in result.stderr
