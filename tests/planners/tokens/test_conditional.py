"""Compositions are drawn as often as the model's own distribution over accepted ones says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import exp, log
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from p2c_dsl.planners.tokens.conditional import ConditionalSampler, Following
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from tests.planners.enumerable import SPECS, spec_of

DRAWS = 10_000
BUDGET = 130
BYTES = Vocabulary([b"", *(bytes([number]) for number in range(256))], 0)


class Weights:
    """A model of random weights whose logits depend on the last three tokens."""

    def __init__(self, words: int, seed: int, spread: float) -> None:
        self._words, self._seed, self._spread = words, seed, spread
        self.asked = Counter[tuple[int, ...]]()

    def __call__(self, ids: Sequence[int]) -> NDArray[np.float64]:
        self.asked[tuple(ids)] += 1
        seeds = [self._seed, *(token + 1 for token in ids[-3:])]
        return np.random.default_rng(seeds).normal(0, self._spread, self._words)


def all_texts(tokens: TokenAutomaton, model: Following, budget: int) -> dict[tuple[int, ...], float]:
    """All accepted sequences of tokens, with the logarithms of their probabilities."""

    def after(state: int, ids: tuple[int, ...], log_prob: float) -> Iterator[tuple[tuple[int, ...], float]]:
        logits = model(ids)
        log_probs = logits - np.logaddexp.reduce(logits)
        for token in tokens.within(state, budget - len(ids)):
            here = (*ids, token), log_prob + float(log_probs[token])
            if token == tokens.vocabulary.end:
                yield here
            else:
                yield from after(tokens.step(state, token), *here)

    return dict(after(tokens.start, (), 0.0))


def masked_distribution(tokens: TokenAutomaton, model: Weights) -> dict[tuple[int, ...], float]:
    """How probable each accepted sequence is where the model is masked at every token."""

    def probability(ids: tuple[int, ...]) -> float:
        state, found = tokens.start, 1.0
        for place, token in enumerate(ids):
            allowed = tokens.within(state, BUDGET - place)
            logits = model(ids[:place])[list(allowed)]
            found *= float(np.exp(logits[allowed.index(token)] - np.logaddexp.reduce(logits)))
            state = state if token == tokens.vocabulary.end else tokens.step(state, token)
        return found

    return {ids: probability(ids) for ids in all_texts(tokens, model, BUDGET)}


def masks(tokens: TokenAutomaton) -> RequestMasks:
    return RequestMasks(SemanticMask(tokens), BUDGET)


def conditional(texts: dict[tuple[int, ...], float]) -> dict[tuple[int, ...], float]:
    """Their probabilities, given that one of them is written."""
    total = np.logaddexp.reduce(list(texts.values()))
    return {ids: exp(value - total) for ids, value in texts.items()}


def divergence(found: Counter[tuple[int, ...]], expected: dict[tuple[int, ...], float]) -> float:
    """The Kullback-Leibler divergence of what was drawn from what was expected, in nats."""
    draws = found.total()
    return sum(times / draws * log(times / draws / expected[ids]) for ids, times in found.items())


@pytest.fixture(scope="module", params=SPECS)
def tokens(request: pytest.FixtureRequest) -> TokenAutomaton:
    return TokenAutomaton(*spec_of(request.param), BYTES, BUDGET)


def test_draws_follow_the_conditional_distribution(tokens: TokenAutomaton) -> None:
    model = Weights(len(tokens.vocabulary), 1, 0.5)
    expected = conditional(all_texts(tokens, model, BUDGET))
    sampler, random = ConditionalSampler(masks(tokens), model), Random(0)
    draws = [sampler.draw(random, attempts=10_000) for _ in range(DRAWS)]
    assert all(draw.exact for draw in draws)
    # The expected divergence of a sample from its own distribution is half the degrees of freedom over its size.
    noise = (len(expected) - 1) / (2 * DRAWS)
    assert divergence(Counter(draw.ids for draw in draws), expected) < 3 * noise + 1e-3


def test_a_mask_alone_does_not(tokens: TokenAutomaton) -> None:
    model = Weights(len(tokens.vocabulary), 1, 2.0)
    expected, masked = conditional(all_texts(tokens, model, BUDGET)), masked_distribution(tokens, model)
    assert masked.keys() == expected.keys()
    assert sum(p * log(p / masked[ids]) for ids, p in expected.items()) > 0.01


def test_what_is_lost_is_never_drawn_again(tokens: TokenAutomaton) -> None:
    model = Weights(len(tokens.vocabulary), 2, 0.2)
    texts = all_texts(tokens, model, BUDGET)
    model.asked.clear()
    sampler, random = ConditionalSampler(masks(tokens), model), Random(1)
    bounds, seen = [0.0], set[tuple[int, ...]]()
    for _ in range(500):
        seen.add(sampler.draw(random, attempts=10_000).ids)
        bounds.append(sampler.log_accepted)
    assert bounds == sorted(bounds, reverse=True)
    assert set(model.asked.values()) == {1}
    accepted = np.logaddexp.reduce(list(texts.values()))
    if len(seen) == len(texts):
        # All there is has been seen.
        assert bounds[-1] == pytest.approx(accepted)
        assert sampler.draw(random).rejected == 0
    assert bounds[-1] >= accepted - 1e-9


def test_a_draw_says_how_probable_it_is(tokens: TokenAutomaton) -> None:
    model = Weights(len(tokens.vocabulary), 3, 1.0)
    texts = all_texts(tokens, model, BUDGET)
    sampler = ConditionalSampler(masks(tokens), model)
    for seed in range(20):
        draw = sampler.draw(Random(seed))
        assert draw.log_probability == pytest.approx(texts[draw.ids])


def test_without_patience_proposals_are_weighed_and_it_says_so(tokens: TokenAutomaton) -> None:
    model = Weights(len(tokens.vocabulary), 1, 0.5)
    expected, masked = conditional(all_texts(tokens, model, BUDGET)), masked_distribution(tokens, model)
    found = Counter[tuple[int, ...]]()
    for seed in range(100):
        draw = ConditionalSampler(masks(tokens), model).draw(Random(seed), attempts=0, proposals=30)
        assert not draw.exact and draw.effective is not None and 1 <= draw.effective <= 30
        found[draw.ids] += 1
    noise = (len(expected) - 1) / (2 * 100)
    assert divergence(found, expected) < 3 * noise + 0.02
    assert found.keys() <= masked.keys()


def test_temperature_sharpens_the_distribution_before_it_is_conditioned() -> None:
    tokens = TokenAutomaton(*spec_of("order"), BYTES, BUDGET)
    model = Weights(len(tokens.vocabulary), 1, 0.5)
    expected = conditional(all_texts(tokens, lambda ids: model(ids) / 0.5, BUDGET))
    sampler, random = ConditionalSampler(masks(tokens), model, temperature=0.5), Random(0)
    found = Counter(sampler.draw(random, attempts=10_000).ids for _ in range(DRAWS))
    assert divergence(found, expected) < 3 * (len(expected) - 1) / (2 * DRAWS) + 1e-3


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
def test_logits_that_are_not_numbers_are_told(broken: float) -> None:
    tokens = TokenAutomaton(*spec_of("order"), BYTES, BUDGET)
    sampler = ConditionalSampler(masks(tokens), lambda ids: np.full(len(BYTES), broken))
    with pytest.raises(FloatingPointError, match="not finite"):
        sampler.draw(Random(0))


def test_a_temperature_that_cannot_be_is_refused() -> None:
    tokens = TokenAutomaton(*spec_of("order"), BYTES, BUDGET)
    model = Weights(len(tokens.vocabulary), 1, 0.5)
    with pytest.raises(ValueError, match="above 0"):
        ConditionalSampler(masks(tokens), model, temperature=0)
