"""The policy: a causal language model and a value head, of which only masked probabilities are ever taken."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import DynamicCache

from p2c_dsl.planners.training.attention import can_share, shared_attention
from p2c_dsl.planners.training.cache import Prefix, prefix_of
from p2c_dsl.planners.training.masking import MaskTable, entropy, masked_log_probs

SHARE_FROM = 64
"""Prompts from this length on are read for all rows at once; shorter ones are not worth the extra steps."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What the policy says of decisions `(n,)`, in their rows' order: each float32.

    Attributes:
        log_probs: Of the token that was taken.
        entropy: Over what was legal.
        values: `(rows, time + 1)`: what was expected before each token, and after the last.
    """

    log_probs: Tensor
    entropy: Tensor
    values: Tensor


@dataclass(slots=True, eq=False)
class Stepping:
    """Rows that are being fed.

    Attributes:
        rows: Which prompt each follows, in order.
        shares: Whether the cache holds their own tokens alone, and prompts are read for all rows at once.
        done: How many tokens each has been fed.
    """

    prefix: Prefix
    rows: Tensor
    cache: DynamicCache
    shares: bool
    done: int

    def keep(self, kept: Tensor) -> None:
        """Goes on with some of the rows `(n,)` alone."""
        self.cache.batch_select_indices(kept)
        self.rows = self.rows[kept]


class ValueHead(nn.Module):
    """What is still to be earned, from a hidden state: 0 at first, so that advantages begin as returns."""

    def __init__(self, hidden: int, width: int = 64) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(hidden, width), nn.Linear(width, 1)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """Values `(…)` in float32 of hidden states `(…, hidden)`."""
        value: Tensor = self.outer(torch.tanh(self.inner(hidden.to(self.inner.weight.dtype)))).squeeze(-1)
        return value


class Policy(nn.Module):
    """A causal model of transformers, or one with adapters of peft, with a value head.

    Dropout is off whatever the mode: rollout and update must be the same distribution. Raises `ValueError` for a model
    whose logits are more than its head applied to its decoder's last hidden state.
    """

    def __init__(self, model: Any, masks: MaskTable, precision: str = "fp32") -> None:
        super().__init__()
        self.model, self.masks, self.precision = model, masks, precision
        self._base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.value_head = ValueHead(self._base.get_input_embeddings().embedding_dim).to(masks.device)
        self._compiled = self._base.get_decoder()
        self.share_from = SHARE_FROM if can_share(self._base) else None
        self.eval()
        self._check()

    def train(self, mode: bool = True) -> Policy:
        nn.Module.train(self, False)
        return self

    def compile_decoder(self) -> None:
        """Compiles the passes over whole rows, for any shape; single steps stay as they are."""
        self._compiled = torch.compile(self._base.get_decoder(), dynamic=True)

    def prefix(self, prompts: Sequence[Sequence[int]]) -> Prefix:
        """Prompts (of two tokens or more) as keys and values, with their gradient."""
        device = self.masks.device
        lengths = torch.tensor([len(prompt) - 1 for prompt in prompts], device=device)
        width = max(len(prompt) - 1 for prompt in prompts)
        ids = torch.tensor(
            [[prompt[0]] * (width - len(prompt) + 1) + [*prompt[:-1]] for prompt in prompts], device=device
        )
        positions = (torch.arange(width, device=device) - (width - lengths).unsqueeze(-1)).clamp(min=0)
        mask = (
            None
            if len(prompts) == 1
            else torch.arange(width, device=device) >= (width - lengths).unsqueeze(-1)
        )
        cache = DynamicCache()
        self._decoded(ids, mask, positions, cache)
        return prefix_of(cache, lengths, torch.tensor([prompt[-1] for prompt in prompts], device=device))

    def hidden(self, prefix: Prefix, rows: Tensor, tokens: Tensor) -> Tensor:
        """Hidden states `(rows, time + 1, hidden)` before each of the tokens `(rows, time)`, and after the last.

        `rows` says which prompt each row follows. Padding after a row's end changes nothing before it.
        """
        fed = torch.cat([prefix.last[rows].unsqueeze(-1), tokens], 1)
        mask = prefix.mask(rows)
        if mask is not None:
            mask = torch.cat([mask, mask.new_ones(fed.shape)], 1)
        positions = prefix.lengths[rows].unsqueeze(-1) + torch.arange(fed.shape[1], device=fed.device)
        return self._decoded(fed, mask, positions, prefix.cache(rows), self._compiled)

    def stepping(self, prefix: Prefix, rows: Tensor, room: int) -> Stepping:
        """Rows `(rows,)` after their prompts, to be fed token by token. What a step fills in has no gradient."""
        shares = self.share_from is not None and prefix.width >= self.share_from
        cache = prefix.own_cache(len(rows), room) if shares else prefix.cache(rows, room)
        return Stepping(prefix, rows, cache, shares, 0)

    def step(self, at: Stepping, tokens: Tensor) -> Tensor:
        """Feeds the next token of each row `(rows,)`; the hidden states `(rows, hidden)` that follow them."""
        positions = at.prefix.lengths[at.rows].unsqueeze(-1) + at.done
        at.done += 1
        if at.shares:
            # One query a row: reading the prompt for all rows at once is what counts. Many queries a row are
            # bound by arithmetic, and are better off with the fused kernel that `hidden` has.
            with shared_attention(self._base.config):
                shared = at.prefix.shared(at.rows)
                return self._decoded(tokens.unsqueeze(-1), None, positions, at.cache, shared_prompts=shared)[
                    :, -1
                ]
        mask = at.prefix.mask(at.rows)
        if mask is not None:
            mask = torch.cat([mask, mask.new_ones(len(at.rows), at.done)], 1)
        return self._decoded(tokens.unsqueeze(-1), mask, positions, at.cache)[:, -1]

    def _decoded(
        self,
        tokens: Tensor,
        mask: Tensor | None,
        positions: Tensor,
        cache: DynamicCache,
        decoder: Any = None,
        **more: Any,
    ) -> Tensor:
        hidden: Tensor = (decoder or self._base.get_decoder())(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            **more,
        ).last_hidden_state
        return hidden

    def distribution(self, hidden: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        """Masked log-probabilities, and what is legal, `(n, vocab)`: of hidden states `(n, hidden)`, masks `(n,)`."""
        legal = self.masks.legal(masks)
        return masked_log_probs(self._base.get_output_embeddings()(hidden), legal), legal

    def score(self, prefix: Prefix, rows: Tensor, tokens: Tensor, masks: Tensor, decisions: Tensor) -> Scored:
        """Log-probabilities and entropies of the decisions among tokens, and all values.

        `tokens`, `masks` and `decisions` are `(rows, time)`. Only where something is decided logits are computed.
        """
        hidden = self.hidden(prefix, rows, tokens)
        log_probs, legal = self.distribution(hidden[:, :-1][decisions], masks[decisions])
        taken = log_probs.gather(-1, tokens[decisions].unsqueeze(-1)).squeeze(-1)
        return Scored(taken, entropy(log_probs, legal), self.value_head(hidden))

    def autocast(self) -> AbstractContextManager[Any]:
        """Where products are taken in the policy's precision."""
        wanted = self.precision == "bf16"
        return torch.autocast(self.masks.device.type, torch.bfloat16) if wanted else nullcontext()

    def adapters_off(self) -> AbstractContextManager[Any]:
        """Where the model has adapters: inside, it is what it was before training."""
        return self.model.disable_adapter() if hasattr(self.model, "disable_adapter") else nullcontext()

    @torch.no_grad()
    def _check(self) -> None:
        ids = torch.zeros(1, 2, dtype=torch.long, device=self.masks.device)
        expected = self._base(input_ids=ids).logits
        got = self._base.get_output_embeddings()(self._base.get_decoder()(input_ids=ids).last_hidden_state)
        if expected.shape != got.shape or not torch.allclose(expected, got, atol=1e-4):
            raise ValueError(
                f"{type(self._base).__name__} does more to its logits than its head does: it cannot be trained here"
            )
