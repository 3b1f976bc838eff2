"""The values of a domain's simulated human: general ones about parts, and the domain's own in its `human.json`.

They are about *parts*: features of short programs, such as which tools they call. They do not include what the hidden
expert knows about whole runs.
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
"""What people value in any domain: short and cheap, no unused results, nothing after what cannot be undone."""


def human_values(folder: Path, features: Features) -> tuple[dict[str, float], dict[str, float]]:
    """The weights by feature before and after a drift. Raises `ValueError` for any other file."""
    path = (folder if folder.is_dir() else folder.parent) / NAME
    weights: Mapping[str, Mapping[str, float]] = {}
    if path.is_file():
        try:
            weights = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(weights, dict) or set(weights) - {"values", "later"}:
        raise ValueError(f"{path} can have `values` and `later`, each an object of weights by feature")
    before = {**GENERAL, **weights.get("values", {})}
    after = {**before, **weights.get("later", {})}
    unknown = sorted(set(after) - set(features.names))
    if unknown:
        raise ValueError(f"{path}: the domain has no feature {', '.join(unknown)}; it has {', '.join(features.names)}")
    return before, after
