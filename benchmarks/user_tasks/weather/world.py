"""Farmers in villages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.homes = {f"farmer {number}": f"village {chance.randrange(10**6)}" for number in range(3)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"farmers": list(self.homes), "market": "market"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "home_of": lambda farmer: self.homes[farmer],
            "forecast_for": lambda village: f"rain in {village}",
            "text_farmer": lambda farmer, forecast: self.done.append((farmer, forecast)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [(farmer, f"rain in {village}") for farmer, village in self.homes.items()]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
