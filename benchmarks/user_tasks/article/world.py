"""An article that is translated and corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.article = chance.choice(("On bees", "On stars"))
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"article": self.article}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "translate": lambda article: f"{article}, en francais",
            "proofread": lambda text: text.replace("francais", "français"),
            "publish_original": lambda article: self.done.append(article),
            "publish_translation": lambda text: self.done.append(text),
            "archive_article": lambda article: self.done.append(f"archived {article}"),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [f"{self.article}, en français"]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
