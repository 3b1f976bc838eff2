"""A server with databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.databases = [f"database {number}" for number in range(chance.randint(1, 3))]
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"server": "web"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "list_databases": lambda server: self.databases,
            "back_up": lambda database: self.done.append(database),
            "restart_server": lambda server: self.done.append("restarted"),
            "stop_server": lambda server: self.done.append("stopped"),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [*self.databases, "restarted"]
        return None if self.done == wanted else f"{self.done} was done instead of {wanted}"
