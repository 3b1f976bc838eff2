"""What the simulated human of a domain holds: general values about parts, and the domain's own in its `human.json`.

They are about *parts*: features of short programs, such as which tools they call. What the hidden expert knows about
whole runs is not among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from p2c_dsl.planners.preferences.features import Features

NAME = "human.json"
GENERAL = {
    "steps": -0.2,
    "results unused": -1.0,
    "calls after something irreversible": -1.0,
    "free literals": -1.0,
    "cost": -0.3,
}
"""What people hold anywhere: short, nothing for nothing, nothing after what cannot be undone, and cheap."""


def human_values(folder: Path, features: Features) -> tuple[dict[str, float], dict[str, float]]:
    """The weights by feature before and after a drift. Raises `ValueError` for a file that says something else."""
    path = (folder if folder.is_dir() else folder.parent) / NAME
    told: Mapping[str, Mapping[str, float]] = {}
    if path.is_file():
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path} is no JSON: {error}") from error
    if not isinstance(told, dict) or set(told) - {"values", "later"}:
        raise ValueError(f"{path} has `values` and `later`, each a weight by feature")
    before = {**GENERAL, **told.get("values", {})}
    after = {**before, **told.get("later", {})}
    unknown = sorted(set(after) - set(features.names))
    if unknown:
        raise ValueError(
            f"{path}: the domain has no feature {', '.join(unknown)}; it has {', '.join(features.names)}"
        )
    return before, after
