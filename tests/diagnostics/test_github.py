"""Workflow commands: what GitHub would otherwise take for the end of a value is escaped."""

from dataclasses import replace

from inline_snapshot import snapshot

from p2c_dsl.diagnostics.github import render
from tests.diagnostics.findings import FULL, LONG, SEARCHED, WARNING, finding


def test_a_finding_is_one_command() -> None:
    assert render([FULL]).replace("%0A", "\n") == snapshot("""\
::error file=plans/t.p2c,line=3,col=9,endColumn=16,title=P2C401::`book` can happen |users| times
rule: at most 1 book
help: bound the collection
a run that breaks it:
  users = {user#1, user#2}
  1. book(user#1)
  2. book(user#2)   <- here
""")
    assert render([FULL]).count("\n") == 1


def test_a_run_is_as_short_as_for_people() -> None:
    assert "  1. book(User(id=1, …))   <- here" in render([LONG]).replace("%0A", "\n")


def test_a_search_in_vain_is_told() -> None:
    assert "no run that breaks the rule was found in 12 small worlds" in render([SEARCHED])


def test_a_warning_is_a_warning() -> None:
    assert render([WARNING]).startswith("::warning file=")


def test_a_finding_over_several_lines_has_no_columns() -> None:
    several = finding("users:\n        book", "for u in users:\n        book(u)\n")
    assert ",line=1,endLine=2,title=P2C401::" in render([several])


def test_names_of_files_are_escaped_as_properties() -> None:
    assert "file=a%2Cb%3A%25%0A.p2c,line=" in render([finding(name="a,b:%\n.p2c")])


def test_messages_are_escaped_as_data() -> None:
    message = "100%\r\n::set-output name=x::y, z"
    (line,) = render([replace(finding(), message=message)]).splitlines()
    assert line.endswith("::100%25%0D%0A::set-output name=x::y, z")
