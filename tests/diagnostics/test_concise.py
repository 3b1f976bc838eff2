"""One line for each finding."""

from p2c_dsl.diagnostics.concise import render
from tests.diagnostics.findings import FULL, SEARCHED, WARNING, finding


def test_a_finding_is_one_line_that_editors_can_follow() -> None:
    assert render([FULL, WARNING]) == (
        "plans/t.p2c:3:9: P2C401 `book` can happen |users| times\nplans/t.p2c:1:11: P2C901 nothing is ever written\n"
    )


def test_no_name_of_a_file_starts_a_line_of_its_own() -> None:
    assert render([finding(name="a\nb.p2c")]).splitlines() == ["a b.p2c:3:9: P2C401 `book` can happen |users| times"]


def test_a_search_in_vain_is_told() -> None:
    assert render([SEARCHED]) == (
        "plans/t.p2c:3:9: P2C402 perhaps (no run that breaks the rule was found in 12 small worlds)\n"
    )
