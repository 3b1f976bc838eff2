"""Applicants with papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.scores = {f"applicant {number}": f"score {chance.randrange(10**6)}" for number in range(3)}
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"applicants": list(self.scores)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "rate_applicant": lambda who: self.scores[who],
            "read_letter": lambda who: f"letter of {who}",
            "rate_letter": lambda letter: f"score of {letter}",
            "send_thanks": lambda who: self.done.append(("thanks", who)),
        }

    def returned(self, value: list[str]) -> None:
        """Takes what the task has returned."""
        self.done.append(("returned", sorted(value)))

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [*(("thanks", who) for who in self.scores), ("returned", sorted(self.scores.values()))]
        return None if sorted(self.done) == sorted(wanted) else f"{self.done} was done instead of {wanted}"
