"""`p2c graph`: which compositions are drawn, and into what."""

import shutil
from pathlib import Path

import pytest

from tests.cli.commands import p2c

TWO = """type A
subtask f() -> A
task one() -> A
task two() -> A
compose one():
    return f()
compose two():
    return f()
"""


@pytest.mark.parametrize(("format", "first"), [("mermaid", "flowchart TD"), ("dot", "digraph composition {")])
@pytest.mark.usefixtures("dinner")
def test_a_composition_is_drawn(format: str, first: str) -> None:
    result = p2c("graph", "aligned.p2c", "--format", format)
    assert result.exit_code == 0 and result.stdout.startswith(f"{first}\n")


@pytest.mark.usefixtures("dinner")
def test_a_rejected_composition_is_drawn_too() -> None:
    assert "book_table" in p2c("graph", "unaligned.p2c").stdout


def test_several_compositions_make_one_picture(folder: Path) -> None:
    (folder / "two.p2c").write_text(TWO)
    output = p2c("graph", "two.p2c").stdout
    assert output.count("flowchart") == 1 and '["one"]' in output and '["two"]' in output


def test_one_of_several_can_be_chosen(folder: Path) -> None:
    (folder / "two.p2c").write_text(TWO)
    output = p2c("graph", "two.p2c", "--task", "two").stdout
    assert '["one"]' not in output and '["two"]' in output


@pytest.mark.usefixtures("dinner")
def test_a_picture_can_go_into_a_file(folder: Path) -> None:
    assert p2c("graph", "aligned.p2c", "--output", "a.mmd").stdout == ""
    assert (folder / "a.mmd").read_text().startswith("flowchart TD\n")


@pytest.mark.usefixtures("dinner")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["dinner.p2c"], "there is no composition in dinner.p2c; `p2c plan` writes one"),
        (["aligned.p2c", "--format", "png"], "'png' is not one of"),
        (["aligned.p2c", "--task", "book_diner"], "did you mean `book_dinner`?"),
        (["missing.p2c"], "there is no such file"),
    ],
)
def test_2_on_wrong_usage(arguments: list[str], told: str) -> None:
    result = p2c("graph", *arguments)
    assert result.exit_code == 2 and told in result.stderr


def test_1_where_there_is_no_such_task(folder: Path) -> None:
    (folder / "c.p2c").write_text("compose t():\n    return\n")
    result = p2c("graph", "c.p2c")
    assert result.exit_code == 1 and "P2C1" in result.stderr


@pytest.mark.usefixtures("dinner")
def test_without_graphviz_svg_says_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    result = p2c("graph", "aligned.p2c", "--format", "svg")
    assert result.exit_code == 2 and "--format mermaid and dot work without it" in result.stderr


@pytest.mark.usefixtures("dinner")
def test_svg_is_what_graphviz_makes_of_dot(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graphviz = folder / "bin" / "dot"
    graphviz.parent.mkdir()
    graphviz.write_text('#!/bin/sh\necho "$1" && cat\n')
    graphviz.chmod(0o755)
    monkeypatch.setenv("PATH", str(graphviz.parent), prepend=":")
    output = p2c("graph", "aligned.p2c", "--format", "svg").stdout
    assert output == "-Tsvg\n" + p2c("graph", "aligned.p2c", "--format", "dot").stdout


@pytest.mark.usefixtures("dinner")
def test_2_when_graphviz_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graphviz = folder / "dot"
    graphviz.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    graphviz.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    result = p2c("graph", "aligned.p2c", "--format", "svg")
    assert result.exit_code == 2 and "`dot` failed: broken" in result.stderr
