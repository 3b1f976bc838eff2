"""The update: its losses, its pieces, and the same in several processes."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from copy import deepcopy

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from torch import Tensor

from p2c_dsl.planners.rl.advantages import normalised
from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.ppo import gradients, losses, minibatches, trainable, update
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.planners.rl.trainer import Trainer
from tests.planners.rl.scored import apart, gradient, rows_of
from tests.planners.rl.toy import (
    PLAIN,
    Dialogue,
    Liking,
    alone,
    codec,
    every_word,
    model,
    policy,
    prepared,
    sampled,
)


def in_ranks(work: Callable[[int, Callable[[Tensor], Tensor]], None], ranks: int = 2) -> None:
    """Runs work in so many threads, each with a `reduce` that adds up over all of them."""
    barrier, parts, raised = threading.Barrier(ranks), dict[int, Tensor](), list[BaseException]()

    def run(rank: int) -> None:
        def reduce(tensor: Tensor) -> Tensor:
            parts[rank] = tensor
            barrier.wait(20)
            total = torch.stack([parts[r] for r in range(ranks)]).sum(0)
            barrier.wait(20)
            return total

        try:
            work(rank, reduce)
        except BaseException as error:
            raised.append(error)
            barrier.abort()

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def test_advantages_are_normalised_over_all_ranks() -> None:
    advantages, decisions = torch.randn(6, 5), torch.rand(6, 5) < 0.5
    whole = normalised(advantages, decisions, alone)
    own = (slice(0, 1), slice(1, 6))
    found: dict[int, Tensor] = {}
    in_ranks(lambda rank, reduce: found.update({rank: normalised(advantages[own[rank]], decisions[own[rank]], reduce)}))
    assert (torch.cat([found[0], found[1]]) - whole).abs().max() < 1e-6


def test_the_gradient_of_two_ranks_is_that_of_one_big_batch() -> None:
    made = policy().double()
    rollout = sampled(made, 24, [Liking(), Dialogue()])
    batch = prepared(made, rollout)
    settings = PLAIN.changed(value_weight=0.5, entropy_weight=0.1)
    whole_metrics = gradients(made, batch, rows_of(rollout), settings, alone)
    whole = gradient(made)
    # Shares of different lengths: a mean of means would give the short one more weight.
    order = rollout.decisions.sum(1).argsort()
    shares, found, metrics = (order[:6], order[6:]), {}, {}

    def work(rank: int, reduce: Callable[[Tensor], Tensor]) -> None:
        own = deepcopy(made)
        metrics[rank] = gradients(own, batch, shares[rank], settings, reduce)
        found[rank] = gradient(own)

    in_ranks(work)
    for rank in range(2):
        assert apart(found[rank], whole) < 1e-6
        assert metrics[rank] == pytest.approx(whole_metrics, abs=1e-6)


def test_microbatches_add_up_to_one_batch() -> None:
    made = policy()
    rollout = sampled(made, 24, [Liking(), Dialogue()])
    batch = prepared(made, rollout)
    settings = PLAIN.changed(value_weight=0.5, entropy_weight=0.1)
    found = {}
    for size in (24, 5, 1):
        metrics = gradients(made, batch, rows_of(rollout), settings.changed(microbatch=size), alone)
        found[size] = gradient(made), metrics
    for size in (5, 1):
        assert apart(found[size][0], found[24][0]) < 1e-5
        assert found[size][1] == pytest.approx(found[24][1], abs=1e-6)


def test_without_a_learning_rate_nothing_moves() -> None:
    made = policy()
    batch = prepared(made, sampled(made))
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.0, weight_decay=0.0)
    settings = PLAIN.changed(epochs=3, minibatches=2)
    found = update(made, optimizer, batch, settings, alone, torch.Generator().manual_seed(0))
    assert abs(found["losses/approx_kl"]) < 1e-7 and found["losses/clipfrac"] == 0
    assert found["losses/steps"] == 6


@pytest.mark.parametrize(("prompts", "together"), [(8, True), (7, False), (1, False)])
def test_minibatches_part_the_rows_and_keep_prompts_together_where_there_are_many(prompts: int, together: bool) -> None:
    prompt = torch.arange(48) % prompts
    one, other = minibatches(prompt, 2, torch.Generator().manual_seed(0))
    assert sorted([*one.tolist(), *other.tolist()]) == list(range(48)) and len(one) == len(other)
    shared = set(prompt[one].tolist()) & set(prompt[other].tolist())
    assert (not shared) is together
    again = minibatches(prompt, 2, torch.Generator().manual_seed(1))
    assert set(again[0].tolist()) not in (set(one.tolist()), set(other.tolist()))


def test_processes_with_unlike_prompts_go_on_with_the_same_random_numbers() -> None:
    states = []
    for prompts in (1, 8):
        generator = torch.Generator().manual_seed(0)
        minibatches(torch.arange(48) % prompts, 2, generator)
        states.append(generator.get_state())
    assert torch.equal(*states)


@pytest.mark.parametrize("reward", [0.0, 0.4, -3.0])
def test_where_every_word_earns_the_same_no_weight_moves(reward: float) -> None:
    """Not by the value head's errors, made as large as rewards, nor by an entropy bonus that has no reward to weigh."""
    made = Trainer(model(), codec(), [Liking(rewards=lambda _: reward)], TrainingSettings(episodes=16, updates=3))
    before = [p.detach().clone() for p in made.policy.parameters()]
    found = [made.update() for _ in range(3)]
    assert all(torch.equal(a, b) for a, b in zip(before, made.policy.parameters(), strict=True))
    assert [each["losses/steps"] for each in found] == [0, 0, 0]
    assert [each["losses/informative"] for each in found] == [0, 0, 0]


