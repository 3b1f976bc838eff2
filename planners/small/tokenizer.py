"""The small planner's tokenizer: byte-level BPE that splits a word into the same tokens wherever it occurs.

Tokens never join a word with the space or the underscore before it. So `remind a guest` in a docstring and
`remind_guest` in a spec and in a composition share their tokens, and a model can copy names that it has never seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

SIZE = 1536
END, START, PAD = "<end>", "<start>", "<pad>"
_COMMON = (
    "subtask|effect|type|task|record|enum|constant|does|compose|use|for|in|if|not|is|at most|at least|exactly|per|from|"
    "before|after|only|both|shape|a|an|the|of|all|every|each|and|it|to|that|with|there|one|first|then|or|where|into|on|as"
)
"""Words that are rarely part of a name. Each forms a token with the space after it."""
_WORDS = rf"(?:{_COMMON}) |[A-Z]?[a-z]+|[A-Z]+|[0-9]|[^A-Za-z0-9]+"


def train_tokenizer(texts: Iterable[str], size: int = SIZE) -> Any:
    """Trains a tokenizer of up to `size` tokens on texts; it includes all 256 bytes, so that it can encode any name."""
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


def corpus(seed: int, domains: int = 400) -> Iterator[str]:
    """Training texts of the committed tokenizer: prompts and compositions of training domains, and all words."""
    from p2c_dsl.planners.prompt import prompt
    from p2c_dsl.planners.small.domains import domain
    from p2c_dsl.planners.small.generator import wording
    from p2c_dsl.planners.small.generator.fields import THEMES

    for number in range(domains):
        made = domain(seed + number)
        yield prompt(made.spec, made.task)
        yield made.reference
    for theme in THEMES:
        for noun in (*theme.people, *theme.things, *theme.documents, *theme.traits):
            yield f"{noun} {noun.capitalize()} {wording.plural(noun)}\n" * 3


def main() -> None:
    """Trains the tokenizer and writes it to the checkpoint's folder."""
    from p2c_dsl.planners.small.model import CHECKPOINT

    train_tokenizer(corpus(0)).save_pretrained(CHECKPOINT)


if __name__ == "__main__":
    main()
