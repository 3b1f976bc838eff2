"""A broken service with an owner and somebody on call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.owner, self.on_call = chance.sample(("Ada", "Ben", "Cleo", "Dan"), 2)
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"service": "billing"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "get_owner": lambda service: self.owner,
            "get_on_call": lambda service: self.on_call,
            "page_person": lambda person, service: self.done.append(("page", person)),
            "mail_person": lambda person, service: self.done.append(("mail", person)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("page", self.on_call)]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
