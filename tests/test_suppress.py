"""Suppressions: a code and a reason, in the place they concern, and none that has nothing to do."""

from pathlib import Path

import pytest

from p2c_dsl.codes import all_codes
from p2c_dsl.lint import Report, lint_file, lint_text
from p2c_dsl.source import Source
from p2c_dsl.suppress import apply
from p2c_dsl.syntax.nodes import File
from p2c_dsl.syntax.parser import parse

SPEC = """
type User
effect nag(User)
subtask remind(user: User):
    does nag(user)
subtask look_at(user: User)
task remind_all(users: Set[User]):
    at most 1 nag
"""


def linted(body: str) -> Report:
    text = f"{SPEC}compose remind_all(users):\n    for u in users:\n{body}"
    return lint_text(text, "t.p2c", Path.cwd(), counterexamples=False)


def codes(report: Report) -> list[str]:
    return [d.code for d in report.diagnostics]


def test_without_a_suppression_the_finding_is_reported() -> None:
    assert codes(linted("        remind(u)\n")) == ["P2C401"]


@pytest.mark.parametrize(
    "body",
    [
        "        remind(u)  # p2c: ignore[P2C401] there is one user\n",
        "        # p2c: ignore[P2C401] there is one user\n        remind(u)\n",
        "        # p2c: ignore[P2C401] there is one user\n\n        # remind\n        remind(u)\n",
        "        remind(u)  #p2c:ignore[P2C401]there is one user\n",
        "        remind(u)  # see above  # p2c: ignore[P2C401] there is one user\n",
    ],
    ids=[
        "at the line's end",
        "on the line before",
        "above another comment",
        "without spaces",
        "behind another",
    ],
)
def test_a_suppression_silences_its_line(body: str) -> None:
    report = linted(body)
    assert report.diagnostics == ()
    assert [(s.diagnostic.code, s.reason) for s in report.suppressed] == [("P2C401", "there is one user")]


def test_what_is_silenced_is_still_not_accepted() -> None:
    report = linted("        remind(u)  # p2c: ignore[P2C401] there is one user\n")
    assert report.clean and not report.accepted


@pytest.mark.parametrize(
    "body",
    [
        "        remind(  # {}\n            u\n        )\n",
        "        remind(\n            # {}\n            u\n        )\n",
        "        remind(\n            u  # {}\n        )\n",
        "        remind(\n            u\n        )  # {}\n",
        "        # {}\n        remind(\n            u\n        )\n",
        "        remind( \\\n            u)  # {}\n",
    ],
    ids=["first line", "a line of its own", "inner line", "last line", "above", "behind a backslash"],
)
def test_a_suppression_covers_its_whole_statement(body: str) -> None:
    report = linted(body.format("p2c: ignore[P2C401] there is one user"))
    assert report.diagnostics == () and len(report.suppressed) == 1


def test_it_covers_findings_on_any_line_of_the_statement() -> None:
    text = SPEC.replace("at most 1 nag", "remind.user from look_up").replace("Set[User]", "User")
    body = "compose remind_all(users):\n    remind(\n        users\n    )  # p2c: ignore[P2C601] they are known\n"
    report = lint_text(f"{text}subtask look_up() -> User\n{body}", "t.p2c", Path.cwd(), counterexamples=False)
    (location,) = (s.diagnostic.location for s in report.suppressed)
    assert (
        report.clean and location.source.line(location.source.position(location.span.start).line) == " " * 8 + "users"
    )


@pytest.mark.parametrize("header", ["for u in users:", "if asked():"])
def test_on_a_block_s_header_it_covers_the_header_only(header: str) -> None:
    text = SPEC.replace("at most 1 nag", "at most 0 nag") + "subtask asked() -> Bool\n"
    inner = "remind(u)" if header.startswith("for") else "for u in users:\n            remind(u)"
    body = f"    {header}  # p2c: ignore[P2C401] reviewed\n        {inner}\n"
    report = lint_text(f"{text}compose remind_all(users):\n{body}", "t.p2c", Path.cwd(), counterexamples=False)
    assert codes(report) == ["P2C401", "P2C912"]


def test_rules_and_signatures_are_statements_too() -> None:
    text = "type A\nsubtask f(\n    a: A\n)  # p2c: ignore[P2C440] known\n"
    assert codes(lint_text(text, "t.p2c", Path.cwd())) == ["P2C912"]


def test_nothing_is_unused_in_a_file_that_cannot_be_judged() -> None:
    assert codes(linted("        remind(u) + u  # p2c: ignore[P2C401] there is one user\n")) == ["P2C113"]


def test_a_suppression_does_not_reach_further_than_its_statement() -> None:
    report = linted("        look_at(u)  # p2c: ignore[P2C401] one\n        remind(u)\n")
    assert codes(report) == ["P2C401", "P2C912"]


@pytest.mark.parametrize(
    ("comment", "wrong"),
    [
        ("# p2c: ignore[P2C401]", ["P2C401", "P2C910"]),
        ("# p2c: ignore[P2C499] reason", ["P2C401", "P2C911"]),
        ("# p2c: ignore[P2C404] reason", ["P2C401", "P2C912"]),
        ("# p2c: ignore[P2C401, P2C404] reason", ["P2C912"]),
        ("# p2c: ignore P2C401 reason", ["P2C401", "P2C913"]),
        ("# p2c: ignore[] reason", ["P2C401", "P2C913"]),
        ("# p2c: ignore[P2C160] reason", ["P2C401", "P2C914"]),
        ("# p2c: ignore[P2C912] reason", ["P2C401", "P2C914"]),
    ],
)
def test_a_suppression_that_is_wrong_is_reported(comment: str, wrong: list[str]) -> None:
    assert codes(linted(f"        remind(u)  {comment}\n")) == wrong


@pytest.mark.parametrize(
    "line", ["subtask f(x: Usr)  # p2c: ignore[P2C130] later", "typ A  # p2c: ignore[P2C110] later"]
)
def test_a_file_without_a_meaning_cannot_be_lived_with(line: str) -> None:
    report = lint_text(line + "\n", "t.p2c", Path.cwd())
    assert "P2C914" in codes(report) and not report.accepted


def test_an_ordinary_comment_is_no_suppression() -> None:
    assert codes(linted("        remind(u)  # p2c would ignore[P2C401] this\n")) == ["P2C401"]


def test_unused_suppressions_of_a_used_file_are_that_file_s_affair(tmp_path: Path) -> None:
    suppressed = "        remind(u)  # p2c: ignore[P2C401] there is one user\n"
    text = f"{SPEC}compose remind_all(users):\n    for u in users:\n{suppressed}"
    (tmp_path / "used.p2c").write_text(text)
    (tmp_path / "root.p2c").write_text('use "used.p2c"\n')
    assert lint_file(tmp_path / "used.p2c").clean
    assert lint_file(tmp_path / "root.p2c").clean


def test_nothing_comes_of_no_files() -> None:
    outcome = apply((), (), ())
    assert outcome.reported == () and outcome.suppressed == ()


def test_a_suppression_at_the_end_of_a_file_concerns_nothing() -> None:
    file: File = parse(Source("t.p2c", "type A\n# p2c: ignore[P2C401] reason")).file
    assert [d.code for d in apply([file], (), all_codes()).reported] == ["P2C912"]
