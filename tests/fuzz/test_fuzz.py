"""What the fuzzer demands holds for what it starts from."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.fuzz import targets
from tests.fuzz.seeds import seeds, words
from tests.fuzz.targets import TARGETS

PLAN = "subtask f()\ntask t():\n    steps <= 2\ncompose t():\n    f()\n    f()\n"


@pytest.mark.parametrize("target", TARGETS)
def test_what_must_hold_holds_for_seeds(target: str) -> None:
    for text in islice(seeds(), 0, None, 3):
        TARGETS[target](text)


def test_too_many_steps_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    targets.lints(PLAN)
    monkeypatch.setattr(targets, "MOST_STEPS", 1)
    with pytest.raises(targets.TooMuch, match="more than 1 steps"):
        targets.lints(PLAN)


def test_a_seed_stands_alone_and_words_are_those_of_the_language() -> None:
    assert sum('use "' in text for text in seeds()) < 10
    assert {"compose", "exactly", "->"} <= set(words())
