"""A doctor's calendar, with a free slot or without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.slot = "Tuesday" if seed % 2 else None
        self.patient = chance.choice(("Ada", "Ben", "Cleo"))
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"patient": self.patient}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "find_free_slot": lambda patient: self.slot,
            "book_slot": lambda patient, slot: self.done.append(("book", slot)),
            "put_on_waiting_list": lambda patient: self.done.append(("wait", patient)),
            "call_patient": lambda patient: self.done.append(("call", patient)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("book", self.slot) if self.slot else ("wait", self.patient)]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
