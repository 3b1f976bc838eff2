from __future__ import annotations

import pytest

from p2c_dsl.planners.measure.drift_recovery import DriftConfig, DriftCurves, drift_curves
from p2c_dsl.planners.preferences.humans.drift import Step
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman
from p2c_dsl.planners.preferences.reward_model import RewardConfig
from tests.planners.preferences.people import solutions

SHORT = DriftConfig(rounds=8, switch=3, answers=40, reward=RewardConfig(members=2, hidden=4, epochs=40, half_life=1.0))


@pytest.fixture(scope="module")
def curves() -> DriftCurves:
    human = SimulatedHuman({"fee": -2.0, "leaks": -1.0}, {"fee": 2.0, "calls": -1.0}, Step(SHORT.switch))
    return drift_curves(human, solutions(60), SHORT)


def test_until_values_change_all_judges_do_well(curves: DriftCurves) -> None:
    for curve in (curves.stale, curves.refit, curves.undiscounted):
        assert curve[SHORT.switch - 1] > 0.9


def test_the_oracle_always_chooses_the_best(curves: DriftCurves) -> None:
    assert set(curves.oracle) == {1.0} and len(curves.oracle) == SHORT.rounds


def test_a_stale_judge_stays_wrong_and_one_that_is_refitted_comes_back(curves: DriftCurves) -> None:
    assert max(curves.stale[SHORT.switch :]) < 0.6
    assert curves.recovery(curves.stale) is None
    recovered = curves.recovery(curves.refit)
    assert recovered is not None and recovered <= 4 and curves.refit[-1] > 0.9


def test_without_a_discount_it_takes_longer(curves: DriftCurves) -> None:
    slow = curves.recovery(curves.undiscounted)
    fast = curves.recovery(curves.refit)
    assert fast is not None and (slow is None or slow > fast)


@pytest.mark.parametrize(
    ("after", "rounds"),
    [((0.2, 0.96, 0.97, 0.99), 2), ((0.96, 0.2, 0.97, 0.99), 3), ((0.2, 0.3, 0.3, 0.99), None)],
    ids=["second", "not by one good round", "too late"],
)
def test_recovery_is_the_first_round_from_which_the_old_level_is_kept(
    after: tuple[float, ...], rounds: int | None
) -> None:
    curve = (1.0, 1.0, 1.0, *after)
    assert DriftCurves(3, curve, curve, curve, curve).recovery(curve) == rounds


def test_values_change_within_the_rounds() -> None:
    with pytest.raises(ValueError, match="before the last"):
        DriftConfig(rounds=5, switch=5)
