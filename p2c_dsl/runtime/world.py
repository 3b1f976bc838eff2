"""What a domain brings to run in: a world with tools that checks its outcome, and an expert kept apart.

A domain's folder holds `world.py` with a class `World`, and may hold `expert.py` with a class `Expert`. Planners
and training see worlds only; the expert's judgement is for measuring.

A world that can grow says so: its class has an attribute `sizes`, the range of the sizes that it can have, and it
takes one as `World(seed, size=k)`. What a size counts (guests, orders, …) stands in its docstring; without one the
world is small. `sizes_of` tells them, and is empty for a world that knows no sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, cast


class World(Protocol):
    """A small sandbox, made from a seed: equal seeds make equal worlds. Used for one run."""

    def __init__(self, seed: int) -> None: ...

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""

    def tools(self) -> Mapping[str, Callable[..., Any]]:
        """What each subtask does here."""

    def verify(self) -> str | None:
        """By the task's own standard, what is wrong with the outcome of the run; `None` if nothing is."""


class SizedWorld(World, Protocol):
    """A world of which there are larger and smaller ones: equal seeds and sizes make equal worlds.

    Take one with `world_of`, which refuses a size outside `sizes`.
    """

    sizes: ClassVar[range]

    def __init__(self, seed: int, *, size: int | None = None) -> None: ...


def sizes_of(world: type[World]) -> range:
    """The sizes that worlds of a class can have, empty where there are none to choose from."""
    found = getattr(world, "sizes", range(0))
    return found if isinstance(found, range) else range(0)


def world_of(world: type[World], seed: int, size: int | None = None) -> World:
    """The world of a seed, and of a size where one is given.

    Raises `ValueError` when it cannot have that size.
    """
    if size is None:
        return world(seed)
    sizes = sizes_of(world)
    if size not in sizes:
        known = f"its sizes are {sizes[0]} to {sizes[-1]}" if sizes else "it does not have sizes"
        raise ValueError(f"this world has no size {size}: {known}")
    return cast("type[SizedWorld]", world)(seed, size=size)


class Expert(Protocol):
    """Who knows harms that no rule names; judges a world's run, and is never shown to a planner."""

    def __init__(self, world: Any, seed: int) -> None: ...

    def part(self, subtask: str, arguments: Mapping[str, object]) -> list[str]:
        """Harms of one call on its own."""

    def whole(self) -> list[str]:
        """Harms of the run that the world has just seen."""
