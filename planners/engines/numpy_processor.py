"""A logits processor on numpy arrays, as llama-cpp-python calls it; it needs neither torch nor Outlines.

llama-cpp-python (read: 0.3.35) calls `processor(input_ids, scores)` with the ids of the prompt and of what has been
written, `(time,)` int32, and the scores of all tokens, `(vocab,)` float32, and takes what is returned.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.tokens.bitmask import unpack
from p2c_dsl.planners.tokens.known_rows import KnownRows
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary


def vocabulary_of_llama(llama: Any) -> Vocabulary:
    """The tokens of a `llama_cpp.Llama` as bytes. Special tokens have none, and are never allowed."""
    return Vocabulary([llama.detokenize([token]) for token in range(llama.n_vocab())], llama.token_eos())


class NumpyLogitsProcessor:
    """A logits processor for one row `(vocab,)` or several `(batch, vocab)` of numpy scores.

        llama.create_completion(prompt, logits_processor=LogitsProcessorList([processor]), max_tokens=budget)

    Rows are known by their ids, as in `SemanticLogitsProcessor`, with the same arguments and exceptions.

    A draft model (`Llama(draft_model=…)`) is refused: llama-cpp-python hands the processor ids that the draft wrote and
    that no mask has seen. It calls processors from C, where an exception is printed and goes no further; so the scores
    are first left with nothing but the end token, which ends the text, and the processor raises from then on.
    """

    def __init__(
        self, tokens: TokenAutomaton, budget: int, start: int | None = None, padding: int | None = None
    ) -> None:
        self._masks, self._padding = RequestMasks(SemanticMask(tokens), budget, start), padding
        self.reset()

    def reset(self) -> None:
        """Forgets all rows: what comes next is a new generation, whatever it begins with."""
        self._rows = KnownRows(self._masks, self._padding)
        self._refused: ValueError | None = None

    def __call__(self, input_ids: NDArray[np.integer], scores: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Masks scores `(vocab,)` or `(batch, vocab)`, given ids of the same shape but for the last axis."""
        rows, flat = np.atleast_2d(input_ids), np.atleast_2d(scores)
        if self._refused is None:
            try:
                states = self._rows.states(rows)
            except ValueError as error:
                self._refused = error
        if self._refused is not None:
            self._leave_the_end(scores)
            raise self._refused
        words = np.stack([self._masks.words(at) for at in states])
        allowed = np.zeros(flat.shape, dtype=bool)
        bits = unpack(words, flat.shape[1])
        allowed[:, : bits.shape[1]] = bits
        masked: NDArray[np.floating[Any]] = np.where(allowed, flat, -np.inf).astype(scores.dtype)
        return masked.reshape(scores.shape)

    def _leave_the_end(self, scores: NDArray[np.floating[Any]]) -> None:
        end = self._masks.tokens.vocabulary.end
        kept = scores[..., end].copy()
        scores[...] = -np.inf
        scores[..., end] = kept
