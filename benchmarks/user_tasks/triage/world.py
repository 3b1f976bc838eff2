"""A repository with open issues, some of which are stale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.issues = list(range(10, 15))
        self.stale = {10, *chance.sample(self.issues[1:4], 2)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"repository": "p2c/demo"}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "list_issues": lambda repository, limit=30: self.issues,
            "is_stale": lambda issue: issue in self.stale,
            "close_issue": lambda issue, reason=None: self.done.append(("close", issue)),
            "add_triage_label": lambda issue: self.done.append(("label", issue)),
            "add_comment": lambda issue, body: self.done.append(("comment", issue)),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [("close" if issue in self.stale else "label", issue) for issue in self.issues]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
