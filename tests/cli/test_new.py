"""`p2c new`: a domain that works before anybody has touched it."""

from pathlib import Path

import pytest

from tests.cli.commands import p2c


def test_a_new_domain_lints_formats_plans_and_runs_as_it_stands(folder: Path) -> None:
    assert p2c("new", "newsletter").exit_code == 0
    assert {p.name for p in (folder / "newsletter").iterdir()} == {
        "README.md", "newsletter.p2c", "plan.p2c", "world.py", "expert.py"
    }  # fmt: skip
    assert p2c("lint", "newsletter").exit_code == 0
    assert p2c("fmt", "--check", "newsletter").exit_code == 0
    assert p2c("run", "newsletter/plan.p2c").exit_code == 0
    planned = p2c("plan", "newsletter/newsletter.p2c", "--run")
    assert planned.exit_code == 0 and "send(" in planned.stdout


def test_its_expert_can_judge_its_world(folder: Path) -> None:
    from p2c_dsl.runtime.domain import load_expert, load_world

    p2c("new", "newsletter")
    world = load_world(folder / "newsletter")(0)
    expert = load_expert(folder / "newsletter")(world, 0)
    assert len(expert.whole()) == len(world.willing) > 0


@pytest.mark.parametrize("name", ["task", "use", "reader", "readers", "issue", "main", "world"])
def test_a_name_that_means_something_elsewhere_will_do(name: str) -> None:
    assert p2c("new", name).exit_code == 0
    assert p2c("lint", name).exit_code == 0
    assert p2c("run", f"{name}/plan.p2c").exit_code == 0


@pytest.mark.parametrize("name", ["a-b", "1a", "for", "é", "", "../x", "plan"])
def test_a_name_that_will_not_do_is_wrong_usage(folder: Path, name: str) -> None:
    assert p2c("new", name).exit_code == 2
    assert [p.name for p in folder.iterdir()] == ["pyproject.toml"]


def test_what_exists_is_left_alone(folder: Path) -> None:
    (folder / "mine").mkdir()
    result = p2c("new", "mine")
    assert result.exit_code == 2 and "nothing was changed" in result.stderr
    assert list((folder / "mine").iterdir()) == []


def test_the_folder_may_stand_elsewhere(folder: Path) -> None:
    assert p2c("new", "d", "--directory", "deep/er").exit_code == 0
    assert (folder / "deep" / "er" / "d" / "d.p2c").is_file()


def test_a_folder_that_cannot_be_made_is_wrong_usage(folder: Path) -> None:
    (folder / "file").write_text("")
    result = p2c("new", "d", "--directory", "file")
    assert result.exit_code == 2 and "cannot write" in result.stderr
