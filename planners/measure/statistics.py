"""Interquartile means over seeds and domains, with intervals that resample both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.interval import LEVEL, Interval

Table = NDArray[np.float64]
"""Scores `(seeds, domains)`; `nan` where a cell has none."""
SMALLEST = 0.02
"""With less distance between floor and ceiling, there is no gap to recover."""


def interquartile_mean(scores: Table) -> float:
    """The mean of the middle half of the defined scores, over seeds and domains together."""
    # Equals scipy's `trim_mean` with 0.25, which would be slow: an interval needs a thousand of them.
    known = np.sort(scores[~np.isnan(scores)])
    cut = known.size // 4
    return float(known[cut : known.size - cut].mean()) if known.size else float("nan")


def estimate(
    tables: Sequence[Table],
    statistic: Callable[[Sequence[Table]], float],
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """A statistic of tables of one shape, with its percentile bootstrap interval.

    Each resample draws seeds and domains, both with replacement, and takes the same ones in all tables: resampling
    only one of the two would ignore the variation of the other. Raises `ValueError` for tables of different shapes.
    """
    shapes = {table.shape for table in tables}
    if len(shapes) != 1:
        raise ValueError(f"the tables differ in shape: {sorted(shapes)}")
    [(seeds, domains)] = shapes
    random = np.random.default_rng(seed)
    found = []
    for _ in range(resamples):
        rows, columns = random.integers(seeds, size=seeds), random.integers(domains, size=domains)
        found.append(statistic([table[np.ix_(rows, columns)] for table in tables]))
    defined = np.asarray(found)[~np.isnan(found)]
    if not defined.size:
        return Interval(statistic(tables), float("nan"), float("nan"))
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(statistic(tables), float(low), float(high))


def mean_of(tables: Sequence[Table]) -> float:
    """The interquartile mean of the one table."""
    (scores,) = tables
    return interquartile_mean(scores)


def recovered(tables: Sequence[Table]) -> float:
    """The P2C gap recovered, (A_c − floor) / (ceiling − floor), of tables of the three."""
    own, floor, ceiling = map(interquartile_mean, tables)
    if not ceiling - floor > SMALLEST:
        return float("nan")
    return (own - floor) / (ceiling - floor)