def test_a_prompt_whose_words_earn_the_same_adds_nothing_to_the_update_of_others() -> None:
    made = policy()
    settings = PLAIN.changed(value_weight=0.5, entropy_weight=0.1, max_gradient=1e9)
    batch = prepared(made, sampled(made, 24, [Liking(), Liking("dull", "edcb", rewards=lambda _: 1.0)]), settings)
    assert batch.informative.tolist() == [True, False] * 12
    gradients(made, batch, torch.arange(0, 24, 2), settings, alone)
    expected, before = gradient(made), [p.detach().clone() for p in trainable(made)]
    optimizer = torch.optim.SGD(trainable(made), lr=1.0)
    update(made, optimizer, batch, settings, alone, torch.Generator().manual_seed(0))
    moved = torch.cat([(a - b).flatten() for a, b in zip(before, trainable(made), strict=True)])
    assert apart(moved.detach(), expected) < 1e-4


def test_an_update_ends_once_the_policy_has_moved_far() -> None:
    made = policy()
    batch = prepared(made, sampled(made))
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.5)
    settings = PLAIN.changed(epochs=8, target_kl=0.01)
    found = update(made, optimizer, batch, settings, alone, torch.Generator().manual_seed(0))
    assert found["losses/approx_kl"] > 0.01 and found["losses/steps"] == 1


def test_the_losses_are_those_of_the_definition() -> None:
    made = policy()
    before = policy(1, made.masks)
    rollout = every_word(made)
    batch = prepared(before, rollout, PLAIN.changed(recompute=True))
    settings = PLAIN.changed(clip=0.1, value_clip=0.2)
    piece = next(pieces(rollout, rows_of(rollout), 64))
    scored = piece.score(made)
    found = losses(scored, piece, batch, settings)
    policy_loss = value_loss = kl = clipped = 0.0
    values = scored.values.tolist()
    columns = (piece.of(g).tolist() for g in (batch.old, batch.advantages, batch.values, batch.returns))
    for now, value, old, advantage, was, wanted in zip(scored.log_probs.tolist(), values, *columns, strict=True):
        ratio = math.exp(now - old)
        policy_loss += max(-advantage * ratio, -advantage * min(max(ratio, 0.9), 1.1))
        held = min(max(value, was - 0.2), was + 0.2)
        value_loss += 0.5 * max((value - wanted) ** 2, (held - wanted) ** 2)
        kl += ratio - 1 - (now - old)
        clipped += not 0.9 <= ratio <= 1.1
    assert 0 < clipped < len(values)
    got = [float(t) for t in (found.policy, found.value, found.approximate_kl, found.clipped)]
    assert got == pytest.approx([policy_loss, value_loss, kl, clipped], rel=1e-4)
