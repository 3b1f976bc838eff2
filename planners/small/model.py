"""The small planner's architecture, and where its checkpoint is.

A Llama (RMSNorm, rotary positions, SwiGLU) with tied embeddings: `transformers` supports it, so anything that accepts a
causal model accepts this one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from p2c_dsl.planners.prompt import PROMPT_SETTING
from p2c_dsl.planners.tokens.canonical import CANONICAL, SETTING

CHECKPOINT = Path(__file__).parent / "checkpoint"
"""The committed weights and tokenizer."""
CONTEXT = 2048
"""The maximum length of a prompt and its composition together, in tokens."""
WEIGHTS = "model.safetensors"
PROMPT = 640
"""The maximum length of a prompt in tokens; a longer one is shortened."""
_ALIKE = 0.95
"""The cosine of the initial embeddings of two tokens that differ only in case, nearly."""


def fresh(seed: int) -> tuple[Any, Any]:
    """The untrained small planner and its tokenizer. Equal seeds give equal weights."""
    return shaped(seed, width=160, inner=448, layers=4, heads=5, initialize=_initialize_copying)


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
    initialize: Callable[[Any, Any], None] | None = None,
) -> tuple[Any, Any]:
    """A model with the small planner's architecture in another size, and its tokenizer.

    Args:
        seed: Of the random weights; torch's global random state is left unchanged.
        width: Of hidden states.
        inner: Width of the feed-forward layers.
        initialize: Changes the initial weights of a model with a tokenizer, under the same seed.
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
    setattr(config, SETTING, CANONICAL)
    setattr(config, PROMPT_SETTING, PROMPT)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = LlamaForCausalLM(config)
        if initialize is not None:
            initialize(model, tokenizer)
    return model.eval(), tokenizer


def load(folder: Path = CHECKPOINT) -> tuple[Any, Any]:
    """A trained planner in 32 bits, ready to decode, and its tokenizer. Raises `FileNotFoundError` without weights."""
    if not (folder / WEIGHTS).is_file():
        raise FileNotFoundError(
            f"{folder} does not contain {WEIGHTS}: train a planner with "
            f"`python -m p2c_dsl.planners.small.train --output {folder}`"
        )
    import torch
    from transformers import LlamaForCausalLM

    model: Any = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), load_tokenizer(folder)


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer in a folder. It pads on the left and adds no special tokens."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)


def capitalised(token: str) -> str:
    """The twin of a token of lower-case letters, and any other token itself."""
    return token[0].upper() + token[1:] if token.isascii() and token.isalpha() and token.islower() else token


def _initialize_copying(model: Any, tokenizer: Any) -> None:
    """Initializes the model to copy: names have to be copied from the spec, so this is half of what it must learn.

    Each head attends to its own token and passes on what it finds there, after "Mimetic initialization of
    self-attention layers" (Trockman and Kolter, 2023), with the sign that copies. Tokens that differ only in their
    first letter's case have nearly the same embedding, so that a word is found in either.
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
        embedding, known = model.model.embed_tokens.weight, tokenizer.get_vocab()
        for token, number in known.items():
            twin = known.get(capitalised(token), number)
            if twin != number:
                embedding[twin] = _ALIKE * embedding[number] + (1 - _ALIKE**2) ** 0.5 * embedding[twin]
