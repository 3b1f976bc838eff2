"""Metrics of a run: a line of JSON for each update, and tensorboard, under the field's names."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from p2c_dsl.planners.rl import atomic

NAME = "metrics.jsonl"


class MetricsLog:
    """Writes metrics into a run's folder. Entries after update `done` are removed: those updates will be repeated."""

    def __init__(self, folder: Path, done: int) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter

        self._path = folder / NAME
        _keep(self._path, done)
        self._file = self._path.open("a", encoding="utf-8")
        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=done + 1)

    def write(self, update: int, metrics: dict[str, float]) -> None:
        """Writes the metrics of an update."""
        self._file.write(json.dumps({"update": update, **metrics}) + "\n")
        self._file.flush()
        for name, value in metrics.items():
            self._writer.add_scalar(name, value, update)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._writer.close()


def read(folder: Path) -> list[dict[str, Any]]:
    """The metrics of a run, one entry for each update; a line that a crash cut short is skipped."""
    path = folder / NAME
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [found for found in map(_parsed, lines) if found is not None]


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return found


def _keep(path: Path, done: int) -> None:
    kept = [json.dumps(found) for found in read(path.parent) if found["update"] <= done]
    atomic.write_text(path, "".join(f"{line}\n" for line in kept))
