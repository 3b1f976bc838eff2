"""A function that pushes becomes an iterator, step by step."""

from __future__ import annotations

from collections.abc import Callable
from threading import active_count

import pytest

from p2c_dsl.planners.stream import pulled


def test_the_work_runs_only_while_the_next_piece_is_awaited() -> None:
    done: list[str] = []

    def work(push: Callable[[str], None]) -> None:
        for letter in "abc":
            done.append(letter)
            push(letter)

    pieces = pulled(work)
    assert done == []
    for expected in "abc":
        assert next(pieces) == expected and done[-1] == expected
    assert list(pieces) == []


def test_what_it_raises_is_raised_here() -> None:
    def work(push: Callable[[str], None]) -> None:
        push("a")
        raise ZeroDivisionError("so")

    pieces = pulled(work)
    assert next(pieces) == "a"
    with pytest.raises(ZeroDivisionError, match="so"):
        next(pieces)


def test_leaving_early_ends_the_work_and_its_thread() -> None:
    ended: list[bool] = []
    before = active_count()

    def work(push: Callable[[str], None]) -> None:
        try:
            while True:
                push("again")
        finally:
            ended.append(True)

    pieces = pulled(work)
    assert next(pieces) == "again"
    pieces.close()
    assert ended == [True] and active_count() == before
