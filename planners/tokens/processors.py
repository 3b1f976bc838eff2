"""Logits processors of Outlines under the rules: one that masks, and one that also draws the tokens itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from outlines.processors import OutlinesLogitsProcessor

from p2c_dsl.planners.tokens.known_rows import KnownRows
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.sampling import Sampler
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton


class SemanticLogitsProcessor(OutlinesLogitsProcessor):
    """An Outlines logits processor: `outlines.Generator(model, processor=SemanticLogitsProcessor(tokens, 256))`.

    Rows are known by their ids (`p2c_dsl.planners.tokens.known_rows`), not by their places: prompts may have any
    length and padding on the left, rows may join later, and beam search may reorder them. Assisted decoding and
    prompt lookup are right, since transformers asks about each token; where tokens are written without a mask,
    `ValueError` is raised. `start` is the state in which generations begin, where that is not the automaton's own: the
    prompts then end with the text that has led to it (see `TokenAutomaton.at`). `padding` is needed only by engines
    that change a row's padding while it is written (`KnownRows`).

    Raises `ValueError` when no composition fits the budget of tokens, the end token included.
    """

    def __init__(
        self, tokens: TokenAutomaton, budget: int, start: int | None = None, padding: int | None = None
    ) -> None:
        super().__init__("torch")
        self._masks, self._padding = RequestMasks(SemanticMask(tokens), budget, start), padding
        self.reset()

    def reset(self) -> None:
        """Forgets all rows: what comes next is a new generation, whatever it begins with."""
        self._rows = KnownRows(self._masks, self._padding)

    def process_logits(self, input_ids: Any, logits: Any) -> Any:
        """Masks logits `(batch, vocab)`, given ids `(batch, time)` of which all but the prompt were generated here."""
        return self._masks.masked(logits, self._rows.states(input_ids.cpu().numpy()))


class SamplingLogitsProcessor(OutlinesLogitsProcessor):
    """Masks the logits, samples a token for each row, and leaves only that one.

    The engine has to take the likeliest token and keep the rows in their order, as greedy decoding does; `ValueError`
    is raised where it does not. So plans follow from their seeds on every engine: settings that work after the mask
    (temperature, top-k, penalties) have nothing left to change, and each row has its own stream of random numbers,
    independent of the rest of the batch.

    It is for one generation: each has a sampler of its own.
    """

    def __init__(self, sampler: Sampler) -> None:
        super().__init__("torch")
        self._sampler, self._drawn = sampler, list[int]()

    def process_logits(self, input_ids: Any, logits: Any) -> Any:
        """Logits `(batch, vocab)` with −inf for all tokens but the one sampled in each row.

        Raises `FloatingPointError` if the logits are not finite, and `ValueError` if other tokens were taken than those
        sampled before.
        """
        self._check(input_ids[:, -1:].tolist())
        drawn = self._sampler.draw(range(len(self._sampler.rows)), logits)
        self._drawn = drawn.tolist()
        return torch.full_like(logits, -torch.inf).scatter_(1, drawn.unsqueeze(1), 0)

    def _check(self, taken: Sequence[Sequence[int]]) -> None:
        rows = self._sampler.rows
        if len(taken) != len(rows):
            raise ValueError(f"there are {len(rows)} seeds, but {len(taken)} rows")
        for row, last, drawn in zip(rows, taken, self._drawn, strict=False):
            if not row.at.ended and [drawn] != last:
                raise ValueError(
                    "the engine has not taken the tokens sampled for its rows: use greedy decoding, without beams and "
                    "without speculation"
                )
