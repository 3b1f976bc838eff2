"""Logits processors of Outlines under the rules: one that masks, and one that also draws the tokens itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import torch
from outlines.processors import OutlinesLogitsProcessor
from torch import Tensor

from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton


class SemanticLogitsProcessor(OutlinesLogitsProcessor):
    """An Outlines logits processor: `outlines.Generator(model, processor=SemanticLogitsProcessor(tokens, 256))`.

    A row's state follows from the ids that it has generated, not from its index in the batch: beam search may reorder
    rows, and prompts may have any length and padding on the left. A shorter input than before begins a new generation.
    `start` is the state in which generations begin, where that is not the automaton's own: the prompts then end with
    the text that has led to it (see `TokenAutomaton.at`).

    Raises `ValueError` when no composition fits the budget of tokens, the end token included.
    """

    def __init__(self, tokens: TokenAutomaton, budget: int, start: int | None = None) -> None:
        super().__init__("torch")
        self._start = tokens.start if start is None else start
        needed = tokens.needed(self._start)
        if needed > budget:
            raise ValueError(f"the shortest composition takes {needed} tokens, but the budget is {budget}")
        self.tokens, self.budget = tokens, budget
        self._mask = SemanticMask(tokens)
        self.reset()

    def reset(self) -> None:
        """Forgets the rows of the last generation."""
        self._prompt: int | None = None
        self._length = 0
        self._states: dict[tuple[int, ...], int | None] = {(): self._start}

    def process_logits(self, input_ids: Any, logits: Any) -> Any:
        """Masks logits `(batch, vocab)`, given ids `(batch, time)` of which all but the prompt were generated here."""
        length = input_ids.shape[1]
        if self._prompt is None or length <= self._length:
            self.reset()
            self._prompt = length
        self._length = length
        generated = [tuple(row) for row in input_ids[:, self._prompt :].tolist()]
        states = [self._state(row) for row in generated]
        return self._mask.masked(logits, states, self.budget - (length - self._prompt))

    def _state(self, row: tuple[int, ...]) -> int | None:
        known = len(row)
        while row[:known] not in self._states:
            known -= 1
        state = self._states[row[:known]]
        for place in range(known, len(row)):
            state = self._after(state, row[place])
            self._states[row[: place + 1]] = state
        return state

    def _after(self, state: int | None, token: int) -> int | None:
        if state is None or token == self.tokens.vocabulary.end:
            return None
        try:
            return self.tokens.step(state, token)
        except KeyError:
            # Where fewer tokens are allowed than there are beams, beam search adds rows of probability 0.
            return None


@dataclass(slots=True)
class SampledRow:
    """A composition that is being written.

    Attributes:
        state: Where it stands in the token automaton, `None` at its end.
        ids: The tokens so far, the end token included.
        log_probability: Of the tokens so far, under the masked and renormalised model, at temperature 1.
    """

    state: int | None
    random: Random
    ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0


class SamplingLogitsProcessor(OutlinesLogitsProcessor):
    """Masks the logits, samples a token for each row, and leaves only that one.

    The engine has to take the likeliest token and keep the rows in their order. So plans follow from their seeds on
    every engine: settings that work after the mask (temperature, top-k, penalties) have nothing left to change, and
    each row has its own stream of random numbers, independent of the rest of the batch.

    Args:
        start: The state in which every row begins.
        budget: The most tokens of a row, the end token included; at least `mask.tokens.needed(start)`.
        temperature: The masked logits are divided by it; with 0 the likeliest allowed token is taken.
        seeds: One for each row.
        watch: Is called with the row and the bytes of each sampled token.
    """

    def __init__(
        self,
        mask: SemanticMask,
        start: int,
        budget: int,
        temperature: float,
        seeds: Sequence[str],
        watch: Callable[[int, bytes], None] | None = None,
    ) -> None:
        super().__init__("torch")
        self._mask, self._tokens, self._start = mask, mask.tokens, start
        self._budget, self._temperature, self._seeds, self._watch = budget, temperature, seeds, watch
        self.reset()

    def reset(self) -> None:
        """Starts again from the first token."""
        self.rows = [SampledRow(self._start, Random(seed)) for seed in self._seeds]
        self._left = self._budget

    def process_logits(self, input_ids: Any, logits: Any) -> Any:
        """Logits `(batch, vocab)` with −inf for all tokens but the one sampled in each row.

        Raises `FloatingPointError` if the logits are not finite.
        """
        masked = self._mask.masked(logits.float(), [row.state for row in self.rows], self._left)
        self._left -= 1
        chosen = self._sampled(masked)
        for number, (row, token) in enumerate(zip(self.rows, chosen.tolist(), strict=True)):
            if row.state is not None:
                row.log_probability += float(masked[number].log_softmax(-1)[token])
                self._write(number, row, token)
        return torch.full_like(logits, -torch.inf).scatter_(1, chosen.unsqueeze(1), 0)

    def _sampled(self, masked: Tensor) -> Tensor:
        """One token for each row, `(batch,)`."""
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
        points = torch.tensor([[row.random.random()] for row in self.rows], dtype=sums.dtype) * total
        found = torch.searchsorted(sums, points, right=True)
        # Rounding may put a point on the total itself; then the last allowed token is taken.
        last = torch.searchsorted(sums, total)
        return torch.minimum(found, last).squeeze(1).to(masked.device)

    def _write(self, number: int, row: SampledRow, token: int) -> None:
        row.ids.append(token)
        if token == self._tokens.vocabulary.end:
            row.state = None
            return
        assert row.state is not None
        row.state = self._tokens.step(row.state, token)
        if self._watch is not None:
            self._watch(number, self._tokens.vocabulary.tokens[token])
