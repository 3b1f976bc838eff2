"""The settings that a folder's results were made with; results of other settings must not be mixed in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from p2c_dsl.planners.rl import atomic


def remember(path: Path, settings: Mapping[str, Any]) -> None:
    """Writes the manifest."""
    atomic.write_text(path, json.dumps(settings, indent=1) + "\n")


def check_same(path: Path, settings: Mapping[str, Any], advice: str) -> None:
    """Raises `ValueError` if the manifest cannot be read or names other settings; `advice` says what to do."""
    try:
        before = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path} cannot be read as settings: {error}; {advice}") from error
    now = json.loads(json.dumps(settings))
    differing = sorted(name for name in {*now, *before} if before.get(name) != now.get(name))
    if differing:
        listed = ", ".join(f"{name} {before.get(name)!r}, not {now.get(name)!r}" for name in differing)
        raise ValueError(f"{path.parent} was made with other settings ({listed}): {advice}")
