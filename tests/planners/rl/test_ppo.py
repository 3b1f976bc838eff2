"""What masked PPO has to get right, each said once; `test_mutants.py` puts the classic mistakes in, one by one."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from copy import deepcopy

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from torch import Tensor

from p2c_dsl.planners.rl.advantages import (
    ReturnScale,
    credited,
    generalized_advantages,
    normalised,
    of_the_others,
)
from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.environments.environment import Credit
from p2c_dsl.planners.rl.episode import masks_of
from p2c_dsl.planners.rl.policy.masking import MaskTable, entropy, masked_log_probs
from p2c_dsl.planners.rl.policy.policy import Policy, Stepping
from p2c_dsl.planners.rl.ppo import Batch, gradients, losses, minibatches, prepare, trainable, update
from p2c_dsl.planners.rl.rollout import Rollout
from tests.planners.rl.toy import (
    END,
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


def rows_of(rollout: Rollout) -> Tensor:
    return torch.arange(len(rollout.lengths))


def scored_log_probs(made: Policy, rollout: Rollout, size: int = 64) -> Tensor:
    """Log-probabilities `(rows, time)` as the update computes them."""
    found = torch.zeros(rollout.tokens.shape)
    for piece in pieces(rollout, rows_of(rollout), size):
        width = piece.tokens.shape[1]
        found[piece.rows, :width] = found[piece.rows, :width].masked_scatter(
            piece.decisions, piece.score(made).log_probs
        )
    return found.detach()


def gradient(made: Policy) -> Tensor:
    return torch.cat([p.grad.flatten() for p in trainable(made) if p.grad is not None]).clone()


def apart(one: Tensor, other: Tensor) -> float:
    """How far gradients are apart, for their size."""
    return float((one - other).abs().max() / other.abs().max())


# ---------------------------------------------------------------- one distribution, everywhere


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
    batch = prepared(made, sampled(made), PLAIN.but(kl_weight=0.1), reference=deepcopy(made))
    assert batch.kl.abs().max() < 1e-5


def test_the_kl_to_the_reference_is_that_of_what_is_legal() -> None:
    made = policy()
    reference = policy(1, made.masks)
    rollout = every_word(made)
    kl = prepared(made, rollout, PLAIN.but(recompute=True), reference).kl.sum(1)
    for row, episode in enumerate(rollout.episodes):
        ours, theirs = (
            torch.stack(by_hand(p, episode.prompt, episode.tokens)).sum() for p in (made, reference)
        )
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

    batch = prepared(made, rollout, PLAIN.but(recompute=True))
    torch.nn.init.zeros_(made.value_head.outer.weight)
    probability = scored_log_probs(made, rollout).sum(1, keepdim=True).exp()
    reward = torch.tensor([REWARDS[codec().text(e.tokens)] for e in rollout.episodes]).unsqueeze(1)
    weighed = probability * reward * rollout.decisions * rollout.decisions.sum()
    batch = Batch(rollout, batch.old, batch.kl, batch.rewards, batch.values, weighed, batch.returns)
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


# ---------------------------------------------------------------- forced moves


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
    found = gradients(made, prepared(made, rollout), rows_of(rollout), PLAIN.but(entropy_weight=0.1), alone)
    total = 0.0
    for piece in pieces(rollout, rows_of(rollout), 64):
        total += float(piece.score(made).entropy.sum())
    decided = sum(
        len([t for t in ([True, w[0] == "b", True, False][: len(w) + 1]) if t])
        for w in (codec().text(e.tokens) for e in rollout.episodes)
    )
    assert found["losses/entropy"] == pytest.approx(total / decided, abs=1e-6)


# ---------------------------------------------------------------- credit


def test_advantages_are_those_of_the_definition() -> None:
    generator = torch.Generator().manual_seed(0)
    rewards, values = (torch.randn(6, 9, generator=generator) for _ in range(2))
    decisions = torch.rand(6, 9, generator=generator) < 0.6
    bootstrap = torch.randn(6, generator=generator)
    discount, decay = 0.9, 0.8
    rewards = rewards * decisions
    found, returns = generalized_advantages(rewards, values, decisions, bootstrap, discount, decay)
    for row in range(6):
        places = decisions[row].nonzero().flatten().tolist()
        v = [*values[row, places].tolist(), float(bootstrap[row])]
        r = rewards[row, places].tolist()
        for t, place in enumerate(places):
            expected = sum(
                (discount * decay) ** k * (r[t + k] + discount * v[t + k + 1] - v[t + k])
                for k in range(len(r) - t)
            )
            assert float(found[row, place]) == pytest.approx(expected, abs=1e-5)
            assert float(returns[row, place]) == pytest.approx(expected + v[t], abs=1e-5)
    assert (found[~decisions] == 0).all()


def test_what_is_cut_off_goes_on_and_what_has_ended_does_not() -> None:
    made = policy()
    rollout = sampled(made, 16, [Liking("ends"), Liking("is cut off", truncated=True)])
    batch = prepared(made, rollout)
    for row, episode in enumerate(rollout.episodes):
        last = int(rollout.decisions[row].nonzero().max())
        whole = torch.tensor([[*episode.prompt, *episode.tokens]])
        after = made.value_head(made.model.get_decoder()(input_ids=whole).last_hidden_state[0, -1])
        following = 0.0 if episode.environment.name == "ends" else float(after)
        expected = REWARDS[codec().text(episode.tokens)] + following
        assert float(batch.returns[row, last]) == pytest.approx(expected, abs=1e-5)


def test_what_tokens_earn_adds_up_to_the_reward_the_partial_rewards_and_the_kl() -> None:
    made, beta = policy(), 0.3
    liking = Liking(
        credits=lambda word: tuple(Credit(0, at, 0.1 * (at + 1), "at") for at in range(len(word)))
    )
    rollout = sampled(made, environments=[liking, Dialogue()])
    batch = prepared(made, rollout, PLAIN.but(kl_weight=beta), policy(1, made.masks))
    assert batch.kl.abs().sum() > 1
    for row, episode in enumerate(rollout.episodes):
        outcome = episode.outcome
        assert outcome is not None and outcome.credits
        earned = outcome.reward + sum(credit.reward for credit in outcome.credits)
        assert float(batch.rewards[row].sum()) == pytest.approx(
            earned - beta * float(batch.kl[row].sum()), abs=1e-5
        )


def test_a_partial_reward_is_credited_to_the_decision_at_its_place() -> None:
    made = policy()
    liking = Liking(credits=lambda word: (Credit(0, 0, 10.0, "first letter"), Credit(0, 1, 100.0, "second")))
    rollout = every_word(made, liking)
    batch = prepared(made, rollout)
    for row, episode in enumerate(rollout.episodes):
        word = codec().text(episode.tokens)
        # What follows an `a` is forced: the `a` has decided it.
        expected = [110.0, 0.0] if word[0] == "a" else [10.0, 100.0]
        assert batch.rewards[row, :2].tolist() == expected
        assert float(batch.rewards[row, 2]) == pytest.approx(REWARDS[word])


def test_a_partial_reward_of_an_earlier_turn_is_credited_there() -> None:
    made = policy()
    rollout = sampled(made, 8, [Dialogue()])
    batch = prepared(made, rollout)
    for row, episode in enumerate(rollout.episodes):
        assert float(batch.rewards[row, 0]) == pytest.approx(0.25)
        second = episode.written[1]
        assert float(batch.rewards[row, second.start : second.stop].sum()) == pytest.approx(
            0.5 + REWARDS[codec().text(episode.tokens[second.start : second.stop])]
        )


def test_rewards_before_any_decision_go_to_the_first() -> None:
    decisions = torch.tensor([[False, True, False, True, False], [False] * 5])
    found = credited(torch.ones(2, 5), decisions)
    assert found.tolist() == [[0, 3, 0, 2, 0], [0] * 5]


def test_normalised_advantages_know_no_padding() -> None:
    advantages, decisions = torch.randn(4, 6), torch.rand(4, 6) < 0.5
    narrow = normalised(advantages * decisions, decisions, alone)
    padded = [torch.nn.functional.pad(t, (0, 9)) for t in (advantages * decisions, decisions)]
    wide = normalised(padded[0], padded[1], alone)
    assert torch.equal(wide[:, :6], narrow) and (wide[:, 6:] == 0).all()
    assert narrow[decisions].mean().abs() < 1e-6
    assert float(narrow[decisions].std(correction=0)) == pytest.approx(1, abs=1e-5)


# ---------------------------------------------------------------- several processes, several pieces


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
    in_ranks(
        lambda rank, reduce: found.update(
            {rank: normalised(advantages[own[rank]], decisions[own[rank]], reduce)}
        )
    )
    assert (torch.cat([found[0], found[1]]) - whole).abs().max() < 1e-6


def test_the_gradient_of_two_ranks_is_that_of_one_big_batch() -> None:
    made = policy().double()
    rollout = sampled(made, 24, [Liking(), Dialogue()])
    batch = prepared(made, rollout)
    settings = PLAIN.but(value_weight=0.5, entropy_weight=0.1)
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
    settings = PLAIN.but(value_weight=0.5, entropy_weight=0.1)
    found = {}
    for size in (24, 5, 1):
        metrics = gradients(made, batch, rows_of(rollout), settings.but(microbatch=size), alone)
        found[size] = gradient(made), metrics
    for size in (5, 1):
        assert apart(found[size][0], found[24][0]) < 1e-5
        assert found[size][1] == pytest.approx(found[24][1], abs=1e-6)


# ---------------------------------------------------------------- the update


def test_without_a_learning_rate_nothing_moves() -> None:
    made = policy()
    batch = prepared(made, sampled(made))
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.0, weight_decay=0.0)
    settings = PLAIN.but(epochs=3, minibatches=2)
    found = update(made, optimizer, batch, settings, alone, torch.Generator().manual_seed(0))
    assert abs(found["losses/approx_kl"]) < 1e-7 and found["losses/clipfrac"] == 0
    assert found["losses/steps"] == 6


@pytest.mark.parametrize(("prompts", "together"), [(8, True), (7, False), (1, False)])
def test_minibatches_part_the_rows_and_keep_prompts_together_where_there_are_many(
    prompts: int, together: bool
) -> None:
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


def test_an_update_ends_once_the_policy_has_moved_far() -> None:
    made = policy()
    batch = prepared(made, sampled(made))
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.5)
    settings = PLAIN.but(epochs=8, target_kl=0.01)
    found = update(made, optimizer, batch, settings, alone, torch.Generator().manual_seed(0))
    assert found["losses/approx_kl"] > 0.01 and found["losses/steps"] == 1


def test_the_losses_are_those_of_the_definition() -> None:
    made = policy()
    before = policy(1, made.masks)
    rollout = every_word(made)
    batch = prepared(before, rollout, PLAIN.but(recompute=True))
    settings = PLAIN.but(clip=0.1, value_clip=0.2)
    piece = next(pieces(rollout, rows_of(rollout), 64))
    scored = piece.score(made)
    found = losses(scored, piece, batch, settings)
    policy_loss = value_loss = kl = clipped = 0.0
    values = scored.values.tolist()
    columns = (piece.of(g).tolist() for g in (batch.old, batch.advantages, batch.values, batch.returns))
    for now, value, old, advantage, was, wanted in zip(
        scored.log_probs.tolist(), values, *columns, strict=True
    ):
        ratio = math.exp(now - old)
        policy_loss += max(-advantage * ratio, -advantage * min(max(ratio, 0.9), 1.1))
        held = min(max(value, was - 0.2), was + 0.2)
        value_loss += 0.5 * max((value - wanted) ** 2, (held - wanted) ** 2)
        kl += ratio - 1 - (now - old)
        clipped += not 0.9 <= ratio <= 1.1
    assert 0 < clipped < len(values)
    got = [float(t) for t in (found.policy, found.value, found.approximate_kl, found.clipped)]
    assert got == pytest.approx([policy_loss, value_loss, kl, clipped], rel=1e-4)


# ---------------------------------------------------------------- caches, padding, rows that leave


@pytest.mark.parametrize(("packs", "share_from"), [(True, 0), (True, 99), (False, 0)])
def test_cached_steps_and_whole_rows_agree(packs: bool, share_from: int) -> None:
    made = policy()
    made.packs, made.share_from = packs, share_from
    rollout = sampled(made, 32, [Liking(), Dialogue(), Liking("other", "ecec")])
    assert (scored_log_probs(made, rollout) - rollout.log_probs).abs().max() < 1e-5
    for row, episode in enumerate(rollout.episodes):
        if episode.environment.name != "dialogue":
            found = [float(p) for p in by_hand(made, episode.prompt, episode.tokens)]
            assert rollout.log_probs[row, : len(found)].tolist() == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize("packs", [True, False])
def test_the_model_is_asked_once_for_a_decision_not_for_a_token(
    packs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, asked = policy(), 0
    made.packs = packs
    step = made.step

    def counted(at: Stepping, fed: Sequence[Sequence[int]]) -> Tensor:
        nonlocal asked
        asked += 1
        return step(at, fed)

    monkeypatch.setattr(made, "step", counted)
    rollout = sampled(made, 32, [Dialogue()])
    decisions, lengths = int(rollout.decisions.sum(1).max()), int(rollout.lengths.max())
    assert decisions < lengths and asked == (decisions if packs else int(last_decision(rollout).max()) + 1)


def last_decision(rollout: Rollout) -> Tensor:
    """Where each row decides for the last time."""
    return (rollout.decisions * torch.arange(rollout.decisions.shape[1])).amax(1)


def test_padding_changes_nothing() -> None:
    made = policy()
    mixed = sampled(made, 24, [Liking(), Dialogue(), Liking("long", "edcbaedcbaedcba")])
    together = scored_log_probs(made, mixed)
    one_by_one = scored_log_probs(made, mixed, size=1)
    assert (together - one_by_one).abs().max() < 1e-5
    with torch.no_grad():
        prompts = [codec().encode(text) for text in ("abc", "edcbaedcba")]
        both = made.prefix(prompts)
        for number, prompt in enumerate(prompts):
            alone_ = made.prefix([prompt])
            for (keys, _), (keys_alone, _) in zip(both.layers, alone_.layers, strict=True):
                width = keys_alone.shape[-2]
                assert (keys[number, :, -width:] - keys_alone[0]).abs().max() < 1e-5


def test_rows_that_leave_change_nothing_for_those_that_stay() -> None:
    made = policy()
    rollout = sampled(made, 40, [Liking(), Dialogue()])
    assert len(set(rollout.lengths.tolist())) > 3
    assert (scored_log_probs(made, rollout) - rollout.log_probs).abs().max() < 1e-5


def test_masks_can_be_computed_again_from_tokens_alone() -> None:
    made = policy()
    rollout = sampled(made, 16, [Liking(), Dialogue()])
    for row, episode in enumerate(rollout.episodes):
        again = masks_of(episode.tokens, episode.written, made.masks)
        assert again == rollout.masks[row, : len(again)].tolist()
    wrong = [*rollout.episodes[0].tokens]
    wrong[0] = LETTERS.index(b"e")
    with pytest.raises(KeyError):
        masks_of(wrong, rollout.episodes[0].written, made.masks)


def test_sampling_follows_the_probabilities() -> None:
    made = policy()
    rollout = sampled(made, 1500)
    counts = {word: 0 for word in REWARDS}
    for episode in rollout.episodes:
        counts[codec().text(episode.tokens)] += 1
    for word in words():
        expected = float(torch.stack(by_hand(made, codec().encode("abcde"), word)).sum().exp())
        assert counts[codec().text(word)] / 1500 == pytest.approx(expected, abs=0.05)


def test_the_end_of_a_turn_is_fed_before_the_next_one() -> None:
    made = policy()
    episode = sampled(made, 1, [Dialogue()]).episodes[0]
    first, second = episode.written
    assert episode.tokens[first.stop - 1] == END
    between = episode.tokens[first.stop : second.start]
    assert codec().text(between) == f"?{codec().text(episode.tokens[: first.stop])}!"


def test_the_mean_of_the_others_of_a_prompt_is_a_baseline() -> None:
    """Against the sum over the others, one by one; alone, a row has none."""
    returns, prompt = torch.tensor([1.0, 0.0, 0.5, 4.0, 1.0]), torch.tensor([0, 0, 1, 2, 0])
    for row, found in enumerate(of_the_others(returns, prompt).tolist()):
        others = [float(r) for n, r in enumerate(returns) if n != row and int(prompt[n]) == int(prompt[row])]
        assert found == pytest.approx(sum(others) / len(others) if others else 0.0)


def test_leaving_one_out_takes_what_the_prompt_gives_in_any_case_from_the_reward() -> None:
    made = policy()
    rollout = sampled(made, 12, [Liking(), Dialogue()])
    plain = prepared(made, rollout).rewards.sum(1)
    found = prepared(made, rollout, PLAIN.but(leave_one_out=True)).rewards.sum(1)
    assert torch.allclose(found, plain - of_the_others(plain, rollout.prompt), atol=1e-6)
    assert not torch.allclose(found, plain)
    for prompt in (0, 1):
        own = rollout.prompt == prompt
        assert abs(float(found[own].sum())) < 1e-5


def test_rewards_are_divided_by_the_size_of_returns() -> None:
    scale = ReturnScale()
    assert scale.update(torch.tensor([2.0, -2.0]), alone) == pytest.approx(2)
    assert scale.update(torch.zeros(6), alone) == pytest.approx(1)
    assert ReturnScale().update(torch.zeros(3), alone) == pytest.approx(0.1)
    made = policy()
    rollout = sampled(made)
    scaled = prepare(made, None, rollout, codec(), PLAIN.but(scale_rewards=True), ReturnScale(), alone)
    plain = prepared(made, rollout)
    size = float(plain.rewards.sum(1).square().mean().sqrt())
    assert torch.allclose(scaled.rewards * size, plain.rewards, atol=1e-5)
