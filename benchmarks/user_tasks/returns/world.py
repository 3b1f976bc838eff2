"""An order that came back, sometimes too late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.days = chance.randint(1, 30) if seed % 2 else chance.randint(31, 60)
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"order_id": "A-1"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "get_return": lambda order_id: {"order_id": order_id, "days": self.days, "comment": None},
            "create_refund": lambda order_id, days: self.done.append(("refund", order_id)),
            "decline_return": lambda order_id: self.done.append(("decline", order_id)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("refund" if self.days <= 30 else "decline", "A-1")]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
