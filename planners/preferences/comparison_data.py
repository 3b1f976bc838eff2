"""Comparisons as tensors: what φ is fitted to and measured on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from p2c_dsl.planners.preferences.comparison import LEFT, Comparison
from p2c_dsl.planners.preferences.solution import PartialSolution


class ComparisonData(NamedTuple):
    """Answered comparisons as indices into the features of the solutions that occur in them.

    Attributes:
        features: `(solutions, features)`.
        left, right: Which solutions were compared, `(comparisons,)`.
        outcomes: 1 where the left one is preferred, `(comparisons,)`.
        weights: How much each comparison counts, by its age, `(comparisons,)`.
    """

    features: Tensor
    left: Tensor
    right: Tensor
    outcomes: Tensor
    weights: Tensor

    @classmethod
    def of(
        cls,
        comparisons: Sequence[Comparison],
        names: tuple[str, ...],
        half_life: float | None,
        now: float | None,
    ) -> ComparisonData:
        """Comparisons of solutions whose features have these names, without the skipped ones.

        Raises `ValueError` if none are left, and for solutions with other features.
        """
        comparisons = [c for c in comparisons if c.preferred is not None]
        if not comparisons:
            raise ValueError("there are no comparisons to learn from")
        distinct: dict[tuple[float, ...], int] = {}
        solutions: list[PartialSolution] = []
        indices: list[tuple[int, int]] = []
        for comparison in comparisons:
            for solution in comparison.pair:
                if distinct.setdefault(solution.features, len(distinct)) == len(solutions):
                    solutions.append(solution)
            indices.append((distinct[comparison.left.features], distinct[comparison.right.features]))
        times = torch.tensor([c.time for c in comparisons], dtype=torch.float64)
        age = (float(times.max()) if now is None else now) - times
        weights = torch.ones_like(age) if half_life is None else 0.5 ** (age / half_life)
        pairs = torch.tensor(indices)
        outcomes = torch.tensor([float(c.preferred == LEFT) for c in comparisons])
        # However old, a comparison keeps a little weight: shares stay defined.
        return cls(
            feature_matrix(solutions, names),
            pairs[:, 0],
            pairs[:, 1],
            outcomes,
            weights.float().clamp(min=1e-30),
        )

    def split(
        self, calibration: float, test: float, generator: torch.Generator
    ) -> tuple[ComparisonData, ComparisonData, ComparisonData]:
        """For training, and of these shares for calibration and test; all comparisons of a pair are in one part."""
        low, high = torch.minimum(self.left, self.right), torch.maximum(self.left, self.right)
        pairs, pair = torch.unique(low * len(self.features) + high, return_inverse=True)
        rank = torch.randperm(len(pairs), generator=generator)[pair]
        held = int(test * len(pairs))
        calibrated = held + int(calibration * len(pairs))
        parts = (rank >= calibrated, (rank >= held) & (rank < calibrated), rank < held)
        train, calibrating, testing = (self._where(part) for part in parts)
        return train, calibrating, testing

    def _where(self, mask: Tensor) -> ComparisonData:
        return ComparisonData(self.features, *(part[mask] for part in self[1:]))


def feature_matrix(solutions: Sequence[PartialSolution], names: tuple[str, ...]) -> Tensor:
    """The features of solutions, `(solutions, features)`. Raises `ValueError` for solutions with other features."""
    for solution in solutions:
        if solution.feature_names != names:
            unknown = sorted(set(solution.feature_names) ^ set(names)) or ["their order"]
            raise ValueError(f"the solution has other features than φ: {', '.join(unknown[:3])}")
    return torch.tensor([s.features for s in solutions], dtype=torch.float32)
