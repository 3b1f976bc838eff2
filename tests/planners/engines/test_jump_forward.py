"""Forced tokens are taken without the model: what is written, and how likely it is, stays the same."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")
pytest.importorskip("llguidance")

import torch
import transformers

from p2c_dsl.planners.engines.jump_forward import FedRows, can_feed, write
from p2c_dsl.planners.language_model import LanguageModelPlanner
from p2c_dsl.planners.tokens.canonical import CanonicalTokens
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.sampling import Sampler
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.tiny import accepted, domain_of

BUDGET = 120
PROMPT = [70, 71, 72, 73, 74]


@cache
def masks(kind: type[TokenAutomaton], name: str) -> RequestMasks:
    tokens = kind(*domain_of(name), vocabulary_of(tiny.tokenizer()), 256, effort=300)
    return RequestMasks(SemanticMask(tokens), BUDGET)


class Counted(torch.nn.Module):
    """A model that counts how often it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.calls = tiny.model(), 0

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    def forward(self, **given: Any) -> Any:
        self.calls += 1
        return self.model(**given)


@torch.inference_mode()
def test_rows_fed_in_pieces_get_the_model_s_own_logits() -> None:
    """Where each token and its place in the row matter: with weights of the tiny model's size, neither does much."""
    model = tiny.model_for(tiny.tokenizer(), seed=3)
    for weights in model.parameters():
        weights.mul_(5)
    choose = torch.Generator().manual_seed(0)
    rows = torch.randint(3, 600, (3, 20), generator=choose).tolist()
    fed, at = FedRows(model, PROMPT, 3), [0, 0, 0]
    for counts in ((3, 0, 1), (1, 6, 2), (5, 1, 1)):
        pieces = [row[place : place + count] for row, place, count in zip(rows, at, counts, strict=True)]
        at = [place + count for place, count in zip(at, counts, strict=True)]
        found = fed.feed(pieces)
        for number, (row, place) in enumerate(zip(rows, at, strict=True)):
            expected = model(input_ids=torch.tensor([[*PROMPT, *row[:place]]])).logits[0, -1]
            assert torch.allclose(found[number], expected, atol=1e-4 * float(expected.std()))
    fed.keep([2, 0])
    found = fed.feed([[9], [8, 7]])
    for number, row in enumerate(([*rows[2][: at[2]], 9], [*rows[0][: at[0]], 8, 7])):
        expected = model(input_ids=torch.tensor([[*PROMPT, *row]])).logits[0, -1]
        assert torch.allclose(found[number], expected, atol=1e-4 * float(expected.std()))


@pytest.mark.parametrize("kind", [TokenAutomaton, CanonicalTokens])
@pytest.mark.parametrize("temperature", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("name", ["dinner", "deletion"])
def test_rows_are_the_same_without(kind: type[TokenAutomaton], temperature: float, name: str) -> None:
    for prompt in (PROMPT, PROMPT[:1]):
        with_jumps, without = (Sampler(masks(kind, name), temperature, [*"abcdef"]) for _ in range(2))
        write(tiny.model(), prompt, with_jumps)
        write(tiny.model(), prompt, without, jump=False)
        for row, other in zip(with_jumps.rows, without.rows, strict=True):
            assert row.ids == other.ids and row.at.ended
            assert row.log_probability == pytest.approx(other.log_probability, abs=1e-3)


@pytest.mark.parametrize("name", ["dinner", "deletion"])
def test_they_are_those_of_the_engine_s_own_generation(name: str) -> None:
    for temperature in (0.0, 1.0):
        ours, theirs = (
            LanguageModelPlanner(
                tiny.model(), tiny.tokenizer(), BUDGET, temperature=temperature, best_of=5, jump_forward=jump
            ).candidates(*domain_of(name))
            for jump in (True, False)
        )
        assert [c.tokens for c in ours] == [c.tokens for c in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert one.log_probability == pytest.approx(other.log_probability, abs=1e-3)


def test_the_model_is_asked_once_for_each_choice() -> None:
    asked, model = masks(CanonicalTokens, "dinner"), Counted()
    sampler = Sampler(asked, 1.0, ["a"])
    write(model, PROMPT, sampler)
    (row,), at, choices = sampler.rows, asked.begin, 0
    for token in row.ids:
        choices += asked.forced(at) is None
        at = asked.after(at, token)
    # The first call reads the prompt.
    assert model.calls == choices + 1 and choices < len(row.ids) / 2


def test_forced_tokens_are_certain() -> None:
    """So that skipping them changes no probability: the masked model gives each of them 1."""
    asked = masks(CanonicalTokens, "dinner")
    sampler = Sampler(asked, 1.0, ["a"])
    write(tiny.model(), PROMPT, sampler)
    at = asked.begin
    for token in sampler.rows[0].ids:
        if asked.forced(at) is not None:
            logits = torch.randn(1, len(tiny.tokenizer()))
            assert asked.masked(logits, [at]).softmax(-1)[0, token] == 1
        at = asked.after(at, token)


def with_windows() -> Any:
    """A model whose tokens see only a few tokens before them."""
    config = transformers.MistralConfig(
        vocab_size=len(tiny.tokenizer()), hidden_size=32, intermediate_size=64, num_hidden_layers=1, sliding_window=4
    )
    config.num_attention_heads = config.num_key_value_heads = 2
    return transformers.MistralForCausalLM(config).eval()


def with_a_recurrence() -> Any:
    """A model whose memory is a state and not attention."""
    config = transformers.MambaConfig(vocab_size=len(tiny.tokenizer()), hidden_size=16, num_hidden_layers=1)
    return transformers.MambaForCausalLM(config).eval()


@pytest.mark.parametrize("make", [with_windows, with_a_recurrence])
def test_models_that_cannot_skip_are_asked_for_each_token(make: Any) -> None:
    torch.manual_seed(0)
    model = make()
    assert can_feed(tiny.model()) and not can_feed(model)
    model.generation_config.pad_token_id = model.generation_config.eos_token_id = tiny.tokenizer().eos_token_id
    planner = LanguageModelPlanner(model, tiny.tokenizer(), BUDGET, best_of=2)
    assert all(accepted("dinner", candidate.text) for candidate in planner.candidates(*domain_of("dinner")))
