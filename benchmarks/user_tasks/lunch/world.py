"""Colleagues with wishes that have one place in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.common = chance.choice(("Acorn", "Bistro", "Canteen"))
        self.wishes = {who: {self.common, f"{who}'s kitchen"} for who in ("Ada", "Ben", "Cleo")}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"colleagues": list(self.wishes)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "ask_wish": lambda who: sorted(self.wishes[who]),
            "find_common_place": lambda wishes: min(set.intersection(*map(set, wishes.values()))),
            "get_usual_place": lambda who: f"{who}'s kitchen",
            "reserve_table": lambda place: self.done.append(("reserve", place)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("reserve", self.common)]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
