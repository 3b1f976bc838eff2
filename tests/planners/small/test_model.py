"""The small planner: its architecture, its tokenizer, and its checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("llguidance")

import torch

from p2c_dsl.lint import lint_text
from p2c_dsl.planners.language_model import LanguageModelPlanner
from p2c_dsl.planners.small import CHECKPOINT, fresh, load
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from p2c_dsl.resolve import load as load_spec
from tests.planners.forms import EXAMPLES


@pytest.fixture(scope="module")
def untrained() -> tuple[Any, Any]:
    return fresh(3)


def test_equal_seeds_give_equal_weights(untrained: tuple[Any, Any]) -> None:
    same, other = fresh(3)[0].state_dict(), fresh(4)[0].state_dict()
    weights = untrained[0].state_dict()
    assert all(torch.equal(same[name], weight) for name, weight in weights.items())
    assert not torch.equal(other["model.embed_tokens.weight"], weights["model.embed_tokens.weight"])


def test_making_one_leaves_the_random_state_unchanged() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    fresh(0)
    assert torch.equal(torch.rand(3), expected)


def test_it_has_a_few_million_parameters(untrained: tuple[Any, Any]) -> None:
    assert 1e6 < sum(weight.numel() for weight in untrained[0].parameters()) < 5e6


def test_the_tokenizer_encodes_any_text(untrained: tuple[Any, Any]) -> None:
    tokenizer = untrained[1]
    written = vocabulary_of(tokenizer)
    for text in (
        "for übermut in tables:\n    x2 = größe(übermut)",
        "日本語 → 🜁",
        "".join(map(chr, range(128))),
    ):
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        assert b"".join(written.tokens[token] for token in ids) == text.encode()


def test_a_word_has_the_same_tokens_wherever_it_occurs(untrained: tuple[Any, Any]) -> None:
    tokenizer = untrained[1]
    for word in ("preference", "velmout"):
        own = tokenizer.encode(word)
        for before, after in (("ask a ", " now"), ("ask_", "(user)"), ("(", ", user)")):
            whole = tokenizer.encode(f"{before}{word}{after}")
            assert whole == [*tokenizer.encode(before), *own, *tokenizer.encode(after)]


def test_without_a_checkpoint_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"p2c_dsl\.planners.small\.train"):
        load(tmp_path)


def test_the_checkpoint_is_small() -> None:
    assert sum(path.stat().st_size for path in CHECKPOINT.iterdir()) < 8_000_000


def test_the_checkpoint_has_the_architecture_of_a_fresh_one(untrained: tuple[Any, Any]) -> None:
    model, tokenizer = load()
    shapes = {name: weight.shape for name, weight in untrained[0].state_dict().items()}
    assert {name: weight.shape for name, weight in model.state_dict().items()} == shapes
    assert tokenizer.get_vocab() == untrained[1].get_vocab()


def test_the_checkpoint_plans_what_it_was_not_trained_on() -> None:
    spec = load_spec(EXAMPLES / "dinner" / "dinner.p2c").spec
    text = LanguageModelPlanner(*load()).plan(spec, spec.tasks["book_dinner"])
    whole = f'use "dinner.p2c"\n{text}'
    assert lint_text(whole, "plan.p2c", EXAMPLES / "dinner", counterexamples=False).accepted
