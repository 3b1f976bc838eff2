"""Donors who have given something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.gifts = {f"donor {number}": chance.randrange(10, 500) for number in range(3)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"donors": list(self.gifts)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "make_receipt": lambda donor: f"receipt over {self.gifts[donor]}",
            "write_letter": lambda donor, enclosed=None: self.done.append((donor, enclosed)),
            "file_receipt": lambda receipt: self.done.append(("filed", receipt)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [(donor, f"receipt over {gift}") for donor, gift in self.gifts.items()]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
