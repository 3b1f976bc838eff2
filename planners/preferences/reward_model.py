"""φ: what people prefer, learned from their comparisons of partial solutions.

Bradley–Terry over a score of the features: P(left preferred) = σ(score(left) − score(right)). The score is a
linear function and a small network on top of it. Several of them, each trained on its own bootstrap sample of the
comparisons, make an ensemble, whose spread shows where φ is uncertain; `mean − caution · spread` is the
conservative judgement of Coste et al. (arXiv 2310.02743). For values that drift, each comparison weighs γ^(now − time)
in the loss, as in NS-DPO (arXiv 2407.18676).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from p2c_dsl.planners.preferences.calibration import Quality, fitted_temperature, quality
from p2c_dsl.planners.preferences.comparison import Comparison
from p2c_dsl.planners.preferences.comparison_data import ComparisonData, feature_matrix
from p2c_dsl.planners.preferences.solution import PartialSolution

_FORMAT = 1
_WEIGHTS, _ABOUT = "reward_model.safetensors", "reward_model.json"


@dataclass(frozen=True, slots=True)
class RewardConfig:
    """How φ is trained.

    Attributes:
        members: Size of the ensemble.
        hidden: Width of the network beside the linear part.
        epochs, learning_rate: Full-batch Adam.
        prior: Standard deviation of the Gaussian prior on every weight (of standardised features).
        half_life: Time after which a comparison weighs half as much, γ = 2^(−1/half_life); `None`: never.
        caution: λ of the conservative judgement, how many spreads are subtracted.
        calibration, test: Shares of the compared pairs that fit the temperature, and that measure `Quality`.
        seed: Decides the split, the bootstrap samples and the initial weights.
    """

    members: int = 5
    hidden: int = 16
    epochs: int = 200
    learning_rate: float = 0.03
    prior: float = 1.0
    half_life: float | None = None
    caution: float = 1.0
    calibration: float = 0.15
    test: float = 0.15
    seed: int = 0

    def __post_init__(self) -> None:
        if self.members < 2:
            raise ValueError("an ensemble needs at least two members")
        if self.half_life is not None and self.half_life <= 0:
            raise ValueError("a half-life must be positive")
        if min(self.calibration, self.test) < 0 or self.calibration + self.test >= 1:
            raise ValueError("`calibration` and `test` must be shares that leave something to train on")


class Judgement(NamedTuple):
    """The ensemble's scores of solutions: mean and standard deviation over the members, each `(solutions,)`."""

    mean: Tensor
    std: Tensor


