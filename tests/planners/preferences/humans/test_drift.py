from __future__ import annotations

import pytest

from p2c_dsl.planners.preferences.humans.drift import Cyclic, NoDrift, Slow, Step


def test_values_that_do_not_drift_stay() -> None:
    assert {NoDrift().share(time) for time in (-1, 0, 1e9)} == {0}


def test_a_step_comes_at_its_time() -> None:
    assert [Step(10).share(time) for time in (0, 9.99, 10, 11)] == [0, 0, 1, 1]


def test_a_slow_drift_goes_evenly_and_stops() -> None:
    assert [Slow(10, 20).share(time) for time in (0, 10, 15, 20, 90)] == [0, 0, 0.5, 1, 1]


def test_a_cycle_comes_back() -> None:
    assert [Cyclic(4).share(time) for time in (0, 1, 2, 3, 4)] == pytest.approx([0, 0.5, 1, 0.5, 0])


def test_times_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="must start before it ends"):
        Slow(2, 2)
    with pytest.raises(ValueError, match="period must be positive"):
        Cyclic(0)
