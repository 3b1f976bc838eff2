"""Attention of many rows to the prompts that they share: the prompt's keys are read once, not once for each row.

Rows sample from the same few prompts, and a spec is several times as long as a composition. With its keys and values
expanded to every row, each step of sampling waits for memory. Here the rows of a prompt are queries of one matrix
product with it, and share a softmax with their own tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

NAME = "p2c_shared_prompts"


@dataclass(frozen=True, slots=True)
class SharedPrompts:
    """What rows share, for one call of a decoder.

    Attributes:
        layers: For each layer, for each prompt, keys and values `(heads, length, size)`.
        groups: How many rows follow each prompt; rows of one prompt are side by side.
    """

    layers: Sequence[Sequence[tuple[Tensor, Tensor]]]
    groups: Sequence[int]


def shared_prompt_attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    shared_prompts: SharedPrompts,
    **_: Any,
) -> tuple[Tensor, None]:
    """One query of each row, `(rows, heads, 1, size)`, over the row's prompt and its own keys.

    `key` and `value` are the rows' own, `(rows, key heads, own, size)`. The answer is `(rows, 1, heads, size)`.
    """
    groups = list(shared_prompts.groups)
    # (rows, key heads, heads of each, …) from here on.
    queries = torch.unflatten(query.squeeze(2), 1, (key.shape[1], -1)) * scaling
    own = queries @ key.transpose(-1, -2)
    found = []
    parts = zip(*(torch.split(tensor, groups) for tensor in (queries, own, value)), strict=True)
    for (keys, values), (mine, own_scores, own_values) in zip(
        shared_prompts.layers[module.layer_idx], parts, strict=True
    ):
        # All rows' queries are one matrix here, (key heads, rows · heads of each, size).
        scores = mine.transpose(0, 1).flatten(1, 2) @ keys.transpose(-1, -2)
        scores = torch.unflatten(scores, 1, mine.shape[::2]).transpose(0, 1)
        weights = torch.softmax(torch.cat([scores, own_scores], -1), -1, dtype=torch.float32).to(query.dtype)
        on_prompt, on_own = torch.split(weights, [keys.shape[-2], own.shape[-1]], -1)
        read = on_prompt.transpose(0, 1).flatten(1, 2) @ values
        found.append(torch.unflatten(read, 1, mine.shape[::2]).transpose(0, 1) + on_own @ own_values)
    return torch.cat(found).flatten(1, 2).unsqueeze(1), None


ALL_ATTENTION_FUNCTIONS.register(NAME, shared_prompt_attention)


@contextmanager
def shared_attention(config: Any) -> Iterator[None]:
    """Inside, a model with this configuration attends to shared prompts."""
    before = config._attn_implementation
    config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = before


def can_share(model: Any) -> bool:
    """Whether a model's attention is the plain one, which this replaces: full, without caps on its scores."""
    config = model.config
    plain = set(getattr(config, "layer_types", None) or ["full_attention"]) == {"full_attention"}
    capped = getattr(config, "attn_logit_softcapping", None) is not None
    return bool(getattr(model, "_supports_attention_backend", False) and plain and not capped)