class RewardModel:
    """φ, trained and frozen: judging does not change it.

    Scores are in units of their spread over the solutions that φ was trained on, around their mean: 0 is an
    average solution, 1 a good one.

    Attributes:
        config: How it was trained.
        feature_names: Its inputs; solutions with other features are refused.
        quality: On comparisons of held-out pairs; `None` where there were too few to hold any out.
        temperature: Divides differences of scores before they become probabilities.
    """

    def __init__(
        self,
        config: RewardConfig,
        feature_names: tuple[str, ...],
        weights: dict[str, Tensor],
        temperature: float,
        quality: Quality | None,
    ) -> None:
        self.config, self.feature_names = config, feature_names
        self._weights = {name: value.detach() for name, value in weights.items()}
        self.temperature, self.quality = temperature, quality

    # ------------------------------------------------------------ judging

    def judgement(self, solutions: Sequence[PartialSolution]) -> Judgement:
        """Mean and spread for each solution. Raises `ValueError` for features that φ was not trained on."""
        scores = self._scores(feature_matrix(solutions, self.feature_names))
        return Judgement(scores.mean(0), scores.std(0))

    def judge(self, solution: PartialSolution) -> float:
        """The conservative judgement, mean − caution · spread."""
        return self.judged([solution])[0]

    def judged(self, solutions: Sequence[PartialSolution]) -> list[float]:
        """The conservative judgement of each solution."""
        mean, std = self.judgement(solutions)
        judged: list[float] = (mean - self.config.caution * std).tolist()
        return judged

    def best(self, solutions: Sequence[PartialSolution]) -> int:
        """The index of the solution with the highest conservative judgement; the first of equals."""
        judged = self.judged(solutions)
        return judged.index(max(judged))

    def preference(self, left: PartialSolution, right: PartialSolution) -> float:
        """The calibrated probability that `left` is preferred."""
        mean, _ = self.judgement([left, right])
        return float(torch.sigmoid((mean[0] - mean[1]) * self._weights["scale"] / self.temperature))

    def measured(self, comparisons: Sequence[Comparison], now: float | None = None) -> Quality:
        """Its quality on other comparisons, discounted like the ones it was trained on."""
        data = ComparisonData.of(comparisons, self.feature_names, self.config.half_life, now)
        return quality(self._logits(data) / self.temperature, data.outcomes, data.weights)

    def _scores(self, features: Tensor) -> Tensor:
        """`(members, solutions)`."""
        weights = self._weights
        standard = (features - weights["center"]) / weights["width"]
        return (_scored(weights, standard) - weights["shift"][:, None]) / weights["scale"]

    def _logits(self, data: ComparisonData) -> Tensor:
        """Differences of mean scores, not yet divided by the temperature, `(comparisons,)`."""
        mean = self._scores(data.features).mean(0) * self._weights["scale"]
        return mean[data.left] - mean[data.right]

    # ------------------------------------------------------------ saving

    def save(self, folder: Path) -> None:
        """Writes the weights (safetensors) and everything else (JSON) into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in self._weights.items()}, folder / _WEIGHTS)
        about = {
            "format": _FORMAT,
            "config": asdict(self.config),
            "feature_names": list(self.feature_names),
            "temperature": self.temperature,
            "quality": None if self.quality is None else self.quality._asdict(),
        }
        (folder / _ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> RewardModel:
        """Reads what `save` wrote. Raises `ValueError` for a folder without a reward model of this format."""
        try:
            about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
            weights = load_file(folder / _WEIGHTS)
            if about["format"] != _FORMAT:
                raise ValueError(f"it has format {about['format']}, and this version reads format {_FORMAT}")
            known = {field.name for field in fields(RewardConfig)}
            config = RewardConfig(**{k: v for k, v in about["config"].items() if k in known})
            measured = None if about["quality"] is None else Quality(**about["quality"])
            return cls(config, tuple(about["feature_names"]), weights, float(about["temperature"]), measured)
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ValueError(f"{folder} does not hold a reward model: {error}") from error


# ---------------------------------------------------------------- training


def fit(comparisons: Sequence[Comparison], config: RewardConfig | None = None, now: float | None = None) -> RewardModel:
    """Trains φ on comparisons, without the skipped ones; equal arguments give equal models.

    `now` is the time from which ages count, by default that of the latest comparison. No pair is both
    trained on and held out.
    Raises `ValueError` without comparisons, and for solutions whose features differ.
    """
    config = config or RewardConfig()
    names = next((comparison.left.feature_names for comparison in comparisons), ())
    data = ComparisonData.of(comparisons, names, config.half_life, now)
    generator = torch.Generator().manual_seed(config.seed)
    train, calibration, test = data.split(config.calibration, config.test, generator)
    center = data.features.mean(0)
    width = data.features.std(0, correction=0)
    # Nothing is learned from a feature that never varies; dividing by its width must not blow up where it does vary.
    width = torch.where(width > 0, width, torch.ones_like(width))
    weights = _trained((data.features - center) / width, train, config, generator)
    weights |= {"center": center, "width": width}
    raw = _scored(weights, (data.features - center) / width)
    spread = raw.mean(0).std(correction=0)
    weights |= {"shift": raw.mean(1), "scale": spread if spread > 0 else torch.ones(())}
    model = RewardModel(config, names, weights, 1.0, None)
    if len(calibration.outcomes):
        model.temperature = fitted_temperature(model._logits(calibration), calibration.outcomes, calibration.weights)
    if len(test.outcomes):
        model.quality = quality(model._logits(test) / model.temperature, test.outcomes, test.weights)
    return model


def _trained(
    standard: Tensor, train: ComparisonData, config: RewardConfig, generator: torch.Generator
) -> dict[str, Tensor]:
    """The ensemble's weights; `standard` are the standardised features, `(solutions, features)`."""
    weights = _initial(standard.shape[1], config, generator)
    count = len(train.outcomes)
    drawn = torch.randint(count, (config.members, count), generator=generator)
    times = torch.zeros(config.members, count).scatter_add_(1, drawn, torch.ones(config.members, count))
    importance = times * train.weights
    total = importance.sum(1).clamp(min=torch.finfo(importance.dtype).tiny)
    sign = 2 * train.outcomes - 1
    optimizer = torch.optim.Adam(list(weights.values()), lr=config.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.epochs)
    for _ in range(config.epochs):
        scores = _scored(weights, standard)
        losses = functional.softplus(-sign * (scores[:, train.left] - scores[:, train.right]))
        likelihood = (losses * importance).sum(1) / total
        # The prior counts once against all the evidence together, so that it fades as comparisons come in.
        penalty = sum((w**2).flatten(1).sum(1) for w in weights.values()) / (2 * config.prior**2)
        optimizer.zero_grad()
        (likelihood + penalty / total).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return {name: value.detach() for name, value in weights.items()}


def _initial(features: int, config: RewardConfig, generator: torch.Generator) -> dict[str, Tensor]:
    def draw(*shape: int, width: float) -> Tensor:
        return (torch.randn(config.members, *shape, generator=generator) * width).requires_grad_()

    return {
        "linear": draw(features, width=0.1),
        "inner": draw(features, config.hidden, width=features**-0.5),
        "bias": draw(config.hidden, width=0.1),
        "outer": draw(config.hidden, width=0.1),
    }


def _scored(weights: dict[str, Tensor], standard: Tensor) -> Tensor:
    """Each member's scores, `(members, solutions)`."""
    inner = torch.tanh(torch.einsum("sf,mfh->msh", standard, weights["inner"]) + weights["bias"][:, None])
    linear = torch.einsum("sf,mf->ms", standard, weights["linear"])
    return linear + torch.einsum("msh,mh->ms", inner, weights["outer"])
