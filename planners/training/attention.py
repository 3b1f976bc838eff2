"""Attention of many rows to the prompts that they share: the prompt's keys are read once, not once for each row.

Rows sample from the same few prompts, and a spec is several times as long as a composition. Expanding its keys and
values to every row makes both sampling and the update wait for memory. Here the rows of a prompt are queries of one
matrix product with it, and share a softmax with their own tokens.
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
    """Rows' queries `(rows, heads, n, size)`, over the prompt and then causally over the row's own keys.

    `key` and `value` are `(rows, key heads, own, size)`, of which the last n are the queries' own.
    """
    new, own = query.shape[-2], key.shape[-2]
    grouped = query.unflatten(1, (key.shape[1], -1)) * scaling
    scores = grouped @ key.unsqueeze(2).transpose(-1, -2)
    if new > 1:
        places = torch.arange(own, device=query.device)
        scores = scores.masked_fill(places > places[own - new :].unsqueeze(-1), -torch.inf)
    found = []
    # (rows, key heads, heads of each, n, …) from here on; a prompt's rows are one long list of queries.
    for (keys, values), mine, over in zip(
        shared_prompts.layers[module.layer_idx],
        grouped.split(list(shared_prompts.groups)),
        zip(scores.split(list(shared_prompts.groups)), value.split(list(shared_prompts.groups)), strict=True),
        strict=True,
    ):
        flat = mine.transpose(0, 1).flatten(1, 3)
        to_prompt = (
            (flat @ keys.transpose(-1, -2)).unflatten(1, (len(mine), *mine.shape[2:4])).transpose(0, 1)
        )
        weights = torch.softmax(torch.cat([to_prompt, over[0]], -1), -1, dtype=torch.float32).to(query.dtype)
        on_prompt, on_own = weights.split([keys.shape[-2], own], -1)
        read = (on_prompt.transpose(0, 1).flatten(1, 3) @ values).unflatten(1, (len(mine), *mine.shape[2:4]))
        found.append(read.transpose(0, 1) + on_own @ over[1].unsqueeze(2))
    return torch.cat(found).flatten(1, 2).transpose(1, 2).contiguous(), None


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
