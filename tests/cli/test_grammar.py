"""`p2c grammar`: which task's grammar is printed, in which dialect, and where to."""

from pathlib import Path

import pytest

from tests.cli.commands import p2c

TWO = """type A
subtask f() -> A
task one() -> A
task two() -> A
"""
UNCALLABLE = """type A
subtask f(a: A)
task t()
"""


@pytest.mark.parametrize(
    ("format", "first"),
    [("lark", 'start: "compose book_dinner(users):" '), ("gbnf", 'root ::= "compose book_dinner(users):" ')],
)
@pytest.mark.usefixtures("dinner")
def test_a_task_s_grammar_is_printed(format: str, first: str) -> None:
    result = p2c("grammar", "dinner.p2c", "--format", format)
    assert result.exit_code == 0 and result.stdout.startswith(first)


@pytest.mark.usefixtures("dinner")
def test_lark_is_what_is_printed_unless_one_says_otherwise() -> None:
    assert p2c("grammar", "dinner.p2c").stdout == p2c("grammar", "dinner.p2c", "--format", "lark").stdout


@pytest.mark.usefixtures("dinner")
def test_how_deep_branches_nest_can_be_said_where_no_rule_does() -> None:
    nested = [p2c("grammar", "dinner.p2c", "--deepest", n).stdout.count("branch_") > 0 for n in (0, 1)]
    assert nested == [False, True]


@pytest.mark.usefixtures("dinner")
def test_a_grammar_can_go_into_a_file(folder: Path) -> None:
    printed = p2c("grammar", "dinner.p2c").stdout
    assert p2c("grammar", "dinner.p2c", "--output", "dinner.lark").stdout == ""
    assert (folder / "dinner.lark").read_text() == printed


def test_one_of_several_tasks_is_chosen(folder: Path) -> None:
    (folder / "two.p2c").write_text(TWO)
    assert "choose a task with --task: one, two" in p2c("grammar", "two.p2c").stderr
    assert p2c("grammar", "two.p2c", "--task", "two").stdout.startswith('start: "compose two():"')


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["dinner.p2c", "--format", "bnf"], "'bnf' is not one of 'lark', 'gbnf'"),
        (["dinner.p2c", "--task", "book_diner"], "did you mean `book_dinner`?"),
        (["missing.p2c"], "there is no such file"),
        (["dinner.p2c", "--deepest", "-1"], "--help"),
    ],
)
@pytest.mark.usefixtures("dinner")
def test_2_on_wrong_usage(arguments: list[str], told: str) -> None:
    result = p2c("grammar", *arguments)
    assert result.exit_code == 2 and told in result.stderr


def test_2_where_nothing_can_be_written(folder: Path) -> None:
    (folder / "u.p2c").write_text(UNCALLABLE)
    result = p2c("grammar", "u.p2c")
    assert result.exit_code == 2 and "no subtask can be called" in result.stderr


def test_1_where_the_spec_has_errors(folder: Path) -> None:
    (folder / "w.p2c").write_text(TWO + "    loop <= 1\n")
    result = p2c("grammar", "w.p2c")
    assert result.exit_code == 1 and "P2C1" in result.stderr
