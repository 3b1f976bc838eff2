"""The hand-written tasks on which the small planner is measured: each can be solved, and not by doing anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from p2c_dsl.analysis.read import NotAccepted, read_composition
from p2c_dsl.lint import lint_file
from p2c_dsl.planners.automaton.automaton import Automaton
from p2c_dsl.planners.automaton.resume import lexemes
from p2c_dsl.planners.small.generator.fields import THEMES, UNSEEN_THEMES
from p2c_dsl.resolve import load
from p2c_dsl.runtime.domain import load_world
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.spec import Spec

FOLDER = Path(__file__).parents[3] / "benchmarks" / "user_tasks"
TASKS = sorted(path.parent for path in FOLDER.glob("*/world.py"))
WORLDS = range(6)
BUDGET = 256


def spec_of(folder: Path) -> Spec:
    return load(folder / f"{folder.name}.p2c").spec


def verified(folder: Path, composition: str) -> list[bool]:
    """Whether each of several worlds is content; none is with what is not accepted."""
    try:
        program = read_composition(spec_of(folder), composition)
    except NotAccepted:
        return [False for _ in WORLDS]
    world = load_world(folder)
    return [try_out(program, world(seed)).verified for seed in WORLDS]


def composition(folder: Path, name: str) -> str:
    return "compose" + (folder / f"{name}.p2c").read_text().partition("compose")[2]


def test_there_are_twenty() -> None:
    assert len(TASKS) == 20


@pytest.mark.parametrize("folder", TASKS, ids=lambda folder: folder.name)
def test_the_docstring_s_composition_is_accepted_and_verified_in_every_world(folder: Path) -> None:
    assert lint_file(folder / "right.p2c").diagnostics == ()
    assert all(verified(folder, composition(folder, "right")))


@pytest.mark.parametrize("folder", TASKS, ids=lambda folder: folder.name)
def test_a_plausible_wrong_one_is_accepted_but_not_verified(folder: Path) -> None:
    text = composition(folder, "wrong")
    read_composition(spec_of(folder), text)
    assert not all(verified(folder, text))


@pytest.mark.parametrize("folder", TASKS, ids=lambda folder: folder.name)
def test_doing_nothing_is_not_verified(folder: Path) -> None:
    header = composition(folder, "right").partition("\n")[0]
    assert not all(verified(folder, f"{header}\n    pass\n"))


@pytest.mark.parametrize("folder", TASKS, ids=lambda folder: folder.name)
def test_a_planner_can_write_the_right_one(folder: Path) -> None:
    spec = spec_of(folder)
    automaton = Automaton(spec, next(iter(spec.tasks.values())), BUDGET)
    automaton.learn(
        replace(automaton.start, left=BUDGET), lexemes(automaton, composition(folder, "right").rstrip("\n"))
    )


def test_they_are_kept_out_of_training() -> None:
    """No task's name is one that the generator draws: those end with a theme."""
    themes = {theme.name for theme in (*THEMES, *UNSEEN_THEMES)}
    assert all(name.rpartition("_")[2] not in themes for folder in TASKS for name in spec_of(folder).tasks)
