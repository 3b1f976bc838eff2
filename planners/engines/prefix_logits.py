"""A model of transformers asked for one beginning after another, with the keys and values of the prompt kept."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


class PrefixLogits:
    """The logits of a causal model after a prompt and some tokens.

    The prompt is computed once. Tokens that go on from those of the call before are computed by themselves; others
    begin again after the prompt.
    """

    def __init__(self, model: Any, prompt: Sequence[int]) -> None:
        if not prompt:
            raise ValueError("a model needs at least one token before the first that it writes")
        self._model = model
        self._first, self._prompt_cache = self._run(prompt, None)
        self._ids: tuple[int, ...] = ()
        self._cache: Any = copy.deepcopy(self._prompt_cache)

    def __call__(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """The logits `(vocab,)` of the token after the prompt and `ids`."""
        if not ids:
            return self._first
        known = len(self._ids)
        if tuple(ids[:known]) != self._ids or len(ids) == known:
            known, self._cache = 0, copy.deepcopy(self._prompt_cache)
        logits, self._cache = self._run(ids[known:], self._cache)
        self._ids = tuple(ids)
        return logits

    @torch.inference_mode()
    def _run(self, ids: Sequence[int], cache: Any) -> tuple[NDArray[np.float64], Any]:
        given, training = torch.tensor([list(ids)], device=self._model.device), self._model.training
        self._model.eval()
        try:
            made = self._model(input_ids=given, past_key_values=cache, use_cache=True)
        finally:
            self._model.train(training)
        return made.logits[0, -1].double().cpu().numpy(), made.past_key_values
