"""Intervals over domains are where they should be, and cover the truth as often as they say."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

pytest.importorskip("scipy")

from p2c_dsl.planners.measure.paired import TRUE_DIFFERENCE, coverage, differences_of_shares, paired


def test_the_interval_is_around_the_mean_and_narrower_with_more_domains() -> None:
    random = np.random.default_rng(0)
    few, many = (paired(differences_of_shares(random, domains).tolist()) for domains in (20, 320))
    for found in (few, many):
        assert found.low < found.value < found.high
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_it_leans_to_the_side_on_which_domains_are_far_apart() -> None:
    found = paired([0.0] * 30 + [0.9, 0.8, 0.7])
    assert found.high - found.value > 1.3 * (found.value - found.low) > 0


def test_there_is_none_of_two_domains_and_a_point_where_all_are_equal() -> None:
    assert isnan(paired([0.1, 0.2]).value)
    assert paired([0.25, 0.25, 0.25]) == (0.25, 0.25, 0.25)


def test_the_simulated_differences_have_the_mean_that_is_called_true() -> None:
    found = differences_of_shares(np.random.default_rng(1), 100_000)
    assert found.mean() == pytest.approx(TRUE_DIFFERENCE, abs=0.005)


def test_of_140_domains_at_least_93_in_100_intervals_cover_the_truth() -> None:
    assert coverage(140, simulations=300, resamples=500) >= 0.93


def test_coverage_notices_intervals_around_something_else() -> None:
    assert coverage(140, simulations=40, resamples=200, truth=TRUE_DIFFERENCE + 0.06) < 0.8
