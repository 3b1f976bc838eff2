"""How much is searched for a conflict where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.feasibility import smallest
from p2c_dsl.feasibility.conflict import find_conflict
from p2c_dsl.feasibility.line import WorstLines
from p2c_dsl.feasibility.world import Asked
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import AnyRule, read_rules

STEPS = 12
CHAIN = "\n".join(
    [
        "type Draft",
        *(f"subtask do{i}(draft: Draft) -> Draft" for i in range(STEPS)),
        "task finish(draft: Draft):",
        *(f"    exactly 1 do{i}" for i in range(STEPS)),
        *(f"    do{i + 1} before do{i}" for i in range(STEPS - 1)),
    ]
)


def test_the_number_of_searches_grows_more_slowly_than_that_of_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = list[int]()

    class Watched(WorstLines):
        def __init__(self, asked: Asked, rules: tuple[AnyRule, ...]) -> None:
            searched.append(len(rules))
            super().__init__(asked, rules)

    monkeypatch.setattr(smallest, "WorstLines", Watched)
    spec = load_text(CHAIN + "\n", "spec.p2c", Path()).spec
    rules, _ = read_rules(spec, spec.tasks["finish"])
    assert find_conflict(spec, spec.tasks["finish"], rules) is None
    assert len(searched) <= len(rules) // 2
