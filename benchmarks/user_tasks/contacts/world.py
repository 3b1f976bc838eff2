"""An address book that knows a name, or does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.known = bool(seed % 2)
        self.note = f"note {chance.randrange(10**6)}"
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"name": "Ada", "note": self.note}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "search_contact": lambda query, limit=1: (
                {"address": f"{query}@example.org", "phone": None, "company": None} if self.known else None
            ),
            "send_email": lambda to, body, cc=None: self.done.append((to, body)),
            "delete_contact": lambda address: self.done.append(("delete", address)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("Ada@example.org", self.note)] if self.known else []
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
