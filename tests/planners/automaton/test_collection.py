"""The collector rests while a composition is written, and is as it was afterwards."""

from __future__ import annotations

import gc
from random import Random

import pytest

from p2c_dsl.planners import Automaton
from p2c_dsl.planners.automaton.collection import collector_paused
from p2c_dsl.planners.random import walk
from tests.planners import enumerable


def test_it_rests_inside_and_works_again_behind() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_an_error() -> None:
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


class Noting(Random):
    """Notes at each draw whether the collector works."""

    def __init__(self) -> None:
        super().__init__(0)
        self.seen = set[bool]()

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        self.seen.add(gc.isenabled())
        return super().randrange(start, stop, step)


def test_it_rests_while_a_composition_is_drawn() -> None:
    random = Noting()
    for _ in range(2):
        walk(Automaton(*enumerable.spec_of("loop"), 30), random)
    assert random.seen == {False}
    assert gc.isenabled()
