"""The classic mistakes of training under a mask, put into the trainer's source: each is noticed by a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tests.mutants.mutate import Mutant, mutated
from tests.planners.rl.mistakes import credit, distribution, stepping, update

MISTAKES = distribution.MISTAKES + credit.MISTAKES + update.MISTAKES + stepping.MISTAKES


@pytest.mark.parametrize(("mutant", "check"), MISTAKES, ids=[mutant.name for mutant, _ in MISTAKES])
def test_the_mistake_is_noticed(mutant: Mutant, check: Callable[[], None]) -> None:
    noticed = (AssertionError, pytest.fail.Exception, ValueError, IndexError, RuntimeError)
    with mutated(mutant), pytest.raises(noticed):
        check()
