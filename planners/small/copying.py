"""Weights with which an untrained model copies: the two attention heads of an induction circuit, written down by hand.

A composition repeats names from its spec. A transformer learns to copy by forming a head that looks at the token before, and
in the layer above heads that look for the tokens that followed an earlier occurrence of the current one (Olsson et al.,
"In-context learning and induction heads", 2022). That takes millions of tokens; here training starts from it.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

THETA = 500_000.0
"""The base of the rotary positions: with a large one, slow pairs hardly turn within a prompt, and contents can match."""
_CODE = 32
"""Dimensions that say which token was before; one head's width."""
_SLOW, _FAST = 8, 6
"""Pairs from the eighth on compare contents; the first six tell the token before from its neighbours."""
_PREVIOUS, _MATCH, _COPY, _WRITE = 7.7, 3.2, 0.25, 0.035
"""How sharply the heads look, and how strongly they write."""


def teach_copying(model: Any) -> None:
    """Writes the circuit into the first two layers; everything else that writes into the residual starts near zero.

    The last dimension of the embeddings is a constant, and the `_CODE` before it are free for the token before.
    """
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.mul_(0.1)
            layer.mlp.down_proj.weight.mul_(0.1)
        embedding = model.model.embed_tokens.weight
        content = embedding.shape[1] - _CODE - 1
        embedding[:, content:-1] *= 0.1
        embedding[:, -1] = 0.02 * content**0.5
        code = torch.linalg.qr(torch.randn(content, _CODE))[0].T
        _look_back(model.model.layers[0].self_attn, content, code)
        for head in (0, 1):
            _follow(model.model.layers[1].self_attn, head, content, code)


def _look_back(attention: Any, content: int, code: Tensor) -> None:
    """The first head: attends to the token before, and writes down which one it is."""
    queries, keys, values = (attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight)
    half = _CODE // 2
    queries[:_CODE] = keys[:_CODE] = values[:_CODE] = 0.0
    for pair in range(_FAST):
        angle = torch.tensor(THETA ** (-pair / half))
        # A constant is the same in all normalised embeddings: its size there is about the square root of 80.
        size = _PREVIOUS / 9.0
        queries[pair, -1], queries[pair + half, -1] = size * angle.cos(), -size * angle.sin()
        keys[pair, -1] = size
    values[:_CODE, :content] = code
    attention.o_proj.weight[:, :_CODE] = 0.0
    attention.o_proj.weight[content : content + _CODE, :_CODE] = _WRITE * torch.eye(_CODE)


def _follow(attention: Any, head: int, content: int, code: Tensor) -> None:
    """A head that attends to what followed the current token before, and predicts that."""
    half, first = _CODE // 2, head * _CODE
    own = slice(first, first + _CODE)
    queries, keys, values = (attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight)
    queries[own] = keys[own] = 0.0
    for place in range(half):
        pair = _SLOW + place % (half - _SLOW)
        row = first + pair + (half if place >= half - _SLOW else 0)
        part = head * half + place
        queries[row, :content] = _MATCH * code[part]
        keys[row, content + part] = _MATCH
    shown = torch.linalg.qr(torch.randn(content, _CODE))[0].T
    values[own] = 0.0
    values[own, :content] = shown
    attention.o_proj.weight[:, own] = 0.0
    attention.o_proj.weight[:content, own] = _COPY * shown.T
