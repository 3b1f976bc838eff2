"""What each decision earns, and what its advantage is."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from p2c_dsl.planners.rl.advantages import (
    LEAST_DEVIATION,
    ReturnScale,
    credited,
    generalized_advantages,
    informative,
    leave_one_out_baseline,
    normalised,
)
from p2c_dsl.planners.rl.environments.environment import Credit
from p2c_dsl.planners.rl.ppo import prepare
from tests.planners.rl.toy import (
    PLAIN,
    REWARDS,
    Dialogue,
    Liking,
    alone,
    codec,
    every_word,
    policy,
    prepared,
    sampled,
)


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
                (discount * decay) ** k * (r[t + k] + discount * v[t + k + 1] - v[t + k]) for k in range(len(r) - t)
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
    liking = Liking(credits=lambda word: tuple(Credit(0, at, 0.1 * (at + 1), "at") for at in range(len(word))))
    rollout = sampled(made, environments=[liking, Dialogue()])
    batch = prepared(made, rollout, PLAIN.changed(kl_weight=beta), policy(1, made.masks))
    assert batch.kl.abs().sum() > 1
    for row, episode in enumerate(rollout.episodes):
        outcome = episode.outcome
        assert outcome is not None and outcome.credits
        earned = outcome.reward + sum(credit.reward for credit in outcome.credits)
        assert float(batch.rewards[row].sum()) == pytest.approx(earned - beta * float(batch.kl[row].sum()), abs=1e-5)


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


def test_advantages_that_hardly_differ_are_not_stretched() -> None:
    """Else errors of the value head would move the policy as far as rewards do."""
    decisions = torch.ones(4, 6, dtype=torch.bool)
    noise = torch.randn(4, 6, generator=torch.Generator().manual_seed(0)) / 1000
    found = normalised(noise, decisions, alone)
    assert torch.allclose(found, (noise - noise.mean()) / LEAST_DEVIATION)
    assert found.abs().max() < 0.05


def test_a_prompt_teaches_something_where_its_returns_differ_or_it_was_tried_once() -> None:
    returns = torch.tensor([1.0, 0.0, 0.5, 4.0, 0.5, 1.0, 0.5])
    prompt = torch.tensor([0, 0, 1, 2, 1, 0, 1])
    assert informative(returns, prompt).tolist() == [True, True, False, True, False, True, False]
    assert not informative(torch.full((5,), 0.1) + 1e-8 * torch.arange(5), torch.zeros(5)).any()


def test_the_penalty_for_a_nat_is_in_the_units_of_the_reward_whatever_the_scale() -> None:
    """Else the optimum would not be π_ref exp(R / β), but one at a β that changes while returns do."""
    made, settings = policy(), PLAIN.changed(kl_weight=0.3)
    rollout, reference = sampled(made), policy(1, made.masks)
    plain = prepared(made, rollout, settings, reference).rewards
    scaled = prepared(made, rollout, settings.changed(scale_rewards=True), reference).rewards
    size = float(prepared(made, rollout).rewards.sum(1).square().mean().sqrt())
    assert size != pytest.approx(1, abs=0.05)
    assert torch.allclose(scaled * size, plain, atol=1e-5)


def test_the_mean_of_the_others_of_a_prompt_is_a_baseline() -> None:
    """Against the sum over the others, one by one; alone, a row has none."""
    returns, prompt = torch.tensor([1.0, 0.0, 0.5, 4.0, 1.0]), torch.tensor([0, 0, 1, 2, 0])
    for row, found in enumerate(leave_one_out_baseline(returns, prompt).tolist()):
        others = [float(r) for n, r in enumerate(returns) if n != row and int(prompt[n]) == int(prompt[row])]
        assert found == pytest.approx(sum(others) / len(others) if others else 0.0)


def test_leaving_one_out_takes_what_the_prompt_gives_in_any_case_from_the_reward() -> None:
    made = policy()
    rollout = sampled(made, 12, [Liking(), Dialogue()])
    plain = prepared(made, rollout).rewards.sum(1)
    found = prepared(made, rollout, PLAIN.changed(leave_one_out=True)).rewards.sum(1)
    assert torch.allclose(found, plain - leave_one_out_baseline(plain, rollout.prompt), atol=1e-6)
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
    scaled = prepare(made, None, rollout, codec(), PLAIN.changed(scale_rewards=True), ReturnScale(), alone)
    plain = prepared(made, rollout)
    size = float(plain.rewards.sum(1).square().mean().sqrt())
    assert torch.allclose(scaled.rewards * size, plain.rewards, atol=1e-5)
