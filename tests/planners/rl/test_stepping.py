"""Caches, padding and rows that leave change nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from torch import Tensor

from p2c_dsl.planners.rl.episode import masks_of
from p2c_dsl.planners.rl.policy.policy import Stepping
from p2c_dsl.planners.rl.rollout import Rollout
from tests.planners.rl.scored import scored_log_probs
from tests.planners.rl.toy import (
    END,
    LETTERS,
    REWARDS,
    Dialogue,
    Liking,
    by_hand,
    codec,
    policy,
    sampled,
    words,
)


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
def test_the_model_is_asked_once_for_a_decision_not_for_a_token(packs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
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
