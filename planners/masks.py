"""The rules as a logits processor: what no accepted composition can go on with gets no probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from outlines.processors import OutlinesLogitsProcessor
from torch import Tensor

from p2c_dsl.planners.tokens import TokenAutomaton


class SemanticMask:
    """The tokens that each state allows, as index tensors that are made once and stay on their device."""

    def __init__(self, tokens: TokenAutomaton) -> None:
        self.tokens = tokens
        self._end = (tokens.vocabulary.end,)
        self._indices: dict[tuple[tuple[int, ...], torch.device], Tensor] = {}

    def masked(self, logits: Tensor, states: Sequence[int | None], left: int) -> Tensor:
        """Logits `(batch, vocab)` with −inf where a token is not allowed.

        `states` has a state for each row, `None` for one that has ended; `left` is how many tokens each may still have.
        Raises `ValueError` when a row cannot be finished within them.
        """
        allowed = [self._index(self._allowed(state, left), logits.device) for state in states]
        columns = torch.cat(allowed)
        sizes = torch.tensor([len(row) for row in allowed], device=logits.device)
        rows = torch.repeat_interleave(torch.arange(len(allowed), device=logits.device), sizes)
        masked = torch.full_like(logits, -torch.inf)
        masked[rows, columns] = logits[rows, columns]
        return masked

    def _allowed(self, state: int | None, left: int) -> tuple[int, ...]:
        if state is None:
            return self._end
        found = self.tokens.within(state, left)
        if not found:
            needed = self.tokens.needed(state)
            raise ValueError(f"{left} tokens are left, but the composition needs {needed} to end")
        return found

    def _index(self, allowed: tuple[int, ...], device: torch.device) -> Tensor:
        found = self._indices.get((allowed, device))
        if found is None:
            found = self._indices[allowed, device] = torch.tensor(allowed, dtype=torch.long, device=device)
        return found


class SemanticLogitsProcessor(OutlinesLogitsProcessor):
    """An Outlines logits processor: `outlines.Generator(model, processor=SemanticLogitsProcessor(tokens, 256))`.

    A row's state follows from the ids that it has generated, whatever its place in the batch: beam search may reorder
    rows, and prompts may have any length and padding on the left. A shorter input than before begins a new generation.

    Raises `ValueError` when no composition fits the budget of tokens, the end token included.
    """

    def __init__(self, tokens: TokenAutomaton, budget: int) -> None:
        super().__init__("torch")
        needed = tokens.needed(tokens.start)
        if needed > budget:
            raise ValueError(f"the shortest composition takes {needed} tokens, and the budget is {budget}")
        self.tokens, self.budget = tokens, budget
        self._mask = SemanticMask(tokens)
        self.reset()

    def reset(self) -> None:
        """Forgets the rows of the last generation."""
        self._prompt: int | None = None
        self._length = 0
        self._states: dict[tuple[int, ...], int | None] = {(): self.tokens.start}

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
            ended = state is None or row[place] == self.tokens.vocabulary.end
            state = None if ended or state is None else self.tokens.step(state, row[place])
            self._states[row[: place + 1]] = state
        return state
