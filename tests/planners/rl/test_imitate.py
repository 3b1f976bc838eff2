"""Before its first update a run imitates what is verified, as much of each environment as it has episodes there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from p2c_dsl.planners.rl import imitate
from p2c_dsl.planners.rl.environments.environment import Environment
from p2c_dsl.planners.rl.environments.generated import GeneratedSpecs
from p2c_dsl.planners.rl.explore import Example, WarmUp
from p2c_dsl.planners.rl.imitate import warm_up
from p2c_dsl.planners.rl.policy.models import codec_of
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.small import load
from tests.planners.rl import toy

Shares = list[tuple[Environment, list[Example]]]


def shown(trainer: Trainer, explorers: Sequence[Environment], monkeypatch: pytest.MonkeyPatch) -> Shares:
    """What is imitated."""
    seen = Shares()

    def imitated(_: Trainer, examples: Shares, config: WarmUp) -> None:
        seen.extend(examples)

    monkeypatch.setattr(imitate, "imitate", imitated)
    warm_up(trainer, explorers, lambda *_: None)
    return seen


def test_an_environment_that_is_there_twice_has_two_shares_of_its_examples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = toy.Liking("one"), toy.Liking("other")
    environments = [one, other, other]
    trainer = Trainer(toy.model(), toy.codec(), environments, toy.PLAIN.changed(explore=60, episodes=3))
    shares = shown(trainer, environments, monkeypatch)
    assert [e.name for e, _ in shares] == ["one", "other", "other"]
    parts = [{e.tokens for e in examples} for _, examples in shares]
    assert parts[1] and parts[2] and not parts[1] & parts[2]
    assert parts[1] | parts[2] == parts[0]


def test_chance_chooses_in_the_explorers_space_and_the_environments_own_is_imitated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment, twin = toy.Liking(), toy.Liking()
    twin.space.table[0, 0] = 1 << toy.B
    trainer = Trainer(toy.model(), toy.codec(), [environment], toy.PLAIN.changed(explore=60))
    ((_, examples),) = shown(trainer, [twin], monkeypatch)
    assert {trainer.codec.text(e.tokens) for e in examples} == {"bc", "bca", "bda", "bea"}
    assert all(turn.space is environment.space for e in examples for turn in e.written)


def test_in_generated_specs_the_policys_own_attempts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small planner is verified there more often than chance would be."""
    model, tokenizer = load()
    specs = GeneratedSpecs(tokenizer)
    settings = toy.PLAIN.changed(explore=48, episodes=8)
    trainer = Trainer(model, codec_of(tokenizer), [specs], settings)
    ((_, examples),) = shown(trainer, [specs], monkeypatch)
    assert len(examples) >= 4 and all(e.outcome.verified for e in examples)
