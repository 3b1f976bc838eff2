"""Tokenizers unlike the usual ones write accepted compositions, too, or are refused."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")
pytest.importorskip("llguidance")

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from p2c_dsl.planners.language_model import LanguageModelPlanner
from tests.planners import tiny
from tests.planners.tiny import accepted, domain_of


def bytes_alone() -> Any:
    """No merges at all: each byte is a token."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({t: i for i, t in enumerate(["<end>", "<pad>", *alphabet])}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    return tiny.wrapped(made)


def sentence_pieces() -> Any:
    """Metaspaces for blanks, bytes for what is in no piece."""
    pieces = [
        "▁",
        "▁compose",
        "com",
        "pose",
        "▁for",
        "▁in",
        "ask",
        "_",
        "pre",
        "ference",
        "user",
        "users",
        "table",
    ]
    pieces += ["▁=", "over", "lap", "▁▁▁▁", "▁▁▁▁▁▁▁▁", ":", "s"]
    single = [f"<0x{byte:02X}>" for byte in range(256)]
    scores = [
        ("<unk>", 0.0),
        ("<end>", 0.0),
        ("<pad>", 0.0),
        *((p, -1.0) for p in pieces),
        *((b, -9.0) for b in single),
    ]
    made = Tokenizer(models.Unigram(scores, unk_id=0, byte_fallback=True))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return tiny.wrapped(made, unk_token="<unk>", clean_up_tokenization_spaces=True)


@pytest.mark.parametrize("make", [bytes_alone, sentence_pieces])
def test_odd_tokenizers(make: Any) -> None:
    words = make()
    odd = LanguageModelPlanner(tiny.model_for(words), words, 400, temperature=2.0, best_of=2)
    for candidate in odd.candidates(*domain_of("dinner")):
        assert accepted("dinner", candidate.text), candidate.text


def test_a_tokenizer_that_cannot_write_a_name_is_told_so() -> None:
    made = Tokenizer(models.BPE({t: i for i, t in enumerate(["<end>", "<pad>", *"abc"])}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    words = tiny.wrapped(made)
    with pytest.raises(ValueError, match="lacks that byte"):
        LanguageModelPlanner(tiny.model_for(words), words).plan(*domain_of("dinner"))
