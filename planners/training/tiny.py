"""A planner so small that hundreds of runs of the loop fit into hours: a tenth of the small planner's weights."""

from __future__ import annotations

from typing import Any

TINY = "tiny"


def tiny(seed: int) -> tuple[Any, Any]:
    """A causal model with random weights and its tokenizer; equal seeds give equal weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from p2c_dsl.planners.small.model import CHECKPOINT, CONTEXT, load_tokenizer

    tokenizer = load_tokenizer(CHECKPOINT)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = LlamaForCausalLM(config)
    return model.eval(), tokenizer
