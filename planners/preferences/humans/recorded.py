"""A person whose answers are read from a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from p2c_dsl.planners.preferences.comparison import Comparison
from p2c_dsl.planners.preferences.humans.records import RecordError, read_records
from p2c_dsl.planners.preferences.humans.store import LabelStore, StoreError, is_database
from p2c_dsl.planners.preferences.solution import PartialSolution


class RecordedHuman:
    """Gives the answer that was recorded for a pair: the latest one given by the time asked about.

    Attributes:
        comparisons: All answers but skipped ones, in order of time.
    """

    def __init__(self, records: Iterable[Comparison]) -> None:
        ordered = sorted(records, key=lambda record: record.time)
        self.comparisons = tuple(c for c in ordered if c.preferred is not None)
        self._by_pair: dict[frozenset[str], list[Comparison]] = defaultdict(list)
        for record in ordered:
            self._by_pair[frozenset((record.left.key, record.right.key))].append(record)

    @classmethod
    def load(cls, path: Path) -> RecordedHuman:
        """From an export (JSON lines), or from the database of `p2c label`.

        Raises `RecordError` for a file that cannot be read, and for a malformed line, with its number.
        """
        try:
            if is_database(path):
                with LabelStore(path) as store:
                    return cls(store.records())
            with path.open(encoding="utf-8") as lines:
                return cls(read_records(lines, str(path)))
        except (OSError, UnicodeDecodeError, StoreError) as error:
            raise RecordError(f"{path} cannot be read: {error}") from error

    def compare(self, left: PartialSolution, right: PartialSolution, time: float) -> int | None:
        """The recorded answer, `None` where the pair had been skipped or not been asked about by then."""
        known = [r for r in self._by_pair[frozenset((left.key, right.key))] if r.time <= time]
        return known[-1].preferred_if_left_is(left.key) if known else None
