"""A traveller who likes a seat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.seat = f"seat {chance.randint(1, 30)}A"
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"traveller": "Ada"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "find_flight": lambda traveller: f"flight of {traveller}",
            "preferred_seat": lambda traveller: self.seat,
            "cheapest_seat": lambda flight: "seat 31F",
            "submit_booking": lambda traveller, booking: self.done.append(
                (traveller, booking["flight"], booking["seat"])
            ),
            "hold_flight": lambda flight: self.done.append(("held", flight)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("Ada", "flight of Ada", self.seat)]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
