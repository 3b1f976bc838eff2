"""Tokens are drawn as the masked and renormalised model says, at any temperature, each row from its own seed."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")

import torch
from torch import Tensor

from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.processors import SamplingLogitsProcessor
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.sampling import Sampler
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny

ROWS = 4000
SPEC = "\n".join(
    [*(f"subtask {name}()" for name in ("ask", "book", "call", "drive", "eat")), "task t():", "    steps <= 2"]
)


@pytest.fixture(scope="module")
def mask() -> SemanticMask:
    return SemanticMask(TokenAutomaton(*tiny.spec_of(SPEC), vocabulary_of(tiny.tokenizer()), 256, effort=300))


def sampler(mask: SemanticMask, state: int, temperature: float, seeds: list[str]) -> Sampler:
    return Sampler(RequestMasks(mask, 200, state), temperature, seeds)


def drawn(mask: SemanticMask, state: int, logits: Tensor, temperature: float) -> tuple[Sampler, Tensor]:
    """One token for each of many rows in a state that have equal logits, `(rows,)`."""
    drawing = sampler(mask, state, temperature, [str(seed) for seed in range(ROWS)])
    given = SamplingLogitsProcessor(drawing)(torch.zeros((ROWS, 0), dtype=torch.long), logits.expand(ROWS, -1))
    assert (torch.isfinite(given).sum(-1) == 1).all()
    return drawing, given.argmax(-1)


def choosing(tokens: TokenAutomaton) -> int:
    """The nearest state in which several tokens are allowed. Many ways of cutting a text into tokens meet in one."""
    found, reached = [tokens.start], {tokens.start}
    for state in found:
        if len(allowed := tokens.allowed(state)) >= 5:
            return state
        following = {tokens.step(state, token): None for token in allowed if token != tokens.vocabulary.end}
        found.extend(following.keys() - reached)
        reached.update(following)
    raise AssertionError("no state of this task leaves a choice")


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_tokens_are_drawn_as_often_as_their_probability_says(mask: SemanticMask, temperature: float) -> None:
    state = choosing(mask.tokens)
    allowed = list(mask.tokens.allowed(state))
    assert len(allowed) > 3
    logits = torch.randn(len(mask.tokens.vocabulary), generator=torch.Generator().manual_seed(0))
    drawing, chosen = drawn(mask, state, logits, temperature)
    expected = (logits[allowed] / temperature).softmax(0)
    found = torch.stack([(chosen == token).float().mean() for token in allowed])
    # Four standard errors of a share.
    assert (found - expected).abs().max() < 4 * 0.5 / ROWS**0.5
    policy = logits[allowed].log_softmax(0)
    for row, token in zip(drawing.rows[:50], chosen.tolist(), strict=False):
        assert row.ids == [token]
        assert row.log_probability == pytest.approx(float(policy[allowed.index(token)]), abs=1e-5)


@pytest.mark.parametrize("temperature", [0.0, 1e-40])
def test_at_no_temperature_the_likeliest_is_taken(mask: SemanticMask, temperature: float) -> None:
    state = choosing(mask.tokens)
    logits = torch.randn(len(mask.tokens.vocabulary), generator=torch.Generator().manual_seed(0))
    allowed = torch.tensor(mask.tokens.allowed(state))
    _, chosen = drawn(mask, state, logits, temperature)
    assert (chosen == allowed[logits[allowed].argmax()]).all()


@pytest.mark.parametrize("lowest", [-1e30, -3e38])
def test_what_is_allowed_is_drawn_however_unlikely_it_is(mask: SemanticMask, lowest: float) -> None:
    state = choosing(mask.tokens)
    logits = torch.full((len(mask.tokens.vocabulary),), 80.0)
    allowed = list(mask.tokens.allowed(state))
    logits[allowed] = lowest
    _, chosen = drawn(mask, state, logits, 1.0)
    assert set(chosen.tolist()) <= set(allowed)


def test_a_row_s_numbers_follow_from_its_seed_alone(mask: SemanticMask) -> None:
    state = choosing(mask.tokens)
    logits = torch.zeros(len(mask.tokens.vocabulary))
    _, all_rows = drawn(mask, state, logits, 1.0)
    alone = sampler(mask, state, 1.0, ["17"])
    SamplingLogitsProcessor(alone)(torch.zeros((1, 0), dtype=torch.long), logits.unsqueeze(0))
    assert alone.rows[0].ids == [int(all_rows[17])]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_logits_of_any_precision(mask: SemanticMask, dtype: torch.dtype) -> None:
    processor = SamplingLogitsProcessor(sampler(mask, mask.tokens.start, 1.0, ["a"]))
    given = processor(torch.zeros((1, 0), dtype=torch.long), torch.zeros(1, len(mask.tokens.vocabulary), dtype=dtype))
    assert given.dtype == dtype and torch.isfinite(given).sum() == 1


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_logits_that_are_no_numbers_are_told(mask: SemanticMask, broken: float) -> None:
    processor = SamplingLogitsProcessor(sampler(mask, mask.tokens.start, 1.0, ["a"]))
    with pytest.raises(FloatingPointError, match="not finite"):
        processor(torch.zeros((1, 0), dtype=torch.long), torch.full((1, len(mask.tokens.vocabulary)), broken))


def test_rows_that_do_not_take_what_was_drawn_are_refused(mask: SemanticMask) -> None:
    """As with beams, with speculation, or where the engine samples by itself."""
    state = choosing(mask.tokens)
    one, other, *_ = mask.tokens.allowed(state)
    logits = torch.zeros(1, len(mask.tokens.vocabulary))
    logits[0, one] = 1.0
    processor = SamplingLogitsProcessor(sampler(mask, state, 0.0, ["a"]))
    processor(torch.tensor([[4]]), logits)
    with pytest.raises(ValueError, match="greedy decoding"):
        processor(torch.tensor([[4, other]]), logits)
    with pytest.raises(ValueError, match="1 seeds, but 2 rows"):
        processor(torch.tensor([[4, one]] * 2), logits.expand(2, -1))
