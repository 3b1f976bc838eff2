"""The grid: one cell for each condition, domain and seed. A finished cell is a file, so a killed run can continue."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any

from p2c_dsl.planners.figure2.align_run import AlignSettings
from p2c_dsl.planners.figure2.conditions import CONDITIONS
from p2c_dsl.planners.figure2.problem import Sizes
from p2c_dsl.planners.figure2.rewards import Rewards
from p2c_dsl.planners.rl import atomic, manifest
from p2c_dsl.planners.rl.settings import TrainingSettings

CEILING = "ceiling"
DRIFT = "drift"
"""Not a condition: how φ follows values that switch, see `drift.py`."""
VARIANTS: dict[str, dict[str, Any]] = {
    "": {},
    "unbalanced": {"balance": 0.0},
    "no summary": {"summary": 0.0},
}
"""Ablations of section 5(2) and 5(3): what is switched off in the rewards."""

QUICK = AlignSettings(
    iterations=6,
    questions=40,
    # As long as the best composition that is known of any example domain: in refunds, the shortest is a tenth of it.
    sizes=Sizes(subtasks=5, contracts=20, decomposition=208, composition=160, effort=10),
    training=TrainingSettings(episodes=16, epochs=2, minibatches=2, learning_rate=5e-4),
)
"""Settings of a cell of the CPU grid. Most of its time is spent on masks that no cell before it has needed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One run to be measured: a condition (with what is switched off in it), a domain, a seed."""

    condition: str
    variant: str
    domain: str
    seed: int

    @property
    def label(self) -> str:
        """The condition and its variant, as the report calls them."""
        return f"{self.condition}, {self.variant}" if self.variant else self.condition

    def path(self, folder: Path) -> Path:
        """Its file."""
        words = "_".join(filter(None, (self.condition, self.variant))).replace("<=", "at most").replace(" ", "-")
        return folder / "cells" / f"{Path(self.domain).name}.{words}.{self.seed}.json"

    def settings(self, base: AlignSettings) -> AlignSettings:
        """The settings of its run. The ceiling is in the space of all rules; only its reward differs."""
        condition = "all rules" if self.condition in (CEILING, DRIFT) else self.condition
        rewards: Rewards = replace(base.rewards, **VARIANTS[self.variant])
        return replace(base, condition=condition, rewards=rewards, seed=self.seed)


def grid(domains: Sequence[str], seeds: Iterable[int], conditions: Sequence[str] | None = None) -> list[Cell]:
    """All cells: every condition, the two ablations of the one with all rules, and the ceiling; by domain."""
    names = [c.name for c in CONDITIONS] + [CEILING] if conditions is None else list(conditions)
    kinds = [(name, "") for name in names]
    kinds += [("all rules", variant) for variant in VARIANTS if variant and "all rules" in names]
    return [Cell(c, v, domain, seed) for domain in domains for seed in seeds for c, v in kinds]


def missing(cells: Iterable[Cell], folder: Path) -> list[Cell]:
    """Those that are not finished."""
    return [cell for cell in cells if not cell.path(folder).is_file()]


def check_same(folder: Path, base: AlignSettings, worlds: int) -> None:
    """Writes the settings of a folder's cells, or raises `ValueError` where its cells have other settings."""
    path, now = folder / "settings.json", {**base.data(), "worlds": worlds}
    if path.is_file():
        manifest.check_same(path, now, "choose another --output")
    else:
        manifest.remember(path, now)


def write(cell: Cell, folder: Path, data: dict[str, Any]) -> None:
    """Writes a finished cell atomically."""
    text = json.dumps(_plain({"cell": asdict(cell), **data}), allow_nan=False)
    atomic.write_text(cell.path(folder), text + "\n")


def _plain(data: Any) -> Any:
    """The data with nothing where a number is not defined: JSON has no `nan`."""
    match data:
        case dict():
            return {key: _plain(value) for key, value in data.items()}
        case list() | tuple():
            return [_plain(value) for value in data]
        case float() if isnan(data):
            return None
    return data


def read(folder: Path) -> Iterator[tuple[Cell, dict[str, Any]]]:
    """The finished cells. Raises `ValueError` for a file that is not one."""
    for path in sorted((folder / "cells").glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            yield Cell(**data["cell"]), data
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is not a finished cell: {error}; delete it to measure it again") from error
