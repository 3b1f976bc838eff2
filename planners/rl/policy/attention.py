"""Attention over packed rows: one sequence of all rows' tokens, without padding, after shared prompts.

Rows sample from the same few prompts, and a spec is several times as long as a composition; in a step, each row takes
as many tokens as are forced. So a decoder is given one sequence of all rows' tokens: its token-wise layers see no
padding, and only attention knows which row a token belongs to. While sampling, a prompt's keys are read once for all
its rows instead of once for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from p2c_dsl.planners.engines.jump_forward import attends_to_all

STEPS, WHOLE = "p2c_steps", "p2c_whole_rows"


@dataclass(frozen=True, slots=True)
class Packing:
    """Which row each token of a sequence belongs to; tokens of a row are adjacent, and rows in order.

    Attributes:
        counts: How many tokens each row has.
        row: The row of each token `(tokens,)`.
        slot: The position of each token within its row in this call `(tokens,)`.
    """

    counts: tuple[int, ...]
    row: Tensor
    slot: Tensor

    @classmethod
    def of(cls, counts: Sequence[int], device: torch.device) -> Packing:
        """The packing of rows with these numbers of tokens."""
        row = [number for number, count in enumerate(counts) for _ in range(count)]
        slot = [place for count in counts for place in range(count)]
        whose = torch.tensor([row, slot], device=device)
        return cls(tuple(counts), whose[0], whose[1])

    @property
    def width(self) -> int:
        """How many tokens the longest row has."""
        return max(self.counts)

    @property
    def one_each(self) -> bool:
        """Whether each row has one token: then tokens are rows."""
        return set(self.counts) == {1}

    def grid(self, tokens: Tensor) -> Tensor:
        """Entries for each token `(tokens, …)` as `(rows, width, …)`, padded with 0."""
        grid = tokens.new_zeros(len(self.counts), self.width, *tokens.shape[1:])
        return grid.index_put((self.row, self.slot), tokens)

    def flat(self, grid: Tensor) -> Tensor:
        """The entries of a grid `(rows, width or more, …)` for each token, `(tokens, …)`."""
        return grid[self.row, self.slot]

    def alike(self) -> Iterator[tuple[slice, Packing]]:
        """The rows in groups of similar lengths, so that the grid of each group has little padding."""
        first, longest = 0, self.counts[0]
        for number, count in enumerate((*self.counts[1:], -1), 1):
            if not longest <= 2 * count <= 2 * longest:
                yield slice(first, number), Packing.of(self.counts[first:number], self.row.device)
                first, longest = number, count

    def last(self) -> tuple[list[int], list[int]]:
        """The rows that have tokens, and the position of each one's last token in the sequence."""
        rows, ends, end = list[int](), list[int](), 0
        for number, count in enumerate(self.counts):
            end += count
            if count:
                rows.append(number)
                ends.append(end - 1)
        return rows, ends


@dataclass(frozen=True, slots=True)
class PackedSteps:
    """The next tokens of rows whose keys and values are in a cache, for one call of a decoder.

    Attributes:
        place: The position of each token within its row in the cache `(tokens,)`.
        later: Which cached tokens of its row each token must not attend to `(tokens, own)`.
        prompts: For each layer and prompt, keys and values `(heads, length, size)`; `None` if they are in the cache as
            well.
        follow: How many of the call's tokens follow each prompt; they are adjacent.
    """

    packing: Packing
    place: Tensor
    later: Tensor
    prompts: Sequence[Sequence[tuple[Tensor, Tensor]]] | None
    follow: Sequence[int]


@dataclass(frozen=True, slots=True)
class WholeRows:
    """Whole rows, from their first token on, for one call of a decoder.

    Attributes:
        prompts: For each layer, keys and values of each row's prompt `(rows, heads, longest prompt, size)`.
        legible: What each token may attend to `(rows, 1, width, longest prompt + width)`.
    """

    packing: Packing
    prompts: Sequence[tuple[Tensor, Tensor]]
    legible: Tensor


