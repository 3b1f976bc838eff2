"""Subscribers, some of whom have confirmed their address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.subscribers = [f"subscriber {number}" for number in range(4)]
        self.confirmed = {"subscriber 0", *chance.sample(self.subscribers[:3], 2)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"subscribers": self.subscribers}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "has_confirmed": lambda who: who in self.confirmed,
            "send_newsletter": lambda who: self.done.append(("mail", who)),
            "unsubscribe": lambda who: self.done.append(("remove", who)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("mail", who) for who in self.confirmed]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
