"""Masks on numpy arrays, as llama-cpp-python calls for them."""

from __future__ import annotations

import subprocess
import sys
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("llguidance")

from p2c_dsl.planners.engines.numpy_processor import NumpyLogitsProcessor, vocabulary_of_llama
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.engines.doubles import llama_generate
from tests.planners.tiny import accepted, domain_of

BUDGET = 120


@pytest.fixture(scope="module")
def tokens() -> TokenAutomaton:
    return TokenAutomaton(*domain_of("dinner"), vocabulary_of(tiny.tokenizer()), 256, effort=300)


def text(tokens: TokenAutomaton, ids: list[int]) -> str:
    return b"".join(tokens.vocabulary.tokens[i] for i in ids if i != tokens.vocabulary.end).decode()


def test_one_generation_after_another_with_any_prompts(tokens: TokenAutomaton) -> None:
    processor, random, width = NumpyLogitsProcessor(tokens, BUDGET), Random(0), len(tokens.vocabulary)
    for prompt in ([5], [5], [5, 6, 7, 8], list(range(40, 90)), [5, 6]):
        ids = llama_generate(processor, prompt, width, tokens.vocabulary.end, BUDGET, random)
        assert ids[-1] == tokens.vocabulary.end and accepted("dinner", text(tokens, ids))


def test_a_model_with_more_scores_than_tokens(tokens: TokenAutomaton) -> None:
    width = len(tokens.vocabulary) + 70
    ids = llama_generate(NumpyLogitsProcessor(tokens, BUDGET), [5], width, tokens.vocabulary.end, BUDGET, Random(1))
    assert accepted("dinner", text(tokens, ids))


def test_a_batch_of_rows_is_masked_row_by_row(tokens: TokenAutomaton) -> None:
    processor, first = NumpyLogitsProcessor(tokens, BUDGET), tokens.allowed(tokens.start)[0]
    scores = np.random.default_rng(0).normal(size=(2, len(tokens.vocabulary))).astype(np.float32)
    processor(np.array([[5], [6]]), scores)
    masked = processor(np.array([[5, first], [6, first]]), scores)
    allowed = list(tokens.allowed(tokens.step(tokens.start, first)))
    assert masked.dtype == scores.dtype and np.array_equal(np.flatnonzero(np.isfinite(masked[1])), allowed)
    assert np.array_equal(masked[0, allowed], scores[0, allowed])


@pytest.mark.parametrize("draft", [1, 4])
def test_a_draft_model_ends_the_text_and_is_told(
    draft: int, tokens: TokenAutomaton, capsys: pytest.CaptureFixture[str]
) -> None:
    """llama-cpp-python goes on after an exception, so that nothing must be written after it."""
    processor, end = NumpyLogitsProcessor(tokens, BUDGET), tokens.vocabulary.end
    ids = llama_generate(processor, [5, 6], len(tokens.vocabulary), end, BUDGET, Random(0), draft)
    assert ids[-1] == end and len(ids) == 2
    assert "speculative decoding" in capsys.readouterr().out
    with pytest.raises(ValueError, match="speculative decoding"):
        processor(np.array([5, 6, ids[0]]), np.zeros(len(tokens.vocabulary), np.float32))
    processor.reset()
    ids = llama_generate(processor, [5, 6], len(tokens.vocabulary), end, BUDGET, Random(0))
    assert accepted("dinner", text(tokens, ids))


def test_the_vocabulary_of_a_llama(tokens: TokenAutomaton) -> None:
    known = tokens.vocabulary
    llama = SimpleNamespace(
        n_vocab=lambda: len(known), token_eos=lambda: known.end, detokenize=lambda ids: known.tokens[ids[0]]
    )
    assert vocabulary_of_llama(llama).digest == known.digest


def test_it_needs_neither_torch_nor_outlines() -> None:
    code = "import sys, p2c_dsl.planners.engines.numpy_processor; "
    code += "print({'torch', 'outlines', 'transformers', 'llguidance'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
