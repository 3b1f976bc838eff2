"""Paired contrasts: the mean of differences over domains, with its BCa interval, and how often such intervals cover."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.interval import LEVEL, UNDEFINED, Interval

_EQUAL = 1e-9
"""Differences that are closer than this are equal but for rounding."""
FEWEST = 3
"""The fewest domains that give an interval."""


def paired(differences: Sequence[float], resamples: int = 2000, seed: int = 0) -> Interval:
    """The mean difference with its bias-corrected and accelerated bootstrap interval (Efron 1987), over domains.

    Undefined for fewer than `FEWEST` of them. Where all differences are equal, the interval is that number.
    """
    from scipy.stats import bootstrap

    found = np.asarray(differences, dtype=float)
    if len(found) < FEWEST:
        return UNDEFINED
    mean = float(found.mean())
    if np.ptp(found) < _EQUAL:
        return Interval(mean, mean, mean)
    random = np.random.default_rng(seed)
    bounds = bootstrap(
        (found,),
        np.mean,
        confidence_level=LEVEL,
        n_resamples=resamples,
        method="BCa",
        vectorized=True,
        random_state=random,
    ).confidence_interval
    return Interval(mean, float(bounds.low), float(bounds.high))


Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]
"""Differences of that many domains."""


def differences_of_shares(random: np.random.Generator, domains: int) -> NDArray[np.float64]:
    """Differences as a measurement has them, with mean `TRUE_DIFFERENCE`.

    Shares of 5 to 60 runs; in half of the domains the two sides do not differ at all, and in the others by up to .4.
    """
    base, apart = random.uniform(0.4, 1.0, domains), random.uniform(0.0, 0.4, domains)
    apart *= random.random(domains) < 0.5
    runs = random.integers(5, 61, (2, domains))
    shares = random.binomial(runs, np.stack([base, base - apart])) / runs
    found: NDArray[np.float64] = shares[0] - shares[1]
    return found


TRUE_DIFFERENCE = 0.1


def coverage(
    domains: int,
    simulations: int,
    resamples: int = 1000,
    draw: Draw = differences_of_shares,
    truth: float = TRUE_DIFFERENCE,
    seed: int = 0,
) -> float:
    """The share of simulated measurements whose interval contains the truth."""
    random = np.random.default_rng(seed)
    held = 0
    for number in range(simulations):
        interval = paired(draw(random, domains).tolist(), resamples, number)
        held += interval.low <= truth <= interval.high
    return held / simulations
