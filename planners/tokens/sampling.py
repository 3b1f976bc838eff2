"""Rows that are written by drawing from a model's masked and renormalised distribution, each from its own seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import torch
from torch import Tensor

from p2c_dsl.planners.tokens.requests import RequestMasks, RequestState


@dataclass(slots=True)
class SampledRow:
    """A composition that is being written.

    Attributes:
        at: Where the request stands.
        ids: The tokens so far, the end token included.
        log_probability: Of the tokens so far, under the masked and renormalised model, at temperature 1.
    """

    at: RequestState
    random: Random
    ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0


class Sampler:
    """Writes rows, given the model's logits where there is a choice.

    A row's random numbers are used up by choices alone, so that a row is the same whether the model was asked about
    its forced tokens or not, and whichever rows are written beside it.

    Args:
        temperature: The masked logits are divided by it; with 0 the likeliest allowed token is taken.
        seeds: One for each row.
        watch: Is called with the row and the bytes of each token.
    """

    def __init__(
        self,
        masks: RequestMasks,
        temperature: float,
        seeds: Sequence[str],
        watch: Callable[[int, bytes], None] | None = None,
    ) -> None:
        self._masks, self._temperature, self._watch = masks, temperature, watch
        self.rows = [SampledRow(masks.begin, Random(seed)) for seed in seeds]

    def draw(self, numbers: Sequence[int], logits: Tensor) -> Tensor:
        """Draws the next token of some rows from their logits `(rows, vocab)`; returns the tokens `(rows,)`.

        A row that has ended repeats the end token, and stays as it is. Raises `FloatingPointError` if the logits are
        not finite.
        """
        rows = [self.rows[number] for number in numbers]
        masked = self._masks.masked(logits.float(), [row.at for row in rows])
        chosen = self._chosen(masked, rows)
        scores = masked.log_softmax(-1).gather(1, chosen.unsqueeze(1)).squeeze(1).tolist()
        for number, token, score in zip(numbers, chosen.tolist(), scores, strict=True):
            if not self.rows[number].at.ended:
                self.rows[number].log_probability += score
                self._write(number, token)
        return chosen

    def jump(self, number: int) -> None:
        """Writes what is forced in a row, up to its next choice or its end: tokens of probability 1."""
        run, _ = self._masks.forced_run(self.rows[number].at)
        for token in run:
            self._write(number, token)

    def _chosen(self, masked: Tensor, rows: Sequence[SampledRow]) -> Tensor:
        best = masked.max(-1, keepdim=True).values
        if not torch.isfinite(best).all():
            raise FloatingPointError(
                "the model's logits are not finite numbers: its weights are broken, or its data type is too narrow "
                "(try float32)"
            )
        if not self._temperature:
            return masked.argmax(-1)
        # Subtracting the largest first allows temperatures of any size.
        weights = ((masked - best) / self._temperature).exp().cpu().double()
        sums = weights.cumsum(-1)
        total = sums[:, -1:].contiguous()
        points = torch.tensor([[self._number(row)] for row in rows], dtype=sums.dtype) * total
        found = torch.searchsorted(sums, points, right=True)
        # Rounding may put a point on the total itself; then the last allowed token is taken.
        last = torch.searchsorted(sums, total)
        return torch.minimum(found, last).squeeze(1).to(masked.device)

    def _number(self, row: SampledRow) -> float:
        """A random number for a choice; any will do where there is none."""
        decided = row.at.ended or self._masks.forced(row.at) is not None
        return 0.0 if decided else row.random.random()

    def _write(self, number: int, token: int) -> None:
        row = self.rows[number]
        row.ids.append(token)
        row.at = self._masks.after(row.at, token)
        if self._watch is not None and not row.at.ended:
            self._watch(number, self._masks.tokens.vocabulary.tokens[token])
