"""SARIF logs keep to the standard's schema and lose nothing of the story."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from p2c_dsl.codes import all_codes
from p2c_dsl.diagnostics.model import Diagnostic, Suppressed
from p2c_dsl.diagnostics.sarif import render
from p2c_dsl.lint import lint_file
from tests.diagnostics.findings import ALL, FULL, LONG, SEARCHED, WARNING, WITHOUT_CALLS, finding

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests" / "data" / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))


def rendered(found: Iterable[Diagnostic], suppressed: Iterable[Suppressed] = ()) -> str:
    return render(found, all_codes(), suppressed)


def run_of(text: str) -> dict[str, Any]:
    """The one run of a log that keeps to the schema."""
    log = json.loads(text)
    jsonschema.validate(log, SCHEMA)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def result_of(text: str) -> dict[str, Any]:
    (result,) = run_of(text)["results"]
    assert isinstance(result, dict)
    return result


def test_every_kind_of_finding_keeps_to_the_schema() -> None:
    results = run_of(rendered(ALL))["results"]
    assert [r["ruleId"] for r in results] == [d.code for d in ALL]
    assert [r["level"] for r in results] == ["error", "warning", *["error"] * 4]


def test_an_empty_log_keeps_to_the_schema() -> None:
    assert run_of(rendered([]))["results"] == []


@pytest.mark.parametrize("name", ["dinner/unaligned.p2c", "dinner/rejected/nothing_booked.p2c"])
def test_real_findings_keep_to_the_schema(name: str) -> None:
    found = lint_file(ROOT / "examples" / name).diagnostics
    assert found and len(run_of(rendered(found))["results"]) == len(found)


def test_the_rules_that_were_broken_are_explained() -> None:
    (rule,) = run_of(rendered([FULL, FULL]))["tool"]["driver"]["rules"]
    code = all_codes()["P2C401"]
    assert rule["id"] == code.code
    assert rule["shortDescription"]["text"] == code.title
    assert rule["help"]["text"].startswith(code.explanation)


def test_each_result_points_at_its_rule() -> None:
    run = run_of(rendered(ALL))
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_every_code_there_is_can_be_a_rule() -> None:
    found = [replace(WARNING, code=code) for code in all_codes()]
    assert len(run_of(rendered(found))["tool"]["driver"]["rules"]) == len(all_codes())


def test_a_counterexample_is_a_code_flow() -> None:
    (flow,) = result_of(rendered([FULL]))["codeFlows"]
    assert flow["message"]["text"] == "a run that breaks the rule, with users = {user#1, user#2}"
    steps = flow["threadFlows"][0]["locations"]
    assert [s["location"]["message"]["text"] for s in steps] == ["book(user#1)", "book(user#2)"]
    assert [s["importance"] for s in steps] == ["important", "essential"]


def test_nothing_of_a_run_is_left_out() -> None:
    (flow,) = result_of(rendered([LONG]))["codeFlows"]
    assert flow["message"]["text"].endswith("users = {User(id=1, name='a')}")
    (step,) = flow["threadFlows"][0]["locations"]
    assert step["location"]["message"]["text"] == "book(User(id=1, name='a'))"


def test_a_search_in_vain_is_part_of_the_message() -> None:
    text = result_of(rendered([SEARCHED]))["message"]["text"]
    assert text == "perhaps. No run that breaks the rule was found in 12 small worlds"


def test_a_run_in_which_nothing_is_called_is_a_flow_too() -> None:
    (flow,) = result_of(rendered([WITHOUT_CALLS]))["codeFlows"]
    (step,) = flow["threadFlows"][0]["locations"]
    assert step["location"]["message"]["text"] == "no calls are made"


def test_a_place_is_a_range_of_lines_and_columns() -> None:
    place = result_of(rendered([FULL]))["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "plans/t.p2c"}
    assert place["region"] == {"startLine": 3, "startColumn": 9, "endLine": 3, "endColumn": 16}


def test_notes_are_related_locations() -> None:
    (related,) = result_of(rendered([FULL]))["relatedLocations"]
    assert related["message"]["text"] == "this loop has no bound"


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b#c?.p2c", "a%20b%23c%3F.p2c"),
        ("/plans/t.p2c", "file:///plans/t.p2c"),
        ("名.p2c", "%E5%90%8D.p2c"),
        ("\udcff.p2c", "%FF.p2c"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_a_file_is_a_uri_reference(name: str, uri: str) -> None:
    place = result_of(rendered([finding(name=name)]))["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


def test_what_is_suppressed_is_in_the_log_with_its_reason() -> None:
    results = run_of(rendered([WARNING], [Suppressed(FULL, "the caller bounds it")]))["results"]
    assert "suppressions" not in results[0]
    assert results[1]["suppressions"] == [{"kind": "inSource", "justification": "the caller bounds it"}]
