"""With adapters, only they are trained, and the reference is the same model without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch

from p2c_dsl.planners.rl import checkpoint
from p2c_dsl.planners.rl.trainer import Trainer
from tests.planners.rl.toy import PLAIN, Liking, codec, model

SETTINGS = PLAIN.changed(episodes=16, kl_weight=0.1, learning_rate=3e-2, minibatches=2)


def adapted() -> Any:
    torch.manual_seed(0)
    return peft.get_peft_model(model(), peft.LoraConfig(r=2, lora_alpha=4, target_modules="all-linear"))


def test_only_adapters_and_the_value_head_are_trained_and_the_reference_stays(tmp_path: Path) -> None:
    made = adapted()
    trainer = Trainer(made, codec(), [Liking()], SETTINGS)
    before = {name: p.detach().clone() for name, p in made.named_parameters()}
    first, second = trainer.update(), trainer.update()
    moved = {name for name, p in made.named_parameters() if not torch.equal(p, before[name])}
    assert moved and all("lora_" in name for name in moved)
    assert abs(first["losses/kl_reference"]) < 1e-5 < abs(second["losses/kl_reference"])
    assert all("lora_" in name or name.startswith("value_head") for name in trainer.state()["weights"])


def test_what_is_saved_is_the_whole_model_and_the_one_in_training_keeps_its_adapters() -> None:
    made = adapted()
    trainer = Trainer(made, codec(), [Liking()], SETTINGS)
    trainer.update()
    ids = torch.tensor([[1, 2, 3, 4]])
    whole = checkpoint.merged(made)
    with torch.no_grad():
        assert torch.allclose(whole(input_ids=ids).logits, made(input_ids=ids).logits, atol=1e-4)
    assert not any("lora_" in name for name, _ in whole.named_parameters())
    assert any("lora_" in name for name, _ in made.named_parameters())
