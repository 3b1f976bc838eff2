"""The small planner's tokenizer: byte-level BPE, in which a word is the same tokens wherever it stands.

Tokens never join a word with the space or the underscore before it. So `remind a guest` in a docstring and
`remind_guest` in a spec and in a composition share their tokens, and a model can copy names that it has never seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SIZE = 2048
END, START, PAD = "<end>", "<start>", "<pad>"
_WORDS = r"[A-Z]?[a-z]+|[A-Z]+|[0-9]|[^A-Za-z0-9]+"


def train_tokenizer(texts: Iterable[str], size: int = SIZE) -> Any:
    """A tokenizer of up to `size` tokens from texts; all 256 bytes are among them, so that it can write any name."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made: Any = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END, START, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    wrapped: Any = PreTrainedTokenizerFast
    return wrapped(
        tokenizer_object=made,
        eos_token=END,
        bos_token=START,
        pad_token=PAD,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
