"""What a domain brings to run in: a world with tools that checks its outcome, and an expert kept apart.

A domain's folder holds `world.py` with a class `World`, and may hold `expert.py` with a class `Expert`. Planners
and training see worlds only; the expert's judgement is for measuring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class World(Protocol):
    """A small sandbox, made from a seed: equal seeds make equal worlds. Used for one run."""

    def __init__(self, seed: int) -> None: ...

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""

    def tools(self) -> Mapping[str, Callable[..., Any]]:
        """What each subtask does here."""

    def verify(self) -> str | None:
        """By the task's own standard, what is wrong with the outcome of the run; `None` if nothing is."""


class Expert(Protocol):
    """Who knows harms that no rule names; judges a world's run, and is never shown to a planner."""

    def __init__(self, world: Any, seed: int) -> None: ...

    def part(self, subtask: str, arguments: Mapping[str, object]) -> list[str]:
        """Harms of one call on its own."""

    def whole(self) -> list[str]:
        """Harms of the run that the world has just seen."""
