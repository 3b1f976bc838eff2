"""The small planner's tokenizer: byte-level, and it splits a word into the same tokens wherever it occurs.

Tokens never join a word with the space or the underscore before it, nor with the `s` at its end. So `Reminds the
guests` in a docstring, `remind_guest` in a spec and in a composition, and the type `Guest` are cut in the same way, and
a model can copy names that it has never seen. Each token of lower-case letters has a twin with a capital.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from p2c_dsl.planners.small.model import CHECKPOINT, capitalised

SIZE = 1536
"""How many tokens are learned, before their twins."""
END, START, PAD = "<end>", "<start>", "<pad>"
_COMMON = (
    "subtask|effect|type|task|record|enum|constant|does|compose|use|for|in|if|not|is|at most|at least|exactly|per|from|"
    "before|after|only|both|shape|a|an|the|of|all|every|each|and|it|to|that|with|there|one|first|then|or|where|into|on|as"
)
"""Words that are rarely part of a name. Each forms a token with the space after it."""
_WORDS = rf"(?:{_COMMON}) |[A-Z]?[a-z]{{2,}}?[a-rt-z](?=s(?![a-z]))|[A-Z]?[a-z]+|[A-Z]+|[0-9]|[^A-Za-z0-9]+"


_CAPITAL = re.compile(r"[A-Z](?=[a-z])")
_LONGEST = 10_000
"""The longest word in bytes; a longer one would be unknown."""


def train_tokenizer(texts: Iterable[str], size: int = SIZE) -> Any:
    """Trains a tokenizer on texts; it includes all 256 bytes, so that it can encode any name.

    Up to `size` tokens are learned by byte-pair encoding. A word is then cut into the longest of them, from left to
    right, and not by merging: so does `Vocabulary.split`, in which compositions are written.
    """
    from tokenizers import models
    from transformers import PreTrainedTokenizerFast

    learned: Any = _raw(models.BPE())
    learned.train_from_iterator((_CAPITAL.sub(_in_lower_case, text) for text in texts), _trainer(size))
    tokens = sorted(learned.get_vocab(), key=learned.get_vocab().get)
    tokens += [twin for token in tokens if (twin := capitalised(token)) not in learned.get_vocab()]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    longest: Any = models.WordPiece
    made = _raw(longest(vocabulary, unk_token=PAD, max_input_chars_per_word=_LONGEST, continuing_subword_prefix=""))
    made.add_special_tokens([END, START, PAD])
    wrapped: Any = PreTrainedTokenizerFast
    return wrapped(
        tokenizer_object=made,
        eos_token=END,
        bos_token=START,
        pad_token=PAD,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def _in_lower_case(found: re.Match[str]) -> str:
    return f"_{found[0].lower()}"


def _raw(model: Any) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers

    made: Any = Tokenizer(model)
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    return made


def _trainer(size: int) -> Any:
    from tokenizers import pre_tokenizers, trainers

    return trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END, START, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )


def corpus(seed: int, domains: int = 1500) -> Iterator[str]:
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
    train_tokenizer(corpus(0)).save_pretrained(CHECKPOINT)


if __name__ == "__main__":
    main()
