"""Readers with books, the first of which is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.loans = {f"reader {n}": [f"book {n}.{m}" for m in range(chance.randint(2, 3))] for n in range(2)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"readers": list(self.loans)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "list_loans": lambda reader: self.loans[reader],
            "list_overdue": lambda reader: self.loans[reader][:1],
            "send_reminder": lambda reader, book: self.done.append((reader, book)),
            "charge_fine": lambda reader, book: self.done.append(("fine", book)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [(reader, books[0]) for reader, books in self.loans.items()]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
