"""Answers and solutions as lines of JSON: what is exported, imported, and read back as a recorded person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from p2c_dsl.planners.preferences.comparison import Comparison
from p2c_dsl.planners.preferences.solution import PartialSolution

_Read = TypeVar("_Read")


class RecordError(ValueError):
    """A record that cannot be used; the message says which line, and what is wrong with it."""


def read_records(lines: Iterable[str], name: str) -> Iterator[Comparison]:
    """The answers in the lines of a file called `name`. Raises `RecordError`."""
    return _each(lines, name, Comparison.from_data)


def read_solutions(lines: Iterable[str], name: str) -> Iterator[PartialSolution]:
    """The partial solutions in the lines of a file called `name`. Raises `RecordError`."""
    return _each(lines, name, PartialSolution.from_data)


def _each(lines: Iterable[str], name: str, read: Callable[[Any], _Read]) -> Iterator[_Read]:
    """What stands in each line; empty lines are skipped."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield read(parsed(line))
            except ValueError as error:
                raise RecordError(f"{name}, line {number}: {_message(error)}") from error


def parsed(text: str) -> Any:
    """The value of a JSON text. Raises `ValueError`, also for one that could not be written again."""
    try:
        data = json.loads(text)
        # Half a pair of surrogates can be escaped in JSON, and is not text: no file and no database takes it.
        json.dumps(data, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("this is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("this has characters that are not text") from None
    return data


def _message(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"this is not JSON: {error.msg} at column {error.colno}"
    return str(error)
