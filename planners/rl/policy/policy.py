"""The policy: a causal language model and a value head; only masked probabilities are ever used."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import DynamicCache

from p2c_dsl.planners.rl.policy.attention import STEPS, WHOLE, Packing, attending, can_pack, exclude_attention
from p2c_dsl.planners.rl.policy.key_values import OwnTokens, PromptCache, prefix_of
from p2c_dsl.planners.rl.policy.masking import MaskTable, entropy, masked_log_probs

SHARE_FROM = 64
"""Prompts of at least this length are shared by their rows; for shorter ones the extra steps do not pay."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The policy's outputs at decisions `(n,)`, in row order, float32.

    Attributes:
        log_probs: Log-probability of the token taken.
        entropy: Entropy over the legal tokens.
        values: The value before the token.
        after: The value after each row `(rows,)`.
    """

    log_probs: Tensor
    entropy: Tensor
    values: Tensor
    after: Tensor


@dataclass(slots=True, eq=False)
class Stepping:
    """Rows in the middle of sampling.

    Attributes:
        rows: The prompt of each row, in order.
        own: Their cache if tokens can be packed: then each row may be fed any number of tokens in a step.
        cache: Their cache, prompts included, if they cannot: then each row is fed one token in each step.
        done: How many tokens each row has been fed in that case.
    """

    prefix: PromptCache
    rows: Tensor
    own: OwnTokens | None
    cache: DynamicCache
    done: int = 0

    def keep(self, kept: Sequence[int]) -> None:
        """Goes on with some of the rows alone."""
        chosen = torch.tensor(kept, device=self.rows.device)
        if self.own is None:
            self.cache.batch_select_indices(chosen)
        else:
            self.own.keep(kept)
        self.rows = self.rows[chosen]


class ValueHead(nn.Module):
    """The expected return from a hidden state: 0 at first, so that advantages start as returns."""

    def __init__(self, hidden: int, width: int = 64) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(hidden, width), nn.Linear(width, 1)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """Values `(…)` in float32 of hidden states `(…, hidden)`."""
        with torch.autocast(hidden.device.type, enabled=False):
            value: Tensor = self.outer(torch.tanh(self.inner(hidden.to(self.inner.weight.dtype)))).squeeze(-1)
        return value


class Policy(nn.Module):
    """A causal model of transformers, or one with adapters of peft, with a value head.

    Dropout is always off: rollout and update must be the same distribution. `context` is the model's context length, if
    its configuration has one. Raises `ValueError` for a model whose logits are not its head applied to its decoder's
    last hidden state.
    """

    def __init__(self, model: Any, masks: MaskTable, precision: str = "fp32") -> None:
        super().__init__()
        self.model, self.masks, self.precision = model, masks, precision
        self._base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.value_head = ValueHead(self._base.get_input_embeddings().embedding_dim).to(masks.device)
        self._compiled = self._base.get_decoder()
        read = getattr(self._base.config.get_text_config(), "max_position_embeddings", None)
        self.context = read if isinstance(read, int) else None
        self.packs, self.share_from, self.padded_because = can_pack(self._base), SHARE_FROM, ""
        self.eval()
        self._check()

    def train(self, mode: bool = True) -> Policy:
        nn.Module.train(self, False)
        return self

    def compile_decoder(self) -> None:
        """Compiles the passes over whole rows, for any shape; single steps are not compiled."""
        exclude_attention()
        self._compiled = torch.compile(self._base.get_decoder(), dynamic=True)

    def prefix(self, prompts: Sequence[Sequence[int]]) -> PromptCache:
        """The keys and values of prompts (of at least two tokens), with gradient."""
        device = self.masks.device
        lengths = torch.tensor([len(prompt) - 1 for prompt in prompts], device=device)
        width = max(len(prompt) - 1 for prompt in prompts)
        ids = torch.tensor(
            [[prompt[0]] * (width - len(prompt) + 1) + [*prompt[:-1]] for prompt in prompts], device=device
        )
        positions = (torch.arange(width, device=device) - (width - lengths).unsqueeze(-1)).clamp(min=0)
        padded = torch.arange(width, device=device) >= (width - lengths).unsqueeze(-1)
        mask = None if len(prompts) == 1 else padded
        cache = DynamicCache()
        self._decoded(ids, mask, positions, cache)
        return prefix_of(cache, lengths, torch.tensor([prompt[-1] for prompt in prompts], device=device))

    def hidden(self, prefix: PromptCache, rows: Tensor, tokens: Tensor, packing: Packing) -> Tensor:
        """Hidden states `(fed, hidden)`: before each token of each row, and after its last.

        `rows` says which prompt each row follows, `packing` how many hidden states each row has: one more than it has
        tokens in `(rows, time)`.
        """
        fed = torch.cat([prefix.last[rows].unsqueeze(-1), tokens], 1)[:, : packing.width]
        positions = prefix.lengths[rows].unsqueeze(-1) + torch.arange(fed.shape[1], device=fed.device)
        if self.packs:
            with attending(self._base.config, WHOLE):
                packed = (packing.flat(fed).unsqueeze(0), None, packing.flat(positions).unsqueeze(0))
                whole = prefix.whole(rows, packing)
                return self._decoded(*packed, None, self._compiled, whole=whole)[0]
        mask = torch.cat([prefix.mask(rows), torch.ones_like(fed, dtype=torch.bool)], 1)
        return packing.flat(self._decoded(fed, mask, positions, prefix.cache(rows), self._compiled))

    def stepping(self, prefix: PromptCache, rows: Tensor, room: int) -> Stepping:
        """Rows `(rows,)` after their prompts, to be fed step by step, without gradient.

        Rows of one prompt must be adjacent, in the prompts' order.
        """
        if self.packs:
            own = OwnTokens(prefix, rows, room, share=prefix.width >= self.share_from)
            return Stepping(prefix, rows, own, own.cache)
        return Stepping(prefix, rows, None, prefix.cache(rows))

    @property
    def at_once(self) -> int | None:
        """How many tokens a step feeds to every row; `None` if each row may have any number."""
        return None if self.packs else 1

    def step(self, at: Stepping, fed: Sequence[Sequence[int]]) -> Tensor:
        """Feeds each row its next tokens; returns hidden states `(rows, hidden)` after them, 0 for rows without any."""
        packing = Packing.of([len(tokens) for tokens in fed], at.rows.device)
        ids = torch.tensor([[token for tokens in fed for token in tokens]], device=at.rows.device)
        if at.own is None:
            mask = at.prefix.mask(at.rows)
            at.done += 1
            mask = torch.cat([mask, mask.new_ones(len(at.rows), at.done)], 1)
            positions = at.prefix.lengths[at.rows].unsqueeze(-1) + at.done - 1
            return self._decoded(ids.view(-1, 1), mask, positions, at.cache)[:, -1]
        steps = at.own.next(packing)
        positions = steps.place
        if steps.prompts is not None:
            positions = at.prefix.lengths[at.rows][packing.row] + steps.place
        with attending(self._base.config, STEPS):
            hidden = self._decoded(ids, None, positions.unsqueeze(0), at.cache, steps=steps)[0]
        rows, ends = packing.last()
        if len(rows) == len(ids[0]) == len(fed):
            return hidden
        return hidden.new_zeros(len(fed), hidden.shape[-1]).index_copy(
            0, torch.tensor(rows, device=hidden.device), hidden[ends]
        )

    def _decoded(
        self,
        tokens: Tensor,
        mask: Tensor | None,
        positions: Tensor,
        cache: DynamicCache | None,
        decoder: Any = None,
        **more: Any,
    ) -> Tensor:
        hidden: Tensor = (self._base.get_decoder() if decoder is None else decoder)(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=cache is not None,
            **more,
        ).last_hidden_state
        return hidden

    def distribution(self, hidden: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        """Masked log-probabilities and legality `(n, vocab)` for hidden states `(n, hidden)` and masks `(n,)`."""
        legal = self.masks.legal(masks)
        return masked_log_probs(self._base.get_output_embeddings()(hidden), legal), legal

    def score(
        self,
        prefix: PromptCache,
        rows: Tensor,
        tokens: Tensor,
        masks: Tensor,
        decisions: Tensor,
        lengths: Sequence[int],
    ) -> Scored:
        """The policy's outputs at the decisions among tokens.

        `tokens`, `masks` and `decisions` are `(rows, time)`; `lengths` says how many tokens of each row are read.
        Logits are computed at decisions only.
        """
        packing = Packing.of([length + 1 for length in lengths], tokens.device)
        hidden = self.hidden(prefix, rows, tokens, packing)
        none = decisions.new_zeros(len(decisions), 1)
        deciding = hidden[packing.flat(torch.cat([decisions, none], 1))]
        log_probs, legal = self.distribution(deciding, masks[decisions])
        taken = log_probs.gather(-1, tokens[decisions].unsqueeze(-1)).squeeze(-1)
        after = self.value_head(hidden[packing.last()[1]])
        return Scored(taken, entropy(log_probs, legal), self.value_head(deciding), after)

    def autocast(self) -> AbstractContextManager[Any]:
        """A context in which matrix products have the policy's precision."""
        wanted = self.precision == "bf16"
        return torch.autocast(self.masks.device.type, torch.bfloat16) if wanted else nullcontext()

    def adapters_off(self) -> AbstractContextManager[Any]:
        """A context in which adapters are off: the model before training."""
        return self.model.disable_adapter() if hasattr(self.model, "disable_adapter") else nullcontext()

    @torch.no_grad()
    def _check(self) -> None:
        """Compares its results with the model's own; falls back to padding if packing differs.

        A model's attention may do more than its configuration says (sinks, differential attention): its outputs decide.
        """
        for packs in (True, False) if self.packs else (False,):
            self.packs = packs
            wrong = self._wrong()
            if not wrong:
                return
            self.padded_because = wrong
        raise ValueError(f"{type(self._base).__name__} cannot be trained here: {self.padded_because}")

    def _wrong(self) -> str:
        """What is wrong with its outputs, if anything."""
        try:
            return "" if self._agrees() else "its logits differ from those of its decoder and its head"
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # Third-party models can raise anything.
            return f"{type(error).__name__}: {error}"

    def _agrees(self) -> bool:
        """Whether two rows after two prompts get the model's own logits, fed step by step and at once."""
        device, head = self.masks.device, self._base.get_output_embeddings()
        ids = torch.arange(4, device=device).expand(2, 4) % self.masks.vocabulary
        prompts = [(1, 0, 1), (0, 1)]
        whole = [torch.cat([torch.tensor(p, device=device), ids[n]]) for n, p in enumerate(prompts)]
        expected = torch.stack([self._base(input_ids=w[None]).logits[0, -5:] for w in whole])
        rows = torch.arange(2, device=device)
        at_once = self.hidden(self.prefix(prompts), rows, ids, Packing.of([5, 5], device))
        found = [head(at_once).view_as(expected)]
        for shared in (0, SHARE_FROM):
            self.share_from = shared
            stepping = self.stepping(self.prefix(prompts), rows, 2)
            fed = torch.cat([stepping.prefix.last.unsqueeze(-1), ids], 1).tolist()
            steps = [self.step(stepping, [[row[place]] for row in fed]) for place in range(5)]
            found.append(head(torch.stack(steps, 1)))
        # Devices may multiply in less than float32; a different kind of attention is further off than that.
        apart = expected.float().std() * (0.01 if expected.dtype == torch.float32 else 0.1)
        return all(bool(((expected - logits).abs() <= apart).all()) for logits in found)
