"""The environment of a domain: a world with tools that checks its outcome, and a separate expert.

A domain's folder contains `world.py` with a class `World`, and may contain `expert.py` with a class `Expert`. Planners
and training only see worlds; the expert's judgement is for measuring.

A world with a method `returned` is handed what the task has returned, before it verifies the outcome.

A world that comes in several sizes has a class attribute `sizes`, the range of its sizes, and takes a size as
`World(seed, size=k)`. Its docstring says what a size counts (guests, orders, …); without a size the world is small.
`sizes_of` returns the sizes, and is empty for a world without sizes.
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
        """The tools of the subtasks."""

    def verify(self) -> str | None:
        """What is wrong with the outcome of the run, by the task's own standard; `None` if nothing is."""


class SizedWorld(World, Protocol):
    """A world that comes in several sizes: equal seeds and sizes make equal worlds.

    Take one with `world_of`, which refuses a size outside `sizes`.
    """

    sizes: ClassVar[range]

    def __init__(self, seed: int, *, size: int | None = None) -> None: ...


def sizes_of(world: type[World]) -> range:
    """The sizes that worlds of a class can have, empty if the class has no sizes."""
    found = getattr(world, "sizes", range(0))
    return found if isinstance(found, range) else range(0)


def world_of(world: type[World], seed: int, size: int | None = None) -> World:
    """The world of a seed, and of a size if one is given.

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
    """An expert who knows harms that no rule mentions; it judges the run of a world, and planners never see it."""

    def __init__(self, world: Any, seed: int) -> None: ...

    def part(self, subtask: str, arguments: Mapping[str, object]) -> list[str]:
        """Harms of one call on its own."""

    def whole(self) -> list[str]:
        """Harms of the run that the world has just seen."""
