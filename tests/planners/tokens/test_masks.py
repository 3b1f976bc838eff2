"""The masks of states: what they leave of logits, and what they write into an engine's bitmask."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("llguidance")

import numpy as np
import torch

from p2c_dsl.planners.tokens.masks import DeadEnd, SemanticMask
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.tiny import domain_of


@pytest.fixture(scope="module")
def tokens() -> TokenAutomaton:
    return TokenAutomaton(*domain_of("dinner"), vocabulary_of(tiny.tokenizer()), 256, effort=300)


def test_what_is_not_allowed_has_no_probability_and_the_rest_keeps_its_logits(tokens: TokenAutomaton) -> None:
    logits = torch.randn(3, len(tiny.tokenizer()))
    masked = SemanticMask(tokens).masked(logits, [tokens.start, None, tokens.start], 10_000)
    allowed = torch.zeros(len(tiny.tokenizer()), dtype=torch.bool)
    allowed[list(tokens.allowed(tokens.start))] = True
    assert torch.equal(masked[0, allowed], logits[0, allowed]) and torch.isinf(masked[0, ~allowed]).all()
    assert torch.isfinite(masked[1]).nonzero().tolist() == [[tiny.tokenizer().eos_token_id]]


def test_a_batch_s_bitmask_is_filled_with_what_its_states_allow(tokens: TokenAutomaton) -> None:
    mask = SemanticMask(tokens)
    bitmask = np.full((3, mask.table.shape[1]), -1, np.int32)
    for _ in range(2):
        mask.fill_next_token_bitmask(bitmask, [tokens.start, None, tokens.start], 10_000)
        bits = np.unpackbits(bitmask.view(np.uint8), axis=1, bitorder="little")
        rows = [tuple(np.flatnonzero(row)) for row in bits]
        assert rows == [tokens.allowed(tokens.start), (tokens.vocabulary.end,), tokens.allowed(tokens.start)]
    assert len(mask) == 2


@pytest.mark.parametrize("left", [10_000, 256])
def test_a_state_that_allows_nothing_is_called_a_dead_end(
    tokens: TokenAutomaton, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a fault of the decoder, and so is not laid at the model's door."""
    monkeypatch.setattr(tokens, "allowed", lambda state: ())
    monkeypatch.setattr(tokens, "within", lambda state, left: ())
    with pytest.raises(DeadEnd, match="fault of the decoder"):
        SemanticMask(tokens).masked(torch.zeros(1, len(tiny.tokenizer())), [tokens.start], left)


def test_too_few_tokens_are_no_dead_end(tokens: TokenAutomaton) -> None:
    with pytest.raises(ValueError, match="1 tokens are left"):
        SemanticMask(tokens).row(tokens.start, 1)


def test_masks_are_read_without_torch() -> None:
    """So that an engine that does without torch can use them."""
    code = "import sys, p2c_dsl.planners.tokens.masks; print({'torch', 'outlines'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
