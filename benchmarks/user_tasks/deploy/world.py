"""A release whose tests pass or fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.passes = bool(seed % 2)
        self.regions = [f"region {number}" for number in range(chance.randint(1, 3))]
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"release": "1.2", "regions": self.regions}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "run_tests": lambda release: self.passes,
            "deploy_to": lambda release, region: self.done.append(region),
            "open_incident": lambda release: self.done.append("incident"),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = self.regions if self.passes else ["incident"]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
