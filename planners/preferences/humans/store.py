"""Where answers are stored: a SQLite file that loses none of them, even with several writers.

Each answer is one transaction, which is on the disk before it is acknowledged (WAL, `synchronous=FULL`). Nothing is
ever deleted: undoing an answer adds a tombstone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT, Comparison, Pair
from p2c_dsl.planners.preferences.solution import PartialSolution

_VERSION = 1
_APPLICATION = 0x70326364
"""Marks the file as ours: `p2cd`."""
_MAGIC = b"SQLite format 3\0"
_PATIENCE = 30.0
"""Seconds to wait for other writers."""
_SCHEMA = f"""
CREATE TABLE solution (key TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pair (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    left TEXT NOT NULL REFERENCES solution,
    right TEXT NOT NULL REFERENCES solution
) STRICT;
CREATE TABLE answer (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    pair TEXT NOT NULL REFERENCES pair (id),
    preferred INTEGER CHECK (preferred IN ({LEFT}, {RIGHT})),
    time REAL NOT NULL,
    who TEXT NOT NULL
) STRICT;
CREATE TABLE undone (answer INTEGER PRIMARY KEY REFERENCES answer, time REAL NOT NULL) STRICT;
CREATE VIEW standing AS SELECT * FROM answer WHERE number NOT IN (SELECT answer FROM undone);
CREATE INDEX answers_of_pair ON answer (pair, who);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""


class StoreError(Exception):
    """A file that is not a store of answers, or cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many pairs someone has answered and skipped, of how many."""

    answered: int
    skipped: int
    total: int


def is_database(path: Path) -> bool:
    """Whether a file is a SQLite database. Raises `OSError` if it cannot be read."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def pair_id(pair: Pair) -> str:
    """The id of a pair, the same in both orders."""
    return "-".join(sorted((pair[0].key, pair[1].key)))


class LabelStore:
    """The answers in one file. Each process and thread opens its own. Raises `StoreError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # As an absolute path, `:memory:` is the name of a file like any other.
            self._db = sqlite3.connect(path.absolute(), timeout=_PATIENCE, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be opened: {error}") from error
        try:
            self._open()
        except (sqlite3.Error, StoreError) as error:
            self.close()
            message = error if isinstance(error, StoreError) else f"{path} cannot hold answers: {error}"
            raise StoreError(str(message)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _open(self) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if self._empty():
            with self._writing():
                # Another writer may have been first.
                if self._empty():
                    for statement in _SCHEMA.strip().removesuffix(";").split(";"):
                        self._db.execute(statement)
        ((application,),) = self._db.execute("PRAGMA application_id")
        ((version,),) = self._db.execute("PRAGMA user_version")
        if application != _APPLICATION:
            raise StoreError(f"{self.path} is another program's database; choose another file")
        if version != _VERSION:
            raise StoreError(f"{self.path} has format {version}, and this version of p2c reads format {_VERSION}")

    def _empty(self) -> bool:
        ((tables,),) = self._db.execute("SELECT count(*) FROM sqlite_schema")
        return not tables

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One exclusive transaction: what it has read is still true when it writes."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"{self.path} cannot be written: {error}") from error
            raise

    # ------------------------------------------------------------ questions

    def add(self, pairs: Iterable[Pair]) -> int:
        """Adds pairs to be asked about, and returns how many were new. A pair keeps its sides."""
        with self._writing():
            before = self._total()
            for pair in pairs:
                self._add(pair)
            return self._total() - before

    def _add(self, pair: Pair) -> str:
        for solution in pair:
            data = json.dumps(solution.as_data(), ensure_ascii=False)
            self._db.execute("INSERT OR IGNORE INTO solution VALUES (?, ?)", (solution.key, data))
        row = (pair_id(pair), pair[0].key, pair[1].key)
        self._db.execute("INSERT OR IGNORE INTO pair (id, left, right) VALUES (?, ?, ?)", row)
        return row[0]

    def _total(self) -> int:
        ((total,),) = self._db.execute("SELECT count(*) FROM pair")
        return int(total)

    def next(self, who: str) -> Pair | None:
        """The first pair that they have neither answered nor skipped, `None` when there is none left."""
        query = (
            "SELECT left, right FROM pair WHERE NOT EXISTS "
            "(SELECT 1 FROM standing WHERE standing.pair = pair.id AND who = ?) ORDER BY place LIMIT 1"
        )
        row = self._db.execute(query, (who,)).fetchone()
        return None if row is None else (self._solution(row[0]), self._solution(row[1]))

    def progress(self, who: str) -> Progress:
        """How many pairs they have answered and skipped, of how many."""
        query = (
            "SELECT count(DISTINCT CASE WHEN preferred IS NOT NULL THEN pair END), count(DISTINCT pair) "
            "FROM standing WHERE who = ?"
        )
        answered, all_ = self._db.execute(query, (who,)).fetchone()
        return Progress(answered, all_ - answered, self._total())

    def _solution(self, key: str) -> PartialSolution:
        ((data,),) = self._db.execute("SELECT data FROM solution WHERE key = ?", (key,))
        return PartialSolution.from_data(json.loads(data))

    # ------------------------------------------------------------ answers

    def answer(self, pair: str, preferred: int | None, time: float, who: str) -> bool:
        """Stores an answer (`None`: skipped) unless they have already answered this pair; returns whether it did.

        When it returns, the answer is on the disk. Raises `KeyError` for a pair that was never asked about.
        """
        with self._writing():
            if self._db.execute("SELECT 1 FROM pair WHERE id = ?", (pair,)).fetchone() is None:
                raise KeyError(pair)
            given = "SELECT 1 FROM standing WHERE pair = ? AND who = ?"
            if self._db.execute(given, (pair, who)).fetchone() is not None:
                return False
            row = (pair, preferred, time, who)
            self._db.execute("INSERT INTO answer (pair, preferred, time, who) VALUES (?, ?, ?, ?)", row)
        return True

    def latest(self, who: str) -> int | None:
        """The number of their latest answer that has not been undone, for `undo`."""
        ((number,),) = self._db.execute("SELECT max(number) FROM standing WHERE who = ?", (who,))
        return None if number is None else int(number)

    def undo(self, answer: int, time: float, who: str) -> bool:
        """Undoes an answer of theirs, unless that has been done; returns whether it did."""
        with self._writing():
            query = "SELECT 1 FROM standing WHERE number = ? AND who = ?"
            if self._db.execute(query, (answer, who)).fetchone() is None:
                return False
            self._db.execute("INSERT INTO undone VALUES (?, ?)", (answer, time))
        return True

    # ------------------------------------------------------------ export and import

    def records(self) -> list[Comparison]:
        """The answers that have not been undone, in the order in which they were given."""
        query = (
            "SELECT left, right, preferred, time, who FROM standing JOIN pair ON pair.id = standing.pair "
            "ORDER BY number"
        )
        rows = self._db.execute(query).fetchall()
        keys = dict.fromkeys(key for row in rows for key in row[:2])
        solutions = {key: self._solution(key) for key in keys}
        return [Comparison(solutions[left], solutions[right], *rest) for left, right, *rest in rows]

    def bring_in(self, records: Iterable[Comparison]) -> int:
        """Adds records, all of them or none, and returns how many were new.

        A record of the same pair, person and time is not new, even if it has been undone here.
        """
        added = 0
        with self._writing():
            for record in records:
                pair = self._add(record.pair)
                same = "SELECT 1 FROM answer WHERE pair = ? AND who = ? AND time = ?"
                if self._db.execute(same, (pair, record.who, record.time)).fetchone() is None:
                    ((left,),) = self._db.execute("SELECT left FROM pair WHERE id = ?", (pair,))
                    row = (pair, record.preferred_if_left_is(left), record.time, record.who)
                    self._db.execute("INSERT INTO answer (pair, preferred, time, who) VALUES (?, ?, ?, ?)", row)
                    added += 1
        return added
