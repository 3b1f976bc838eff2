"""A world says which sizes it can have; one that says nothing has none, and works as before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest

from p2c_dsl.runtime.world import sizes_of, world_of


class Plain:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def inputs(self) -> Mapping[str, object]:
        return {"guests": self.seed}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        return {}

    def verify(self) -> str | None:
        return None


class Growing(Plain):
    sizes: ClassVar[range] = range(2, 5)

    def __init__(self, seed: int, *, size: int | None = None) -> None:
        super().__init__(seed if size is None else size)


def test_a_world_without_sizes_has_none_and_is_made_from_its_seed() -> None:
    assert not sizes_of(Plain)
    assert world_of(Plain, 7).inputs() == {"guests": 7}


def test_a_world_that_grows_is_small_unless_a_size_is_asked_for() -> None:
    assert list(sizes_of(Growing)) == [2, 3, 4]
    assert world_of(Growing, 7).inputs() == {"guests": 7}
    assert world_of(Growing, 7, 4).inputs() == {"guests": 4}


@pytest.mark.parametrize("world", [Plain, Growing])
def test_a_size_that_it_cannot_have_is_refused(world: type[Plain]) -> None:
    with pytest.raises(ValueError, match="no size 9"):
        world_of(world, 7, 9)


def test_what_is_no_range_is_no_size() -> None:
    class Odd(Plain):
        sizes = 3

    assert not sizes_of(Odd)
