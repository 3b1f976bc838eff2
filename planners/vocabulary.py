"""The vocabularies of real tokenizers as bytes."""

from __future__ import annotations

from typing import Any

from p2c_dsl.planners.tokens import Vocabulary


def vocabulary_of(tokenizer: Any) -> Vocabulary:
    """The tokens of one of transformers' fast tokenizers as bytes: byte-level BPE, SentencePiece and others.

    llguidance knows how each kind writes its bytes. Special tokens have none. Raises `ValueError` for a tokenizer
    without an end-of-sequence token.
    """
    from llguidance.hf import from_tokenizer

    if tokenizer.eos_token_id is None:
        raise ValueError("the tokenizer has no end-of-sequence token")
    read = from_tokenizer(tokenizer)
    tokens = [
        b"" if read.is_special_token(number) else bytes(read.decode_bytes([number]))
        for number in range(read.vocab_size)
    ]
    return Vocabulary(tokens, tokenizer.eos_token_id)
