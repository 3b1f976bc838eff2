from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT, Comparison
from p2c_dsl.planners.preferences.humans.recorded import RecordedHuman
from p2c_dsl.planners.preferences.humans.records import RecordError, read_solutions
from p2c_dsl.planners.preferences.humans.store import LabelStore
from tests.planners.preferences.people import solution

ONE, OTHER, THIRD = solution(1, 0, 0, 0), solution(2, 0, 0, 0), solution(3, 0, 0, 0)
RECORDS = [
    Comparison(ONE, OTHER, LEFT, 10.0, "Ada"),
    Comparison(OTHER, ONE, LEFT, 20.0, "Ada"),
    Comparison(ONE, THIRD, None, 30.0, "Ada"),
]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "answers.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["lines", "database"])
def test_the_latest_answer_by_then_is_given_on_either_side(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, *(record.line() for record in RECORDS))
    if kind == "database":
        path = tmp_path / "answers.db"
        with LabelStore(path) as store:
            store.bring_in(RECORDS)
    human = RecordedHuman.load(path)
    assert human.compare(ONE, OTHER, 5.0) is None
    assert human.compare(ONE, OTHER, 15.0) == LEFT and human.compare(OTHER, ONE, 15.0) == RIGHT
    assert human.compare(ONE, OTHER, 25.0) == RIGHT and human.compare(OTHER, ONE, 25.0) == LEFT
    assert human.compare(ONE, THIRD, 40.0) is None and human.compare(OTHER, THIRD, 40.0) is None
    assert [c.time for c in human.comparisons] == [10.0, 20.0]


def change(**changes: Any) -> str:
    return json.dumps(json.loads(RECORDS[0].line()) | changes)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[]", "an answer must be an object"),
        ('{"left": 1}', "an answer has no `right`"),
        (change(preferred=2), "`preferred` must be 0"),
        (change(preferred=True), "`preferred` must be 0"),
        (change(time="now"), "`time` must be a number"),
        (change(time=float("nan")), "`time` must be a number"),
        (change(who=None), "`who` must be a string"),
        (change(left={"subtask": 1}), "a solution's `subtask`"),
    ],
)
def test_a_malformed_line_is_told_with_its_number(tmp_path: Path, line: str, told: str) -> None:
    path = written(tmp_path, RECORDS[0].line(), "", line)
    with pytest.raises(RecordError, match=rf"answers.jsonl, line 3: .*{told}"):
        RecordedHuman.load(path)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        RecordedHuman.load(tmp_path / "nowhere")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordError, match="cannot be read"):
        RecordedHuman.load(tmp_path / "bytes")


def test_solutions_are_read_one_a_line() -> None:
    lines = [json.dumps(s.as_data()) for s in (ONE, OTHER)]
    assert list(read_solutions(lines, "s.jsonl")) == [ONE, OTHER]
    with pytest.raises(RecordError, match="line 1"):
        list(read_solutions(["{}"], "s.jsonl"))
