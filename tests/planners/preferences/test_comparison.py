"""One record of an answer. Files that earlier versions wrote are read, and written again byte for byte."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT, Comparison
from p2c_dsl.planners.preferences.humans.records import read_records
from p2c_dsl.planners.preferences.humans.store import LabelStore
from tests.planners.preferences.people import solution

SAMPLES = Path(__file__).parent / "humans" / "samples"
ONE, OTHER = solution(1, 0, 0, 0), solution(2, 0, 0, 0)


def test_a_comparison_prefers_one_of_two_or_was_skipped() -> None:
    for preferred in (LEFT, RIGHT, None):
        assert Comparison(ONE, OTHER, preferred, 0.0, "Ada").preferred == preferred
    with pytest.raises(ValueError, match="`preferred` must be 0"):
        Comparison(ONE, OTHER, 2, 0.0, "Ada")


def test_what_was_preferred_can_be_read_from_either_side() -> None:
    comparison = Comparison(ONE, OTHER, LEFT, 0.0, "Ada")
    assert comparison.preferred_if_left_is(ONE.key) == LEFT
    assert comparison.preferred_if_left_is(OTHER.key) == RIGHT
    assert Comparison(ONE, OTHER, None, 0.0, "Ada").preferred_if_left_is(OTHER.key) is None


def test_json_brings_the_same_comparison_back() -> None:
    comparison = Comparison(ONE, OTHER, RIGHT, 1.5, "Ada")
    assert Comparison.from_data(json.loads(comparison.line())) == comparison


def test_an_older_export_is_read_and_written_byte_for_byte() -> None:
    text = (SAMPLES / "answers.jsonl").read_text(encoding="utf-8")
    records = list(read_records(text.splitlines(), "answers.jsonl"))
    assert [record.preferred for record in records] == [LEFT, None, RIGHT]
    assert "".join(f"{record.line()}\n" for record in records) == text


def test_an_older_database_gives_the_same_export_and_next_question(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    with sqlite3.connect(path) as db:
        db.executescript((SAMPLES / "answers.sql").read_text(encoding="utf-8"))
    with LabelStore(path) as store:
        exported = "".join(f"{record.line()}\n" for record in store.records())
        assert exported == (SAMPLES / "answers.jsonl").read_text(encoding="utf-8")
        asked = store.next("Ada")
        assert asked is not None and [s.program.count("hello") for s in asked] == [2, 1], "taken back"
        assert store.bring_in(store.records()) == 0
