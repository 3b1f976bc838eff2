"""Claims of employees, small and large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        amounts = [10000, 90000, *chance.sample(range(1000, 100000, 500), 2)]
        self.claims = [{"employee": f"employee {n}", "cents": cents} for n, cents in enumerate(amounts)]
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"claims": self.claims}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "pay_out": lambda claim: self.done.append(("pay", claim["cents"])),
            "hand_to_manager": lambda claim: self.done.append(("ask", claim["cents"])),
            "turn_down": lambda claim: self.done.append(("reject", claim["cents"])),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("pay" if claim["cents"] <= 50000 else "ask", claim["cents"]) for claim in self.claims]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
