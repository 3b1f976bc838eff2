"""Curves begin at the prior, the expert's own reward is the ceiling, and tables say what the curves hold."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("scipy")

from p2c_dsl.planners.measure.spaces import curves
from p2c_dsl.planners.measure.spaces.curve_tables import COMPARED_AT, differences_of, tables
from p2c_dsl.planners.measure.spaces.curves import BUDGETS, EXPERT, FREE, REWARDS, SUM, PressureSettings, V
from p2c_dsl.planners.measure.spaces.resumed import Measured, finished

SETTINGS = PressureSettings(domains=8, most=100, worlds=2)


@cache
def found() -> tuple[Measured, ...]:
    return tuple(curves.measured_pressure(SETTINGS, number) for number in SETTINGS.numbers())


def usable() -> list[Measured]:
    return [data for data in found() if data["curves"]]


def test_some_spaces_have_something_useful() -> None:
    assert len(usable()) >= 3


def test_all_rewards_begin_at_the_prior_and_none_finds_more_than_the_experts() -> None:
    for data in usable():
        assert {*data["curves"][FREE]} == {*REWARDS}
        each = {reward: data["curves"][FREE][reward]["useful"] for reward in REWARDS}
        assert len({round(values[0], 9) for values in each.values()}) == 1
        assert each[EXPERT] == pytest.approx(sorted(each[EXPERT]), abs=1e-9)
        for values in each.values():
            assert all(a <= b + 1e-9 for a, b in zip(values, each[EXPERT], strict=True))
        for of in data["curves"].values():
            assert all(a <= b + 1e-9 for a, b in zip(of[EXPERT]["useful"], of[EXPERT]["V"], strict=True))


def test_a_budget_that_a_restriction_has_used_up_leaves_its_prior() -> None:
    for data in usable():
        for name, of in data["curves"].items():
            if name != FREE:
                assert of[EXPERT]["useful"][0] == of[V]["useful"][0]


def test_the_person_changes_the_rewards_with_parts_and_no_other() -> None:
    plain = usable()[0]
    other = curves.measured_pressure(PressureSettings(**{**vars_of(SETTINGS), "person_seed": 1}), plain["domain"])
    assert other["curves"][FREE][V] == plain["curves"][FREE][V]
    assert other["curves"][FREE][SUM] != plain["curves"][FREE][SUM]


def vars_of(settings: PressureSettings) -> dict[str, int]:
    return {name: getattr(settings, name) for name in settings.__slots__}


def test_differences_are_those_of_the_curves() -> None:
    at = BUDGETS.index(COMPARED_AT)
    expected = [d["curves"][FREE][EXPERT]["useful"][at] - d["curves"][FREE][V]["useful"][at] for d in usable()]
    assert differences_of(usable(), (FREE, EXPERT), (FREE, V)) == expected
    assert min(expected) >= -1e-9
    assert f"{len(usable())} of 8 domains" in tables(found())


def test_a_run_goes_on_with_the_missing_domains(tmp_path: Path) -> None:
    settings = PressureSettings(domains=3, most=30, worlds=1)
    next(curves.run(settings, tmp_path))
    assert [data["domain"] for data in curves.run(settings, tmp_path)] == [1, 2]
    assert [data["domain"] for data in finished(tmp_path / curves.FILE)] == [0, 1, 2]
