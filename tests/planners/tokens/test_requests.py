"""A request's state is a value: masks, steps and forced runs follow from it, whatever other requests do."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import numpy as np
import pytest

pytest.importorskip("llguidance")

from p2c_dsl.planners.tokens.bitmask import tokens_of
from p2c_dsl.planners.tokens.canonical import CanonicalTokens
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import IllegalToken, RequestMasks, RequestState
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.tiny import accepted, domain_of

BUDGET = 120


@pytest.fixture(scope="module", params=[TokenAutomaton, CanonicalTokens])
def masks(request: pytest.FixtureRequest) -> RequestMasks:
    tokens = request.param(*domain_of("dinner"), vocabulary_of(tiny.tokenizer()), 256, effort=300)
    return RequestMasks(SemanticMask(tokens), BUDGET)


def walk(masks: RequestMasks, seed: int) -> list[RequestState]:
    """The states of one composition that is drawn from its packed masks, up to its end."""
    choose, states, words = Random(seed), [masks.begin], masks.words(masks.begin)
    while not states[-1].ended:
        after, words = masks.following(states[-1], choose.choice(tokens_of(words).tolist()))
        states.append(after)
    return states


def test_what_is_drawn_from_the_masks_is_accepted(masks: RequestMasks) -> None:
    vocabulary = masks.tokens.vocabulary
    for seed in range(10):
        choose, at, written = Random(seed), masks.begin, list[int]()
        while not at.ended:
            written.append(choose.choice(tokens_of(masks.words(at)).tolist()))
            at = masks.after(at, written[-1])
        text = b"".join(vocabulary.tokens[token] for token in written[:-1]).decode()
        assert accepted("dinner", text) and len(written) == BUDGET - at.left <= BUDGET


def test_earlier_states_stay_what_they_were(masks: RequestMasks) -> None:
    states = walk(masks, 1)
    before = [masks.words(at).copy() for at in states]
    walk(masks, 2)
    assert all(np.array_equal(masks.words(at), words) for at, words in zip(states, before, strict=True))


def test_a_token_that_no_mask_allows_is_refused_and_changes_nothing(masks: RequestMasks) -> None:
    vocabulary = masks.tokens.vocabulary
    for at in walk(masks, 3)[:-1]:
        allowed = set(tokens_of(masks.words(at)).tolist())
        left = len(vocabulary) + 1
        for token in {-1, *range(len(vocabulary) + 2)} - allowed:
            if masks.mask.tokens.is_free(at.state, at.left) and token < left:
                with pytest.raises(IllegalToken):
                    masks.after(at, token)
        assert set(tokens_of(masks.words(at)).tolist()) == allowed


def test_a_special_token_is_not_a_step_that_goes_nowhere(masks: RequestMasks) -> None:
    (silent, *_) = [n for n, written in enumerate(masks.tokens.vocabulary.tokens) if not written]
    with pytest.raises(IllegalToken):
        masks.after(masks.begin, silent)


def test_after_the_end_only_the_end_is_left(masks: RequestMasks) -> None:
    last = walk(masks, 4)[-1]
    end = masks.tokens.vocabulary.end
    assert last.ended and tokens_of(masks.words(last)).tolist() == [end]
    assert masks.after(last, end) == last and masks.forced(last) is None and masks.forced_run(last) == ((), last)


def test_a_forced_run_is_the_only_way_on(masks: RequestMasks) -> None:
    """Each of its tokens is alone in its mask, and at its end there is a choice, or the composition has ended."""
    for at in walk(masks, 5):
        run, reached = masks.forced_run(at)
        for token in run:
            assert tokens_of(masks.words(at)).tolist() == [token]
            at = masks.after(at, token)
        assert at == reached
        assert at.ended or len(tokens_of(masks.words(at))) > 1


def test_a_budget_that_is_too_small_is_told(masks: RequestMasks) -> None:
    needed = masks.tokens.needed(masks.tokens.start)
    RequestMasks(masks.mask, needed)
    with pytest.raises(ValueError, match=f"takes {needed} tokens"):
        RequestMasks(masks.mask, needed - 1)


def test_requests_need_neither_torch_nor_outlines() -> None:
    code = "import sys, p2c_dsl.planners.tokens.known_rows; print({'torch', 'outlines'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
