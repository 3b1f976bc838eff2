from __future__ import annotations

import pytest
import torch

from p2c_dsl.planners.preferences.calibration import calibration_error, fitted_temperature, quality


def drawn(count: int, overconfidence: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits that are too extreme by a factor, what came, and equal weights."""
    generator = torch.Generator().manual_seed(0)
    honest = torch.randn(count, generator=generator) * 2
    outcomes = (torch.rand(count, generator=generator) < torch.sigmoid(honest)).float()
    return honest * overconfidence, outcomes, torch.ones(count)


def test_the_temperature_undoes_overconfidence() -> None:
    logits, outcomes, weights = drawn(20_000, 3.0)
    assert fitted_temperature(logits, outcomes, weights) == pytest.approx(3.0, rel=0.05)


def test_honest_probabilities_are_calibrated_and_overconfident_ones_are_not() -> None:
    honest, boasting = quality(*drawn(20_000, 1.0)), quality(*drawn(20_000, 3.0))
    assert honest.calibration_error < 0.01 < 0.08 < boasting.calibration_error
    assert honest.accuracy == boasting.accuracy and honest.log_loss < boasting.log_loss


def test_the_calibration_error_is_the_weighted_gap_of_each_bin() -> None:
    confidence = torch.tensor([0.96, 0.98, 0.72])
    hit = torch.tensor([1.0, 0.0, 1.0])
    weights = torch.tensor([1.0, 1.0, 2.0])
    expected = (abs(1.0 - 0.96 - 0.98) + 2 * (1 - 0.72)) / 4
    assert calibration_error(confidence, hit, weights) == pytest.approx(expected)


def test_a_toss_up_is_right_half_of_the_time() -> None:
    assert quality(torch.zeros(2), torch.tensor([0.0, 1.0]), torch.ones(2)).accuracy == 0.5


def test_weights_count() -> None:
    logits, outcomes = torch.tensor([2.0, 2.0]), torch.tensor([1.0, 0.0])
    assert quality(logits, outcomes, torch.tensor([3.0, 1.0])).accuracy == pytest.approx(0.75)


def test_a_handful_of_outcomes_does_not_move_the_temperature_far() -> None:
    few = torch.tensor([4.0, 4.0, 4.0])
    assert 0.5 < fitted_temperature(few, torch.ones(3), torch.ones(3)) < 1
    assert 1 < fitted_temperature(few, torch.zeros(3), torch.ones(3)) < 2
