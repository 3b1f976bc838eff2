"""One distribution under the mask, in sampling, scoring and the gradient; forced moves are no decisions."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.policy.masking import MaskTable, entropy, masked_log_probs
from p2c_dsl.planners.rl.ppo import gradients, trainable
from tests.planners.rl.scored import gradient, rows_of, scored_log_probs
from tests.planners.rl.toy import (
    LETTERS,
    PLAIN,
    REWARDS,
    Dialogue,
    Liking,
    alone,
    by_hand,
    codec,
    every_word,
    policy,
    prepared,
    sampled,
    words,
)


def test_the_first_ratio_is_1() -> None:
    made = policy()
    rollout = sampled(made, environments=[Liking(), Liking("other", "ddddddd"), Dialogue()])
    batch = prepared(made, rollout)
    for piece in pieces(rollout, rows_of(rollout), 8):
        ratio = (piece.score(made).log_probs - piece.of(batch.old)).exp()
        assert (ratio - 1).abs().max() < 1e-5


def test_the_first_ratio_is_1_whatever_mode_the_model_is_in() -> None:
    made = policy(attention_dropout=0.5)
    rollout = sampled(made)
    made.train()
    assert (scored_log_probs(made, rollout) - rollout.log_probs).abs().max() < 1e-5


def test_the_kl_to_the_reference_is_0_at_first() -> None:
    made = policy()
    batch = prepared(made, sampled(made), PLAIN.changed(kl_weight=0.1), reference=deepcopy(made))
    assert batch.kl.abs().max() < 1e-5


def test_the_kl_to_the_reference_is_that_of_what_is_legal() -> None:
    made = policy()
    reference = policy(1, made.masks)
    rollout = every_word(made)
    kl = prepared(made, rollout, PLAIN.changed(recompute=True), reference).kl.sum(1)
    for row, episode in enumerate(rollout.episodes):
        ours, theirs = (torch.stack(by_hand(p, episode.prompt, episode.tokens)).sum() for p in (made, reference))
        assert kl[row] == pytest.approx((ours - theirs).item(), abs=1e-5)


def test_the_probabilities_of_all_words_add_up_to_1() -> None:
    made = policy()
    found = scored_log_probs(made, every_word(made)).sum(1).exp()
    assert found.sum() == pytest.approx(1, abs=1e-6)
    expected = [float(sum(by_hand(made, codec().encode("abcde"), word)).exp()) for word in words()]
    assert found.tolist() == pytest.approx(expected, abs=1e-6)


def test_the_gradient_is_that_of_the_expected_reward() -> None:
    made = policy()
    rollout = every_word(made)
    prompt = codec().encode("abcde")

    expected = torch.zeros(())
    for episode in rollout.episodes:
        probability = torch.stack(by_hand(made, prompt, episode.tokens)).sum().exp()
        expected = expected + probability * REWARDS[codec().text(episode.tokens)]
    made.zero_grad()
    expected.backward()
    for parameter in trainable(made):
        parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
    exact = gradient(made)

    batch = prepared(made, rollout, PLAIN.changed(recompute=True))
    torch.nn.init.zeros_(made.value_head.outer.weight)
    probability = scored_log_probs(made, rollout).sum(1, keepdim=True).exp()
    reward = torch.tensor([REWARDS[codec().text(e.tokens)] for e in rollout.episodes]).unsqueeze(1)
    weighed = probability * reward * rollout.decisions * rollout.decisions.sum()
    batch = replace(batch, advantages=weighed)
    gradients(made, batch, rows_of(rollout), PLAIN, alone)
    assert (gradient(made) + exact).abs().max() < 1e-5


def test_a_masked_logit_has_no_gradient_at_all() -> None:
    logits = torch.randn(5, 7, requires_grad=True)
    legal = torch.rand(5, 7) < 0.5
    legal[:, 0] = True
    found = masked_log_probs(logits, legal)
    (found[:, 0].sum() + entropy(found, legal).sum()).backward()
    assert logits.grad is not None
    assert (logits.grad[~legal] == 0).all() and torch.isfinite(logits.grad).all()
    assert logits.grad[legal].abs().max() > 0


def test_what_is_masked_has_no_probability() -> None:
    logits, legal = torch.randn(4, 7), torch.tensor([[True, False, True, False, False, True, False]] * 4)
    found = masked_log_probs(logits, legal).exp()
    assert (found[~legal] == 0).all() and found.sum(1).tolist() == pytest.approx([1] * 4)


def test_an_empty_set_of_legal_tokens_is_an_error() -> None:
    legal = torch.tensor([[True, False], [False, False]])
    with pytest.raises(ValueError, match="nothing is legal"):
        masked_log_probs(torch.zeros(2, 2), legal)


def test_a_mask_without_a_token_is_an_error() -> None:
    space = Liking().space
    space.table[2] = 0
    with pytest.raises(ValueError, match="nothing is legal"):
        MaskTable(len(LETTERS), torch.device("cpu")).number(space, 2)


def test_the_same_space_walked_another_way_has_its_own_masks() -> None:
    table = MaskTable(len(LETTERS), torch.device("cpu"))
    one, other = Liking().space, Liking().space
    assert one.digest == other.digest
    other.table[[0, 2]] = other.table[[2, 0]]
    numbers = torch.tensor([table.number(space, row) for space in (one, other) for row in range(3)])
    allowed = table.legal(numbers)
    assert (allowed[:3] == allowed[[5, 4, 3]]).all() and (allowed[0] != allowed[2]).any()


def test_the_entropy_of_uniform_logits_is_the_logarithm_of_how_many_are_legal() -> None:
    legal = torch.tensor([[True] * n + [False] * (7 - n) for n in range(1, 8)])
    found = entropy(masked_log_probs(torch.full((7, 7), 3.0), legal), legal)
    assert found.tolist() == pytest.approx([math.log(n) for n in range(1, 8)], abs=1e-6)


def test_a_forced_move_has_log_probability_and_entropy_0() -> None:
    legal = torch.tensor([[False, True, False]] * 3)
    found = masked_log_probs(torch.tensor([[9.0, -30.0, 5.0], [0.0, 1e4, 0.0], [1.0, 2.0, 3.0]]), legal)
    assert found[:, 1].tolist() == [0, 0, 0] and entropy(found, legal).tolist() == [0, 0, 0]


def test_forced_moves_and_context_are_no_decisions() -> None:
    made = policy()
    rollout = every_word(made)
    for row, episode in enumerate(rollout.episodes):
        word = codec().text(episode.tokens)
        free = [True, word[0] == "b", True, False][: len(episode.tokens)]
        assert rollout.decisions[row, : len(episode.tokens)].tolist() == free
        assert not rollout.decisions[row, len(episode.tokens) :].any()
    talk = sampled(made, 8, [Dialogue()])
    for row, episode in enumerate(talk.episodes):
        inside = [p for part in episode.written for p in range(part.start, part.stop)]
        outside = sorted(set(range(talk.tokens.shape[1])) - set(inside))
        assert not talk.decisions[row, outside].any() and talk.decisions[row, inside].any()


def test_only_decisions_are_divided_by() -> None:
    made = policy()
    rollout = sampled(made)
    found = gradients(made, prepared(made, rollout), rows_of(rollout), PLAIN.changed(entropy_weight=0.1), alone)
    total = 0.0
    for piece in pieces(rollout, rows_of(rollout), 64):
        total += float(piece.score(made).entropy.sum())
    decided = sum(
        len([t for t in ([True, w[0] == "b", True, False][: len(w) + 1]) if t])
        for w in (codec().text(e.tokens) for e in rollout.episodes)
    )
    assert found["losses/entropy"] == pytest.approx(total / decided, abs=1e-6)
