"""The README's two commands keep a form that `.ci/run` can run as it stands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def commands() -> list[str]:
    printed = subprocess.run([ROOT / ".ci" / "commands"], check=True, capture_output=True, text=True)
    return printed.stdout.splitlines()


def environment(command: str) -> str:
    made = re.match(r"python3 -m venv (\S+) && \. (\S+)/bin/activate && pip install ", command)
    assert made is not None and made[1] == made[2]
    return made[1]


def test_there_are_two_of_one_line_each(commands: list[str]) -> None:
    section = re.search(r"^## Two commands\n(.*?)^## ", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    assert section is not None
    assert re.findall(r"^```\n(.*)\n```$", section[1], re.MULTILINE) == commands
    assert len(commands) == 2


def test_the_first_installs_the_core_alone_and_does_the_main_job(commands: list[str]) -> None:
    assert " && pip install . -c constraints.txt && " in commands[0]
    assert commands[0].endswith(" && p2c plan examples/dinner/dinner.p2c --run")


def test_the_second_installs_for_development_and_passes_the_tests(commands: list[str]) -> None:
    assert " && pip install -e '.[dev]' -c constraints.txt && " in commands[1]
    assert commands[1].endswith(" && python -m pytest -n auto")


def test_their_environments_are_two_and_git_ignores_both(commands: list[str]) -> None:
    folders = {environment(command) for command in commands}
    assert len(folders) == 2
    assert {f"{folder}/" for folder in folders} <= set((ROOT / ".gitignore").read_text().splitlines())


def test_the_check_of_a_change_has_them_from_the_readme(commands: list[str]) -> None:
    check = (ROOT / ".ci" / "run").read_text()
    assert ".ci/commands" in check
    assert "pip install -e" not in check and "pytest" not in check
