"""The JSON form keeps to its committed schema."""

import json
from pathlib import Path

import jsonschema
from inline_snapshot import snapshot

from p2c_dsl.diagnostics.data import render
from p2c_dsl.diagnostics.model import ApprovalPoint
from p2c_dsl.diagnostics.schema import FILE, schema
from p2c_dsl.lint import lint_file
from tests.diagnostics.findings import ALL, FULL, LONG, SEARCHED

EXAMPLES = Path(__file__).parents[2] / "examples"
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_committed_schema_is_what_the_models_say() -> None:
    assert FILE.read_text(encoding="utf-8") == schema()


def test_every_kind_of_finding_keeps_to_the_schema() -> None:
    jsonschema.validate(json.loads(render(ALL)), SCHEMA)
    jsonschema.validate(json.loads(render([])), SCHEMA)


def test_calls_that_need_approval_keep_to_the_schema() -> None:
    document = json.loads(render([], [ApprovalPoint(FULL.location, "book", ("book needs approval",))]))
    jsonschema.validate(document, SCHEMA)
    assert document["approvals"][0]["rules"] == ["book needs approval"]


def test_real_findings_keep_to_the_schema() -> None:
    found = lint_file(EXAMPLES / "dinner" / "unaligned.p2c").diagnostics
    document = json.loads(render(found))
    jsonschema.validate(document, SCHEMA)
    assert [d["code"] for d in document["diagnostics"]] == [d.code for d in found]


def test_the_document_has_a_version_and_counts() -> None:
    document = json.loads(render(ALL))
    assert document["version"] == 1
    assert document["summary"] == {"error": 5, "warning": 1, "note": 0}


def test_a_finding_is_all_there() -> None:
    (found,) = json.loads(render([FULL]))["diagnostics"]
    assert found == snapshot(
        {
            "code": "P2C401",
            "severity": "error",
            "verdict": "violated",
            "message": "`book` can happen |users| times",
            "rule": "at most 1 book",
            "help": "bound the collection",
            "location": {
                "file": "plans/t.p2c",
                "start": {"line": 3, "column": 9},
                "end": {"line": 3, "column": 16},
            },
            "notes": [
                {
                    "message": "this loop has no bound",
                    "location": {
                        "file": "plans/t.p2c",
                        "start": {"line": 2, "column": 5},
                        "end": {"line": 2, "column": 20},
                    },
                }
            ],
            "counterexample": {
                "inputs": [{"name": "users", "value": "{user#1, user#2}"}],
                "steps": [
                    {
                        "text": "book(user#1)",
                        "location": {
                            "file": "plans/t.p2c",
                            "start": {"line": 3, "column": 9},
                            "end": {"line": 3, "column": 16},
                        },
                        "offending": False,
                    },
                    {
                        "text": "book(user#2)",
                        "location": {
                            "file": "plans/t.p2c",
                            "start": {"line": 3, "column": 9},
                            "end": {"line": 3, "column": 16},
                        },
                        "offending": True,
                    },
                ],
            },
            "tried": None,
        }
    )


def test_nothing_of_a_run_is_left_out() -> None:
    (found,) = json.loads(render([LONG]))["diagnostics"]
    assert found["counterexample"]["inputs"] == [{"name": "users", "value": "{User(id=1, name='a')}"}]
    assert [s["text"] for s in found["counterexample"]["steps"]] == ["book(User(id=1, name='a'))"]


def test_a_search_in_vain_says_how_many_worlds_were_tried() -> None:
    (found,) = json.loads(render([SEARCHED]))["diagnostics"]
    assert found["tried"] == 12 and found["counterexample"] is None
