"""Shops with their sales and stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.sales = {f"shop {number}": f"sold {chance.randrange(100)}" for number in range(3)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"shops": list(self.sales), "director": "Dora"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "get_sales": lambda shop: self.sales[shop],
            "get_stock": lambda shop: f"stock of {shop}",
            "summarise": lambda figures: "; ".join(sorted(figures)),
            "mail_summary": lambda director, summary: self.done.append((director, summary)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("Dora", "; ".join(sorted(self.sales.values())))]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
