"""A file with a line of JSON for each domain: a run that was stopped goes on with the missing ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from p2c_dsl.planners.rl import atomic, manifest

SETTINGS = "settings.json"
Measured = dict[str, Any]
"""What was measured of a domain, as plain data; its number is under `domain`."""


def resumed(
    path: Path,
    settings: Mapping[str, Any],
    numbers: Iterable[int],
    measure: Callable[[int], Measured],
    processes: int = 1,
) -> Iterator[Measured]:
    """Measures the missing domains, and writes and yields each. Raises `ValueError` for a folder of other settings.

    `measure` has to be picklable where there are several processes.
    """
    remembered = path.parent / SETTINGS
    if remembered.is_file():
        manifest.check_same(remembered, settings, "choose another --output")
    else:
        manifest.remember(remembered, settings)
    done = finished(path)
    atomic.write_text(path, "".join(map(_line, done)))
    known = {data["domain"] for data in done}
    missing = [number for number in numbers if number not in known]
    with path.open("a", encoding="utf-8") as file:
        for data in _each(missing, measure, processes):
            file.write(_line(data))
            file.flush()
            yield data


def finished(path: Path) -> list[Measured]:
    """The domains that are finished, by number; a line that a crash has cut short is left out."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return sorted((data for line in lines if (data := _parsed(line)) is not None), key=lambda data: data["domain"])


def _each(numbers: Sequence[int], measure: Callable[[int], Measured], processes: int) -> Iterator[Measured]:
    if processes == 1:
        yield from map(measure, numbers)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(measure, numbers)


def _line(data: Measured) -> str:
    return json.dumps(data, separators=(",", ":")) + "\n"


def _parsed(line: str) -> Measured | None:
    try:
        data: Measured = json.loads(line)
    except ValueError:
        return None
    return data
