"""What the fuzzer demands holds for what it starts from."""

from __future__ import annotations

import pytest

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_what_must_hold_holds_for_every_seed(target: str) -> None:
    for text in seeds():
        TARGETS[target](text)
