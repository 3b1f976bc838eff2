"""The small planner's architecture, and where its checkpoint is.

A Llama (RMSNorm, rotary positions, SwiGLU) with tied embeddings: `transformers` knows it, so that whatever takes a
causal model takes this one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKPOINT = Path(__file__).parent / "checkpoint"
"""The committed weights and tokenizer."""
CONTEXT = 2048
"""How many tokens a prompt and its composition may have together."""
WEIGHTS = "model.safetensors"


def fresh(seed: int) -> tuple[Any, Any]:
    """The small planner before any training, and its tokenizer: equal seeds give equal weights."""
    return shaped(seed, width=160, inner=448, layers=4, heads=5, prepared=_mimic)


def tiny(seed: int) -> tuple[Any, Any]:
    """A planner with a tenth of the weights, so that hundreds of runs of Figure 2's loop fit into hours."""
    return shaped(seed, width=64, inner=128, layers=2, heads=2)


def shaped(
    seed: int,
    *,
    width: int,
    inner: int,
    layers: int,
    heads: int,
    prepared: Callable[[Any], None] | None = None,
) -> tuple[Any, Any]:
    """A model of the small planner's kind in another size, and its tokenizer.

    Args:
        seed: Of the random weights; the random numbers of others are left alone.
        width: Of hidden states.
        inner: Width of the feed-forward layers.
        prepared: What is done to the weights then, under the same seed.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = load_tokenizer(CHECKPOINT)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = LlamaForCausalLM(config)
        if prepared is not None:
            prepared(model)
    return model.eval(), tokenizer


def load(folder: Path = CHECKPOINT) -> tuple[Any, Any]:
    """A trained planner in 32 bits, ready to decode, and its tokenizer. Raises `FileNotFoundError` without weights."""
    if not (folder / WEIGHTS).is_file():
        raise FileNotFoundError(
            f"{folder} holds no {WEIGHTS}: make it with `python -m p2c_dsl.planners.small.train --output {folder}`"
        )
    import torch
    from transformers import LlamaForCausalLM

    model: Any = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), load_tokenizer(folder)


def load_tokenizer(folder: Path) -> Any:
    """A folder's tokenizer. It pads on the left and adds no special tokens by itself."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)


def _mimic(model: Any) -> None:
    """Lets each head begin by looking for its own token and by passing on what it finds there.

    Names have to be copied from the spec, so this is half of what is to be learnt. After "Mimetic initialization of
    self-attention layers" (Trockman and Kolter, 2023), with the sign that copies.
    """
    import torch

    with torch.no_grad():
        for layer in model.model.layers:
            attention = layer.self_attn
            scale = attention.q_proj.weight.shape[1] ** -0.5
            attention.q_proj.weight.normal_(std=0.7 * scale)
            attention.k_proj.weight.copy_(attention.q_proj.weight)
            attention.v_proj.weight.normal_(std=scale)
            attention.o_proj.weight.copy_(attention.v_proj.weight.T)
