"""A pull request that can be merged or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.mergeable = bool(seed % 2)
        self.number = chance.randrange(1, 500)
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"repo": "p2c/demo", "number": self.number}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "get_pull_request": lambda repo, number: {
                "number": number,
                "mergeable": self.mergeable,
                "body": None,
                "milestone": None,
            },
            "merge_pull_request": lambda repo, number, title=None: self.done.append(("merge", number)),
            "add_comment": lambda repo, number, body: self.done.append((body, number)),
            "close_pull_request": lambda repo, number: self.done.append(("close", number)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("merge" if self.mergeable else "This branch has conflicts.", self.number)]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
