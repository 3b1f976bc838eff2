"""`p2c explain` and `p2c rules`: what the codes and the rules mean."""

import json

import pytest

from p2c_dsl.codes import all_codes
from p2c_dsl.rules import RULES
from tests.cli.commands import p2c


@pytest.mark.parametrize("code", all_codes())
def test_every_code_is_explained(code: str) -> None:
    result = p2c("explain", code)
    assert result.exit_code == 0 and all_codes()[code].title in result.stdout


def test_a_code_comes_with_its_examples() -> None:
    output = p2c("explain", "p2c910").stdout
    assert "rejected:\n\n    book(r)  # p2c: ignore[P2C401]\n" in output and "accepted:" in output


def test_without_a_code_all_are_listed() -> None:
    lines = p2c("explain").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines] == list(all_codes())


@pytest.mark.parametrize(
    ("name", "told"),
    [("P2C999", "did you mean `P2C9"), ("at-mst", "did you mean `at-most`?"), ("", "there is no code")],
)
def test_an_unknown_code_is_wrong_usage(name: str, told: str) -> None:
    result = p2c("explain", name)
    assert result.exit_code == 2 and told in result.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_s_page_has_its_syntax_its_codes_and_both_examples(rule) -> None:  # type: ignore[no-untyped-def]
    page = p2c("rules", rule.name).stdout
    assert page.startswith(rule.syntax)
    assert all(code.code in page for code in rule.codes)
    assert "\naccepted:\n" in page and "\nrejected:\n" in page
    assert p2c("explain", rule.name).stdout == page


def test_the_rules_are_listed_with_what_they_say() -> None:
    output = p2c("rules").stdout
    assert all(rule.syntax in output and rule.summary in output and rule.name in output for rule in RULES)


def test_the_rules_can_be_had_as_data() -> None:
    rules = json.loads(p2c("rules", "--format", "json").stdout)
    assert [r["name"] for r in rules] == [rule.name for rule in RULES]
    assert set(rules[0]) == {"name", "syntax", "summary", "codes"}


def test_an_unknown_rule_is_wrong_usage() -> None:
    result = p2c("rules", "at-mst")
    assert result.exit_code == 2 and "did you mean `at-most`?" in result.stderr
