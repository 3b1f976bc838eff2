"""A grammar backend for SGLang (read: sglang 0.5.23, `sglang.srt.constrained.base_grammar_backend`).

    from p2c_dsl.planners.engines.sglang_backend import register
    register()
    sglang.Engine(model_path, grammar_backend="p2c")
    engine.generate(prompt, {"ebnf": json.dumps({"spec": text, "budget": 256}), "max_new_tokens": 256})

SGLang keeps one grammar object for each request, accepts tokens into it, rolls back, and copies it. States are values,
so that all of this is keeping a list of them; speculative decoding asks about each token of a draft, and is right.
"""

from __future__ import annotations

import json
from typing import Any

import torch
from sglang.srt.constrained.base_grammar_backend import (
    BaseGrammarBackend,
    BaseGrammarObject,
    InvalidGrammarObject,
    register_grammar_backend,
)

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.engines.asked_masks import AskedMasks, AskedTask
from p2c_dsl.planners.tokens.bitmask import mask_logits, width
from p2c_dsl.planners.tokens.requests import RequestMasks, RequestState
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of

NAME = "p2c"


def register() -> None:
    """Makes SGLang know the backend `p2c`, before an engine is started in this process."""
    register_grammar_backend(NAME, backend_of)


def backend_of(server_args: Any, tokenizer: Any, vocab_size: int, eos_token_ids: set[int] | None) -> CompositionBackend:
    """The backend for an engine; SGLang calls it with what it knows of the model."""
    return CompositionBackend(tokenizer)


class CompositionBackend(BaseGrammarBackend):  # type: ignore[misc, unused-ignore]
    """Makes a grammar object for each request whose `ebnf` is what `AskedTask.read` takes, as JSON."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__()
        self._masks = AskedMasks(vocabulary_of(tokenizer))

    def dispatch_ebnf(self, key_string: str) -> Any:
        """A grammar object; an invalid one, with the reason, for a request that cannot be met."""
        try:
            return CompositionGrammar(self._masks.of(AskedTask.read(json.loads(key_string))))
        except (ValueError, Unplannable) as error:
            return InvalidGrammarObject(str(error))


class CompositionGrammar(BaseGrammarObject):  # type: ignore[misc, unused-ignore]
    """One request's composition: the states after each of its tokens, the last one being where it stands."""

    def __init__(self, masks: RequestMasks, states: tuple[RequestState, ...] = ()) -> None:
        super().__init__()
        self._masks, self._states = masks, states or (masks.begin,)

    def accept_token(self, token: int) -> None:
        """One token further. Raises `ValueError` for one that is not allowed."""
        self._states = (*self._states, self._masks.after(self._states[-1], token))

    def rollback(self, k: int) -> None:
        """Back by `k` tokens."""
        if not 0 <= k < len(self._states):
            raise ValueError(f"{k} tokens cannot be taken back: {len(self._states) - 1} were accepted")
        self._states = self._states[: len(self._states) - k]

    def is_terminated(self) -> bool:
        """Whether the end token was accepted."""
        return self._states[-1].ended

    def copy(self) -> CompositionGrammar:
        """A grammar object for another request that stands where this one does."""
        return CompositionGrammar(self._masks, self._states)

    def allocate_vocab_mask(self, vocab_size: int, batch_size: int, device: Any) -> torch.Tensor:
        """Packed rows `(batch, words)` on the CPU that allow everything."""
        return torch.full((batch_size, width(vocab_size)), -1, dtype=torch.int32)

    def fill_vocab_mask(self, vocab_mask: torch.Tensor, idx: int) -> None:
        """Writes the mask of the next token into a row."""
        words = torch.from_numpy(self._masks.words(self._states[-1]).copy())
        count = min(len(words), vocab_mask.shape[1])
        vocab_mask[idx] = 0
        vocab_mask[idx, :count] = words[:count]

    @staticmethod
    def reset_vocab_mask(vocab_mask: torch.Tensor) -> None:
        """Allows everything again."""
        vocab_mask.fill_(-1)

    @staticmethod
    def move_vocab_mask(vocab_mask: torch.Tensor, device: Any) -> torch.Tensor:
        """The rows on a device."""
        return vocab_mask.to(device, non_blocking=True)

    @staticmethod
    def apply_vocab_mask(logits: torch.Tensor, vocab_mask: torch.Tensor) -> None:
        """Masks logits `(batch, vocab)` in place."""
        mask_logits(logits, vocab_mask)

    def try_jump_forward(self, tokenizer: Any) -> tuple[list[int], str] | None:
        """The tokens that must come next; `None` where there is a choice."""
        run, _ = self._masks.forced_run(self._states[-1])
        return (list(run), "") if run else None

    def jump_forward_str_state(self, helper: tuple[list[int], str]) -> tuple[str, int]:
        """The text to jump over: none, since tokens are given and not text."""
        return "", -1

    def jump_and_retokenize(self, old_output_ids: list[int], new_output_ids: list[int], next_state: int) -> None:
        """Follows other tokens for the same text. Raises `ValueError` where they are not allowed."""
        states = [self._masks.begin]
        for token in new_output_ids:
            states.append(self._masks.after(states[-1], token))
        self._states = tuple(states)
