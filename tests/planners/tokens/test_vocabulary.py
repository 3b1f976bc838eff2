"""Tokenizers of all kinds as bytes: what is sampled under the mask comes back from their own `decode` as it is."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

pytest.importorskip("llguidance")
pytest.importorskip("transformers")

import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of
from tests.planners.forms import EXAMPLES, at_most, domain, form_of_text

TEXTS = [p.read_text() for p in sorted(EXAMPLES.glob("d*/**/*.p2c"))]


def fast(made: Tokenizer, **options: Any) -> Any:
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>", **options)


def byte_level() -> Any:
    """As GPT-2 and Qwen; its end token stands in the middle, and some tokens were added later."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=420, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(TEXTS, trainer)
    made.add_special_tokens(["<end>", "<tool>"])
    tokenizer = fast(made)
    tokenizer.add_tokens(["book_table(", "):\n    ", AddedToken("users", normalized=False)])
    return tokenizer


def sentence_piece(*, fallback: bool = True) -> Any:
    """As Llama 2: spaces are `▁`, and bytes that have no token of their own are spelled out."""
    letters = sorted({c for text in TEXTS for c in text if c.isalpha() or c in "_(){}[]=:,.▁"} - {"z"})
    words = ["▁", "▁▁", "▁▁▁▁", "▁=", "user", "▁use", "rs", "):", *letters]
    pieces = ["<unk>", "<s>", "<end>", *(f"<0x{b:02X}>" for b in range(256 if fallback else 0)), *words]
    vocab = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    made = Tokenizer(models.BPE(vocab, [], unk_token="<unk>", byte_fallback=fallback))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=False)
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return fast(made, bos_token="<s>", unk_token="<unk>")


def word_level() -> Any:
    """Whole words, which its decoder writes one right after the other."""
    signs = [bytes([b]).decode() for b in range(10, 127)]
    words = ["<end>", "<unk>", "compose ", "book_dinner", "ask_preference(", "    ", *signs]
    made = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="<unk>"))
    made.decoder = decoders.Fuse()
    return fast(made, unk_token="<unk>")


@pytest.mark.parametrize("make", [byte_level, sentence_piece, word_level])
def test_what_is_written_comes_back_from_decode(make: Any) -> None:
    tokenizer = make()
    loaded, task = domain("dinner")
    tokens = TokenAutomaton(loaded.spec, task, vocabulary_of(tokenizer), 400, [at_most(5)], effort=50)
    special = set(tokenizer.all_special_ids) - {tokenizer.eos_token_id}
    for seed in range(12):
        random, state, path = Random(seed), tokens.start, list[int]()
        while not path or path[-1] != tokenizer.eos_token_id:
            allowed = tokens.within(state, 300 - len(path))
            assert allowed and special.isdisjoint(allowed)
            path.append(random.choice(allowed))
            if path[-1] != tokenizer.eos_token_id:
                state = tokens.step(state, path[-1])
        form_of_text(loaded.spec, tokenizer.decode(path, skip_special_tokens=True))


def test_added_tokens_are_written_and_special_ones_are_not() -> None:
    tokenizer = byte_level()
    vocabulary = vocabulary_of(tokenizer)
    ids = tokenizer.convert_tokens_to_ids(["book_table(", "):\n    ", "users", "<tool>", "<end>"])
    assert [vocabulary.tokens[n] for n in ids] == [b"book_table(", b"):\n    ", b"users", b"", b""]
    assert vocabulary.end == ids[-1] < len(vocabulary) - 1


def test_tokens_with_the_same_bytes_are_allowed_together() -> None:
    tokenizer = sentence_piece()
    vocabulary = vocabulary_of(tokenizer)
    same = [n for n, token in enumerate(vocabulary.tokens) if token == b"c"]
    loaded, task = domain("dinner")
    tokens = TokenAutomaton(loaded.spec, task, vocabulary, 400, [at_most(5)], effort=50)
    assert len(same) == 2 and set(same) <= set(tokens.allowed(tokens.start))
    assert len({tokens.step(tokens.start, n) for n in same}) == 1


def test_a_tokenizer_that_lacks_a_letter_is_refused_with_the_letter() -> None:
    loaded, task = domain("dinner")
    with pytest.raises(ValueError, match="lacks that byte"):
        TokenAutomaton(loaded.spec, task, vocabulary_of(sentence_piece(fallback=False)), 400, [at_most(5)])


def test_a_tokenizer_that_puts_spaces_between_words_is_refused() -> None:
    for made in (
        Tokenizer(models.WordLevel({"<end>": 0, "<unk>": 1, "compose": 2, "users": 3}, unk_token="<unk>")),
        Tokenizer(models.WordPiece({"<end>": 0, "<unk>": 1, "com": 2, "##pose": 3}, unk_token="<unk>")),
    ):
        if isinstance(made.model, models.WordPiece):
            made.decoder = decoders.WordPiece()
        with pytest.raises(ValueError, match="one right after the other"):
            vocabulary_of(fast(made, unk_token="<unk>"))


def test_the_trie_holds_each_token_where_its_bytes_lead() -> None:
    random = Random(0)
    tokens = [b"", *(bytes(random.choices(b"abc", k=random.randint(1, 5))) for _ in range(300))]
    vocabulary = Vocabulary(tokens, end=0)
    for number, token in enumerate(tokens[1:], start=1):
        branch = vocabulary.root
        for byte in token:
            branch = branch.children[byte]
        assert number in branch.ids and all(tokens[n] == token for n in branch.ids)
