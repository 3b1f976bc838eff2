"""The policy computes what its model does, in any precision and for models of other kinds, or says that it cannot."""

from __future__ import annotations

import functools
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from transformers import DiffLlamaConfig, DiffLlamaForCausalLM, LlamaConfig, LlamaForCausalLM

from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.environments.environment import EpisodeOutcome, Play, Turn
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.rl.policy.policy import Policy
from p2c_dsl.planners.rl.rollout import Rollout, roll_out
from p2c_dsl.planners.rl.settings import PRESETS
from p2c_dsl.planners.rl.trainer import Trainer
from tests.planners.rl.toy import CPU, LETTERS, Dialogue, Liking, codec, model, policy, sampled

TINY: dict[str, Any] = {
    "vocab_size": len(LETTERS),
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}


def scored(made: Policy, rollout: Rollout) -> torch.Tensor:
    """Log-probabilities of a rollout's decisions as the update computes them, in the rollout's grid."""
    grid = torch.zeros_like(rollout.log_probs)
    with torch.no_grad():
        for piece in pieces(rollout, torch.arange(len(rollout.lengths)), 64):
            piece.put(grid, piece.score(made).log_probs)
    return grid


# ---------------------------------------------------------------- the GPU's settings, on the CPU


def test_the_preset_for_gpus_trains() -> None:
    settings = PRESETS["gpu"].changed(episodes=16, minibatches=2)
    trainer = Trainer(model(), codec(), [Liking(), Dialogue()], settings)
    found = [trainer.update() for _ in range(2)]
    assert all(0 < m["losses/gradient_norm"] < 100 and m["losses/steps"] == 4 for m in found)
    # The reference is what the policy was: in bfloat16 the two are equal bit for bit where they are computed alike.
    assert found[0]["losses/kl_reference"] == 0
    assert all(p.dtype == torch.float32 for p in trainer.policy.parameters())


def test_half_precision_is_near_full_precision() -> None:
    full = policy()
    half = Policy(full.model, full.masks, "bf16")
    half.value_head, half.share_from = full.value_head, 0
    rollout = sampled(half, 32, [Liking(), Dialogue()])
    exact = scored(full, rollout)[rollout.decisions]
    assert (scored(half, rollout)[rollout.decisions] - exact).abs().max() < 0.2
    assert (rollout.log_probs[rollout.decisions] - exact).abs().max() < 0.2


def test_compiling_ends_with_a_few_graphs_whatever_the_layers_and_the_lengths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graphs: list[Any] = []

    def backend(graph: Any, _: Any) -> Any:
        graphs.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=backend))
    made = Policy(LlamaForCausalLM(LlamaConfig(**TINY, num_hidden_layers=10)), MaskTable(len(LETTERS), CPU))
    made.compile_decoder()
    counts = []
    for number in range(9):
        rollout = sampled(made, 8 + number, [Liking(), Dialogue()], seed=number)
        found = scored(made, rollout)
        counts.append(len(graphs))
    assert 0 < counts[-1] == counts[3] < 10
    assert (found - rollout.log_probs)[rollout.decisions].abs().max() < 1e-4


# ---------------------------------------------------------------- models of other kinds


def test_a_model_whose_attention_is_another_is_not_packed() -> None:
    """DiffLlama subtracts two attentions, and does not say so in its configuration."""
    torch.manual_seed(0)
    config = DiffLlamaConfig(**TINY, num_hidden_layers=2, initializer_range=0.5)
    made = Policy(DiffLlamaForCausalLM(config).eval(), MaskTable(len(LETTERS), CPU))
    assert not made.packs and "logits differ" in made.padded_because
    rollout = sampled(made, 16, [Liking(), Dialogue()])
    assert (scored(made, rollout) - rollout.log_probs)[rollout.decisions].abs().max() < 1e-4


def test_a_model_that_breaks_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise IndexError("there is no such layer")

    monkeypatch.setattr(Policy, "prefix", broken)
    with pytest.raises(ValueError, match=r"LlamaForCausalLM cannot be trained here: IndexError: there is no"):
        policy()


def test_what_is_longer_than_a_model_reads_is_refused() -> None:
    made = policy()
    with pytest.raises(ValueError, match="may take 66 tokens, but the model's context is 64"):
        roll_out(made, codec(), [(Liking(prompt="a" * 62), 0)], torch.Generator(), 0)


def test_a_later_turn_that_is_longer_than_a_model_reads_is_refused() -> None:
    class Long(Dialogue):
        def play(self, seed: int) -> Play:
            yield Turn("edcb", self.space, 4)
            yield Turn("a" * 60, self.space, 4)
            return EpisodeOutcome(0.0, False)

    with pytest.raises(ValueError, match=r"may take 7\d tokens, but the model.s context is 64"):
        roll_out(policy(), codec(), [(Long(), 0)], torch.Generator(), 0)


def test_products_of_less_than_full_precision_are_no_other_attention() -> None:
    """GPUs may multiply float32 numbers in TF32, with ten bits of them; weights may be bfloat16."""
    made = model()
    for layer in made.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.register_forward_pre_hook(lambda _, inputs: (rounded(inputs[0]),))
    assert Policy(made, MaskTable(len(LETTERS), CPU)).packs
    assert Policy(model().to(torch.bfloat16), MaskTable(len(LETTERS), CPU)).packs


def rounded(numbers: torch.Tensor) -> torch.Tensor:
    """To TF32: of the 23 bits behind the point, 10."""
    return (numbers.view(torch.int32) + 0x1000 & ~0x1FFF).view(torch.float32)


def test_a_temperature_next_to_nothing_takes_the_likeliest_token() -> None:
    made = policy()
    starts = [(Liking(), number) for number in range(16)]
    cold, coldest = (
        roll_out(made, codec(), starts, torch.Generator().manual_seed(0), 0, temperature=t) for t in (1e-4, 0.0)
    )
    assert torch.equal(cold.tokens, coldest.tokens)
