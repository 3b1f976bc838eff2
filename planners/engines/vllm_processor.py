"""A logits processor for vLLM's engine V1 (read: vllm 0.33.0, `vllm.v1.sample.logits_processor`).

    LLM(model, logits_processors=["p2c_dsl.planners.engines.vllm_processor:VllmLogitsProcessor"])
    SamplingParams(max_tokens=256, extra_args={"p2c": {"spec": text, "budget": 256}})

vLLM says which requests enter, leave and move in its batch, and hands over the list of each one's output ids, which it
goes on to fill. So neither a prompt's end nor a row has to be guessed: a request's state follows from its output ids.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoTokenizer
from vllm.v1.sample.logits_processor import BatchUpdate, LogitsProcessor, MoveDirectionality

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.engines.asked_masks import AskedMasks, AskedTask
from p2c_dsl.planners.tokens.bitmask import mask_logits, pack, width
from p2c_dsl.planners.tokens.requests import RequestMasks, RequestState
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of

KEY = "p2c"
"""The entry of `extra_args` with what a request asks for (`AskedTask`)."""

_LOG = logging.getLogger(__name__)
_UNFIT = ("min_tokens", "ignore_eos", "bad_words", "allowed_token_ids", "structured_outputs")
"""Settings that may forbid the only token that is allowed, or that go on after the end."""


class FollowedRequest:
    """A request in the batch: its masks, and where it stands after the output ids read so far.

    One that cannot go on is ended: an exception in vLLM's engine would end all requests.
    """

    def __init__(self, masks: RequestMasks | None, output: Sequence[int], end: int) -> None:
        self._masks, self._output, self._end = masks, output, end
        self._at, self._read = RequestState(None, 0) if masks is None else masks.begin, 0

    def words(self) -> NDArray[np.int32]:
        """The packed mask of the next token, `(words,)`."""
        if self._masks is not None:
            try:
                return self._masks.words(self._after_output(self._masks))
            except ValueError as error:
                self._masks = None
                _LOG.error("a composition is broken off: %s", error)
        return pack((self._end,), self._end + 1)

    def _after_output(self, masks: RequestMasks) -> RequestState:
        if len(self._output) < self._read:
            self._at, self._read = masks.begin, 0
        for token in self._output[self._read :]:
            if token < 0:
                raise ValueError("vLLM has not filled in a token that it has written: switch off async scheduling")
            self._at = masks.after(self._at, token)
            self._read += 1
        return self._at


class VllmLogitsProcessor(LogitsProcessor):  # type: ignore[misc, unused-ignore]
    """Masks the requests that ask for a composition; others are left alone.

    Raises `ValueError` with speculative decoding, for which vLLM does not ask processors about each token.
    """

    @classmethod
    def validate_params(cls, sampling_params: Any) -> None:
        """Raises `ValueError` for a request that asks for a composition in a way that cannot work."""
        asked = _asked(sampling_params)
        if asked is None:
            return
        asked.resolved(Path.cwd())
        for name in _UNFIT:
            if getattr(sampling_params, name, None):
                raise ValueError(f"`{name}` may forbid the only token that continues a composition: leave it out")
        most = sampling_params.max_tokens
        if most is not None and most < asked.budget:
            raise ValueError(f"`max_tokens` is {most}, but the composition may take {asked.budget} (`budget`)")

    def __init__(self, vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None:
        if vllm_config.speculative_config:
            raise ValueError("compositions cannot be written with speculative decoding in vLLM: leave it out")
        of_model = vllm_config.model_config
        tokenizer = AutoTokenizer.from_pretrained(
            of_model.tokenizer, revision=of_model.tokenizer_revision, trust_remote_code=of_model.trust_remote_code
        )
        vocabulary = vocabulary_of(tokenizer)
        self._masks, self._end = AskedMasks(vocabulary), vocabulary.end
        self._requests: dict[int, FollowedRequest] = {}

    def is_argmax_invariant(self) -> bool:
        """It is not: the likeliest token may not be allowed."""
        return False

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        """Follows requests that enter, leave and change places."""
        if batch_update is None:
            return
        for index in batch_update.removed:
            self._requests.pop(index, None)
        for index, parameters, _, output in batch_update.added:
            self._requests.pop(index, None)
            asked = _asked(parameters)
            if asked is not None:
                self._requests[index] = self._followed(asked, output)
        for source, target, direction in batch_update.moved:
            moved, other = self._requests.pop(source, None), self._requests.pop(target, None)
            if moved is not None:
                self._requests[target] = moved
            if other is not None and direction is MoveDirectionality.SWAP:
                self._requests[source] = other

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Masks logits `(batch, vocab)` in place."""
        if self._requests:
            words = np.zeros((len(self._requests), width(logits.shape[1])), np.int32)
            for row, request in zip(words, self._requests.values(), strict=True):
                known = request.words()[: len(row)]
                row[: len(known)] = known
            places = torch.tensor([*self._requests], device=logits.device)
            masked = logits[places]
            mask_logits(masked, torch.from_numpy(words).to(logits.device))
            logits[places] = masked
        return logits

    def _followed(self, asked: AskedTask, output: Sequence[int]) -> FollowedRequest:
        masks = None
        try:
            masks = self._masks.of(asked)
        except (ValueError, Unplannable) as error:
            _LOG.error("a composition cannot be written: %s", error)
        return FollowedRequest(masks, output, self._end)


def _asked(parameters: Any) -> AskedTask | None:
    given = (parameters.extra_args or {}).get(KEY)
    return None if given is None else AskedTask.read(given)
