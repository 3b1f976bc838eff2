"""Answers as lines of JSON: what is exported, imported, and read back as a recorded person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from p2c_dsl.planners.preferences.solution import LEFT, RIGHT, Comparison, PartialSolution

_LATEST = 1e18
"""Far behind any clock's time, in seconds, and below what no float can hold."""


class RecordError(ValueError):
    """A record that cannot be used; the message says which line, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Record:
    """An answer to a pair, `preferred` being `None` where it was skipped."""

    left: PartialSolution
    right: PartialSolution
    preferred: int | None
    time: float
    who: str

    @property
    def comparison(self) -> Comparison | None:
        """The answer as φ learns from it, `None` where it was skipped."""
        if self.preferred is None:
            return None
        return Comparison(self.left, self.right, self.preferred, self.time, self.who)

    def line(self) -> str:
        """As one line of JSON, without its end."""
        data = {
            "left": self.left.as_data(),
            "right": self.right.as_data(),
            "preferred": self.preferred,
            "time": self.time,
            "who": self.who,
        }
        return json.dumps(data, ensure_ascii=False)


def read_records(lines: Iterable[str], name: str) -> Iterator[Record]:
    """The records in the lines of a file called `name`; empty lines are passed over. Raises `RecordError`."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _record(parsed(line))
            except ValueError as error:
                raise RecordError(f"{name}, line {number}: {_said(error)}") from error


def read_solutions(lines: Iterable[str], name: str) -> Iterator[PartialSolution]:
    """Partial solutions, one a line as `PartialSolution.as_data` has them. Raises `RecordError`."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield PartialSolution.from_data(parsed(line))
            except ValueError as error:
                raise RecordError(f"{name}, line {number}: {_said(error)}") from error


def parsed(text: str) -> Any:
    """What a JSON text says. Raises `ValueError`, also where it could not be written down again."""
    try:
        data = json.loads(text)
        # Half a pair of surrogates can be escaped in JSON, and is not text: no file and no database takes it.
        json.dumps(data, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("this is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("this has characters that are not text") from None
    return data


def _said(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"this is no JSON: {error.msg} at column {error.colno}"
    return str(error)


def _record(data: Any) -> Record:
    if not isinstance(data, dict):
        raise ValueError("an answer is an object with left, right, preferred, time and who")
    missing = [name for name in ("left", "right", "preferred", "time", "who") if name not in data]
    if missing:
        raise ValueError(f"an answer without `{missing[0]}`")
    preferred, time, who = data["preferred"], data["time"], data["who"]
    if preferred is not None and (type(preferred) is not int or preferred not in (LEFT, RIGHT)):
        raise ValueError(
            f"`preferred` is {LEFT} (left), {RIGHT} (right) or null (skipped), not {preferred!r}"
        )
    if type(time) not in (int, float) or not abs(time) <= _LATEST:
        raise ValueError(f"`time` is a number, not {time!r}")
    if not isinstance(who, str):
        raise ValueError(f"`who` is a text, not {who!r}")
    left, right = PartialSolution.from_data(data["left"]), PartialSolution.from_data(data["right"])
    return Record(left, right, preferred, float(time), who)
