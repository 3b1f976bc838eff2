"""`p2c explain` and `p2c rules`: what the codes and the rules mean."""

import json
from pathlib import Path

import pytest

from p2c_dsl.codes import all_codes
from p2c_dsl.rules import DOCUMENTED
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


@pytest.mark.parametrize("rule", DOCUMENTED, ids=lambda rule: rule.name)
def test_a_rule_s_page_has_its_syntax_its_codes_and_both_examples(rule) -> None:  # type: ignore[no-untyped-def]
    page = p2c("rules", rule.name).stdout
    assert page.startswith(rule.syntax)
    assert all(code.code in page for code in rule.codes)
    assert "\naccepted:\n" in page and ("\nrejected:\n" in page) == bool(rule.rejected)
    assert p2c("explain", rule.name).stdout == page


def test_the_rules_are_listed_with_what_they_say() -> None:
    output = p2c("rules").stdout
    assert all(rule.syntax in output and rule.summary in output and rule.name in output for rule in DOCUMENTED)


def test_the_rules_can_be_had_as_data() -> None:
    rules = json.loads(p2c("rules", "--format", "json").stdout)
    assert [r["name"] for r in rules] == [rule.name for rule in DOCUMENTED]
    assert set(rules[0]) == {"name", "syntax", "summary", "codes"}


def test_an_unknown_rule_is_wrong_usage() -> None:
    result = p2c("rules", "at-mst")
    assert result.exit_code == 2 and "did you mean `at-most`?" in result.stderr


SPEC = """
type Order
effect settle(Order) irreversible
effect hold(Order)
effect close
subtask pay(order: Order):
    does settle(order)
subtask keep(order: Order):
    may hold(order)
subtask stop():
    does close
subtask recent() -> List[Order]
subtask open(order: Order) -> Bool
task t(orders: Set[Order]):
    RULE
"""


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        ("at least 1 settle", ["`settle` is an effect, done by `pay`"]),
        ("at most 1 hold per Order", ["`hold` is an effect, possibly by `keep`", "the key of `hold` is `Order`"]),
        (
            "pay before hold per Order",
            [
                "`pay` is a call of the subtask",
                "`hold` is an effect, possibly by `keep`",
                "for each key by itself: `order: Order` of `pay`, `Order` of `hold`",
            ],
        ),
        (
            "not both pay, hold",
            [
                "`pay` is a call of the subtask",
                "`hold` is an effect, possibly by `keep`",
                "whatever their keys are: there is no `per`",
            ],
        ),
        (
            "at least 1 settle per Order in orders unless hold",
            [
                "`settle` is an effect, done by `pay`",
                "the key of `settle` is `Order`",
                "`in orders` means each element of the input",
                "`unless hold` waives it for the same `Order` alone",
            ],
        ),
        (
            "exactly 1 settle per Order in recent unless close",
            [
                "`settle` is an effect, done by `pay`",
                "the key of `settle` is `Order`",
                "`in recent` means each element of every result of the subtask",
                "`unless close` waives it for the whole run",
            ],
        ),
        (
            "at least 1 settle per Order in orders unless open",
            [
                "`settle` is an effect, done by `pay`",
                "the key of `settle` is `Order`",
                "`in orders` means each element of the input",
                "`unless open` waives it for the same `order: Order` alone, whatever the call answers",
            ],
        ),
        ("enforced at most 1 settle", ["`settle` is an effect, done by `pay`"]),
        ("loops <= 1", []),
    ],
)
def test_a_file_s_rules_come_with_what_their_words_mean(tmp_path: Path, rule: str, read: list[str]) -> None:
    spec = tmp_path / "t.p2c"
    spec.write_text(SPEC.replace("RULE", rule))
    result = p2c("explain", spec)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"task t ({spec}:14)", f"  {rule}", *(f"      {line}" for line in read)]


def test_a_file_that_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "t.p2c").write_text(SPEC.replace("RULE", "at most 1 setle"))
    result = p2c("explain", tmp_path / "t.p2c")
    assert result.exit_code == 1 and "P2C147" in result.stdout + result.stderr