def attention_of_steps(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    steps: PackedSteps,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention of queries `(1, heads, tokens, size)` to their rows' prompts and own keys: `(1, tokens, heads, size)`.

    `key` and `value` are the cached ones of the rows, `(rows, key heads, own, size)`.
    """
    if steps.prompts is None:
        return _over_cache(steps, query, key, value, scaling), None
    packing, one_each = steps.packing, steps.packing.one_each
    # (tokens, key heads, heads of each, size)
    queries = torch.unflatten(query[0] * scaling, 0, (key.shape[1], -1)).permute(2, 0, 1, 3)
    asked = queries if one_each else _by_row(packing, queries)
    own = asked @ key.transpose(-1, -2)
    own = own if one_each else _by_token(packing, own, queries.shape[2])
    own = own.masked_fill(steps.later[:, None, None], -torch.inf)
    found, on_own = [], []
    parts = zip(*(torch.split(tensor, list(steps.follow)) for tensor in (queries, own)), strict=True)
    for (keys, values), (mine, own_scores) in zip(steps.prompts[module.layer_idx], parts, strict=True):
        if not len(mine):
            continue
        # All tokens' queries are one matrix here, (key heads, tokens · heads of each, size).
        scores = mine.transpose(0, 1).flatten(1, 2) @ keys.transpose(-1, -2)
        scores = torch.unflatten(scores, 1, mine.shape[::2]).transpose(0, 1)
        weights = torch.softmax(torch.cat([scores, own_scores], -1), -1, dtype=torch.float32).to(query.dtype)
        on_prompt = weights[..., : keys.shape[-2]].transpose(0, 1).flatten(1, 2) @ values
        found.append(torch.unflatten(on_prompt, 1, mine.shape[::2]).transpose(0, 1))
        on_own.append(weights[..., keys.shape[-2] :])
    weights = torch.cat(on_own)
    read = (weights if one_each else _by_row(packing, weights)) @ value
    read = read if one_each else _by_token(packing, read, queries.shape[2])
    return (torch.cat(found) + read).flatten(1, 2).unsqueeze(0), None


def _over_cache(steps: PackedSteps, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
    """The same if the cache holds the prompts as well."""
    packing, tokens, legible = steps.packing, query[0].transpose(0, 1), ~steps.later
    asked, legible = (t.unsqueeze(1) if packing.one_each else packing.grid(t) for t in (tokens, legible))
    asked = asked.transpose(1, 2)
    read = scaled_dot_product_attention(
        asked,
        _for_queries(key, asked),
        _for_queries(value, asked),
        attn_mask=legible.unsqueeze(1),
        scale=scaling,
    ).transpose(1, 2)
    return (read.squeeze(1) if packing.one_each else packing.flat(read)).unsqueeze(0)


def _by_row(packing: Packing, tokens: Tensor) -> Tensor:
    """`(tokens, key heads, heads of each, n)` as `(rows, key heads, width · heads of each, n)`."""
    return packing.grid(tokens).transpose(1, 2).flatten(2, 3)


def _by_token(packing: Packing, rows: Tensor, each: int) -> Tensor:
    """`_by_row`, undone."""
    return packing.flat(torch.unflatten(rows, 2, (-1, each)).transpose(1, 2))


def attention_of_whole_rows(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    whole: Sequence[WholeRows],
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention of `(1, heads, tokens, size)` queries, keys and values: `(1, tokens, heads, size)`, with gradient.

    With many queries a row, arithmetic dominates: the fused kernel is fastest.
    """
    sizes = [sum(part.packing.counts) for part in whole]
    tokens = (torch.split(tensor[0].transpose(0, 1), sizes) for tensor in (query, key, value))
    found = []
    for part, *mine in zip(whole, *tokens, strict=True):
        asked, own_keys, own_values = (part.packing.grid(tensor).transpose(1, 2) for tensor in mine)
        keys, values = part.prompts[module.layer_idx]
        read = scaled_dot_product_attention(
            asked,
            _for_queries(torch.cat([keys, own_keys], 2), asked),
            _for_queries(torch.cat([values, own_values], 2), asked),
            attn_mask=part.legible,
            scale=scaling,
        )
        found.append(part.packing.flat(read.transpose(1, 2)))
    return torch.cat(found).unsqueeze(0), None


def _for_queries(tensor: Tensor, queries: Tensor) -> Tensor:
    """Keys or values `(rows, key heads, …)`, repeated for each of the queries' heads."""
    each = queries.shape[1] // tensor.shape[1]
    return tensor.repeat_interleave(each, 1) if each > 1 else tensor


ALL_ATTENTION_FUNCTIONS.register(STEPS, attention_of_steps)
ALL_ATTENTION_FUNCTIONS.register(WHOLE, attention_of_whole_rows)


def exclude_attention() -> None:
    """Keeps attention over whole rows out of compilation.

    Otherwise the numbers of tokens would be part of the graph, and each rollout would need a new one.
    """
    apart = torch.compiler.disable(attention_of_whole_rows)  # type: ignore[no-untyped-call]
    ALL_ATTENTION_FUNCTIONS.register(WHOLE, apart)


@contextmanager
def attending(config: Any, name: str) -> Iterator[None]:
    """A context in which a model with this configuration uses an attention registered here."""
    before = config._attn_implementation
    config._attn_implementation = name
    try:
        yield
    finally:
        config._attn_implementation = before


def can_pack(model: Any) -> bool:
    """Whether a model has plain attention, which these functions replace: full, without capped scores."""
    capped = getattr(model.config, "attn_logit_softcapping", None) is not None
    return bool(getattr(model, "_supports_attention_backend", False) and attends_to_all(model.config) and not capped)
