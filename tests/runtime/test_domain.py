"""A domain's world and expert are loaded from its folder; what goes wrong in them is told with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from p2c_dsl.runtime.domain import DomainError, load_expert, load_world

WORLD = """
from dataclasses import dataclass

@dataclass(frozen=True)
class User:
    name: str

class World:
    def __init__(self, seed):
        self.seed, self.done = seed, []

    def inputs(self):
        return {"user": User(f"user {self.seed}")}

    def tools(self):
        return {"greet": self.done.append}

    def verify(self):
        return None if self.done else f"nobody was greeted in {1 / self.seed}"
"""

EXPERT = """
from .world import User, World

class Expert:
    def __init__(self, world, seed):
        self.world = world

    def part(self, subtask, arguments):
        return []

    def whole(self):
        return [f"{user.name} was asleep" for user in self.world.done if isinstance(user, User)]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "world.py").write_text(WORLD)
    (tmp_path / "expert.py").write_text(EXPERT)
    return tmp_path


def test_a_world_is_made_from_a_seed_and_verifies_what_was_done(folder: Path) -> None:
    world = load_world(folder)(2)
    assert world.verify() == "nobody was greeted in 0.5"
    world.tools()["greet"](world.inputs()["user"])
    assert world.verify() is None


def test_an_expert_shares_the_worlds_classes(folder: Path) -> None:
    world = load_world(folder)(2)
    world.tools()["greet"](world.inputs()["user"])
    assert load_expert(folder)(world, 2).whole() == ["user 2 was asleep"]


def test_two_folders_do_not_share_modules(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "world.py").write_text(WORLD.replace("user {self.seed}", "guest {self.seed}"))
    assert repr(load_world(folder)(1).inputs()) != repr(load_world(other)(1).inputs())


@pytest.mark.parametrize("load", [load_world, load_expert])
def test_a_file_that_is_missing_is_named(load: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=r"(world|expert)\.py does not exist"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("class Wrold: ...", r"world\.py has no class `World`"),
        ("World = 3", r"world\.py has no class `World`"),
        ("class World:\n    def inputs(self): ...", "has no `tools`, `verify`"),
        ("x = 1\ny = x / 0", r"cannot be imported: .*world\.py:2: ZeroDivisionError: division by zero"),
        ("import nowhere_at_all", r"world\.py:1: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("class World\n    ...", r"world\.py:1: expected ':'"),
        ("import sys\nsys.exit(3)", r"world\.py:2: SystemExit: 3"),
    ],
)
def test_a_world_that_cannot_be_loaded_is_told_with_its_place(text: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "world.py").write_text(text)
    with pytest.raises(DomainError, match=complaint):
        load_world(tmp_path)


def test_a_method_that_fails_is_told_with_its_place(folder: Path) -> None:
    world = load_world(folder)(0)
    line = (
        dedent(WORLD)
        .splitlines()
        .index('        return None if self.done else f"nobody was greeted in {1 / self.seed}"')
    )
    with pytest.raises(DomainError, match=rf"`verify` failed: .*world\.py:{line + 1}: ZeroDivisionError"):
        world.verify()
