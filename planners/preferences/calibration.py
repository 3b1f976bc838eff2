"""How good probabilities of binary outcomes are: accuracy, log-loss, calibration, and a temperature for them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

BINS = 10
PRIOR = 0.3
_STEPS = 60


class Quality(NamedTuple):
    """What was measured on comparisons that were not trained on."""

    accuracy: float
    log_loss: float
    calibration_error: float
    comparisons: int


def quality(logits: Tensor, outcomes: Tensor, weights: Tensor) -> Quality:
    """The quality of predictions σ(logits), all tensors `(comparisons,)`; the weights need not add up to 1."""
    share = weights / weights.sum()
    right = (logits > 0).float() == outcomes
    # Where both are equally likely, half of the guesses are right.
    hit = torch.where(logits == 0, torch.full_like(logits, 0.5), right.float())
    loss = functional.binary_cross_entropy_with_logits(logits, outcomes, reduction="none")
    return Quality(
        float((hit * share).sum()),
        float((loss * share).sum()),
        calibration_error(torch.sigmoid(logits.abs()), hit, weights),
        len(outcomes),
    )


def calibration_error(confidence: Tensor, hit: Tensor, weights: Tensor) -> float:
    """The expected calibration error (Guo et al., arXiv 1706.04599) over equally wide bins of [½, 1].

    `confidence` is the probability of the more likely outcome, `hit` whether it occurred.
    """
    place = ((confidence - 0.5) * 2 * BINS).long().clamp(0, BINS - 1)
    error = torch.zeros(())
    for number in range(BINS):
        inside = weights * (place == number)
        if inside.sum() > 0:
            error = error + ((hit - confidence) * inside).sum().abs()
    return float(error / weights.sum())


def fitted_temperature(logits: Tensor, outcomes: Tensor, weights: Tensor) -> float:
    """The temperature T for which σ(logits / T) fits best, by golden-section search over log T.

    It is the mode of a posterior: log-loss, and a Gaussian prior on log T around 0. A handful of outcomes cannot
    move it far; hundreds outweigh the prior.
    """
    low, high = torch.tensor(0.05).log(), torch.tensor(20.0).log()
    ratio = (5**0.5 - 1) / 2

    def loss(place: Tensor) -> Tensor:
        each = functional.binary_cross_entropy_with_logits(logits / place.exp(), outcomes, reduction="none")
        return (each * weights).sum() + (place / PRIOR) ** 2 / 2

    for _ in range(_STEPS):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) <= loss(right) else (left, high)
    return float(((low + high) / 2).exp())
