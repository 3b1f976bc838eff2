from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT, Comparison
from p2c_dsl.planners.preferences.humans.store import LabelStore, Progress, StoreError, pair_id
from tests.planners.preferences.people import solution

PAIRS = [(solution(n, 0, 0, 0), solution(n + 1, 1, 0, 0)) for n in range(5)]
IDS = [pair_id(pair) for pair in PAIRS]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with LabelStore(tmp_path / "answers.db") as store:
        assert store.add(PAIRS) == 5
    return tmp_path / "answers.db"


def test_pairs_are_asked_about_in_their_order_until_each_has_an_answer(path: Path) -> None:
    with LabelStore(path) as store:
        for place, id_ in enumerate(IDS):
            asked = store.next("Ada")
            assert asked is not None and pair_id(asked) == id_ and asked == PAIRS[place]
            assert store.answer(id_, LEFT if place % 2 else None, float(place), "Ada")
        assert store.next("Ada") is None
        assert store.progress("Ada") == Progress(answered=2, skipped=3, total=5)


def test_a_pair_is_asked_about_once_whichever_way_round_it_comes(path: Path) -> None:
    with LabelStore(path) as store:
        assert store.add([(right, left) for left, right in PAIRS]) == 0
        asked = store.next("Ada")
        assert asked == PAIRS[0]


def test_people_answer_for_themselves(path: Path) -> None:
    with LabelStore(path) as store:
        assert store.answer(IDS[0], LEFT, 0.0, "Ada") and store.answer(IDS[0], RIGHT, 0.0, "Ben")
        assert store.progress("Ben") == Progress(1, 0, 5)


def test_a_second_answer_to_the_same_pair_changes_nothing(path: Path) -> None:
    with LabelStore(path) as store:
        assert store.answer(IDS[0], LEFT, 0.0, "Ada")
        assert not store.answer(IDS[0], RIGHT, 1.0, "Ada")
        assert [record.preferred for record in store.records()] == [LEFT]


def test_a_pair_that_nobody_was_asked_about_takes_no_answer(path: Path) -> None:
    with LabelStore(path) as store, pytest.raises(KeyError):
        store.answer("another", LEFT, 0.0, "Ada")


def test_an_answer_taken_back_is_asked_for_again_and_stays_on_record(path: Path) -> None:
    with LabelStore(path) as store:
        for id_ in IDS[:2]:
            store.answer(id_, LEFT, 0.0, "Ada")
        latest = store.latest("Ada")
        assert latest is not None and store.undo(latest, 1.0, "Ada")
        assert not store.undo(latest, 1.0, "Ada"), "twice is once"
        asked = store.next("Ada")
        assert asked is not None and pair_id(asked) == IDS[1]
        assert store.answer(IDS[1], RIGHT, 2.0, "Ada")
        assert [record.preferred for record in store.records()] == [LEFT, RIGHT]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM answer").fetchone() == (3,)


def test_nobody_takes_back_what_another_has_said(path: Path) -> None:
    with LabelStore(path) as store:
        store.answer(IDS[0], LEFT, 0.0, "Ada")
        latest = store.latest("Ada")
        assert latest is not None and not store.undo(latest, 1.0, "Ben")


def test_what_is_brought_in_twice_is_there_once_on_the_sides_that_the_pair_has(path: Path) -> None:
    left, right = PAIRS[0]
    records = [Comparison(right, left, LEFT, 3.0, "Cleo"), Comparison(*PAIRS[1], None, 4.0, "Cleo")]
    with LabelStore(path) as store:
        assert store.bring_in(records) == 2 and store.bring_in(records) == 0
        kept = store.records()
        assert (kept[0].left, kept[0].preferred) == (left, RIGHT) and kept[1].preferred is None


def test_bringing_in_is_all_or_nothing(path: Path) -> None:
    def broken() -> object:
        yield Comparison(*PAIRS[0], LEFT, 3.0, "Cleo")
        raise RuntimeError("the file ends here")

    with LabelStore(path) as store:
        with pytest.raises(RuntimeError):
            store.bring_in(broken())  # type: ignore[arg-type]
        assert store.records() == []


def test_many_writers_lose_and_double_nothing(path: Path) -> None:
    def answer(place: int) -> int:
        with LabelStore(path) as store:
            return sum(store.answer(id_, place % 2, float(place), f"person {place // 4}") for id_ in IDS)

    with ThreadPoolExecutor(8) as pool:
        kept = sum(pool.map(answer, range(16)))
    with LabelStore(path) as store:
        assert kept == 4 * len(IDS) == len(store.records())


def test_an_answer_is_on_the_disk_when_it_is_acknowledged(path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from p2c_dsl.planners.preferences.humans.store import LabelStore\n"
        f"store = LabelStore(Path(sys.argv[1]))\nstore.answer({IDS[0]!r}, 1, 0.0, 'Ada')\nos.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9
    with LabelStore(path) as store:
        assert [record.preferred for record in store.records()] == [RIGHT]
        assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda p: p.write_text("no database at all, and long enough to be one" * 9), "cannot hold answers"),
        (lambda p: sqlite3.connect(p).execute("CREATE TABLE mine (x)"), "another program's"),
        (lambda p: p.mkdir(), "cannot be opened"),
    ],
    ids=["text", "another database", "a folder"],
)
def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path, make, told: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "file")
    with pytest.raises(StoreError, match=told):
        LabelStore(tmp_path / "file")


def test_a_newer_format_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreError, match="format 9"):
        LabelStore(path)
