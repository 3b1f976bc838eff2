"""Generated specs as one environment: new ones in training, unseen ones in evaluation."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.rl.environments import generated
from p2c_dsl.planners.rl.environments.domains import HELD_OUT
from p2c_dsl.planners.rl.environments.generated import GeneratedSpecs
from p2c_dsl.planners.small import fresh
from p2c_dsl.planners.small.domains import GeneratedDomain, domain, unseen_domain

_, TOKENIZER = fresh(0)


def prompt(seed: int) -> str:
    return next(GeneratedSpecs(TOKENIZER).play(seed)).text


def test_some_episodes_share_a_spec_and_then_a_new_one_comes() -> None:
    shared = generated._EPISODES
    assert prompt(0) == prompt(shared - 1) != prompt(shared)
    assert domain(0).task.name in prompt(0)


def test_held_out_worlds_have_specs_of_their_own_that_training_never_meets() -> None:
    for number in (0, 1):
        assert unseen_domain(number).task.name in prompt(HELD_OUT + number)
    assert prompt(HELD_OUT) != prompt(HELD_OUT + 1)


@pytest.mark.parametrize(("seed", "made"), [(8, domain(1)), (HELD_OUT + 3, unseen_domain(3))])
def test_the_reference_earns_the_reward_and_another_composition_does_not(seed: int, made: GeneratedDomain) -> None:
    for text, reward in ((made.reference, 1.0), (made.reference.splitlines()[0] + "\n    pass\n", 0.0)):
        play = GeneratedSpecs(TOKENIZER).play(seed)
        next(play)
        with pytest.raises(StopIteration) as stop:
            play.send(text)
        assert stop.value.value.reward == reward


def test_a_spec_that_does_not_fit_gives_way_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow(generated.Domain):
        def environment(self, *settings: object, **more: object) -> object:  # type: ignore[override]
            if self.spec.tasks.keys() & domain(0).spec.tasks.keys():
                raise Unplannable("nothing fits")
            return super().environment(*settings, **more)  # type: ignore[arg-type]

    usual = prompt(0)
    monkeypatch.setattr(generated, "Domain", Narrow)
    assert prompt(0) not in ("", usual)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"budget": 5}, "fits the budget"),
        ({"partial_rewards": ("kindness",)}, "no partial reward `kindness`"),
    ],
)
def test_settings_that_cannot_work_are_told(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        next(GeneratedSpecs(TOKENIZER, **settings).play(0))


def test_its_digest_tells_tokenizations_apart() -> None:
    digests = {GeneratedSpecs(TOKENIZER, tokenization=kind).digest for kind in ("any", "canonical")}
    assert len(digests) == 2
