"""A folder with some temporary files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.paths = [f"inbox/{number}.txt" for number in range(5)]
        self.temporary = {"inbox/0.txt", *chance.sample(self.paths[1:4], 1)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"folder": "inbox", "archive": "old"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "list_directory": lambda path, recursive=False: [
                {"path": each, "modified_at": None, "owner": None} for each in self.paths
            ],
            "is_temporary": lambda path: path in self.temporary,
            "delete_file": lambda path: self.done.append(("delete", path)),
            "move_file": lambda path, target: self.done.append((f"move to {target}", path)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("delete" if path in self.temporary else "move to old", path) for path in self.paths]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
