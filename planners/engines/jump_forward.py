"""Generation with a causal model of transformers in which the model is asked only where there is a choice.

Most tokens of a composition are forced: the mask allows only one. Its probability is then 1, whatever the model says,
so the model need not be asked. A forced run is fed together with the token that was chosen before it, in one forward
pass, and the logits are read after the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache

from p2c_dsl.planners.automaton.collection import collector_paused
from p2c_dsl.planners.tokens.sampling import Sampler

_CLOSE = {torch.float32: 0.01, torch.float64: 0.01}
"""How far logits may be apart, in standard deviations: devices may multiply in less than float32."""
_CLOSE_IN_HALF = 0.1


class FedRows:
    """Rows that follow one prompt, fed to a causal model, each with any number of tokens at a time.

    A row with fewer tokens than others is padded on its left within the call, and the padding is masked from then on.
    So attention must be all that a model knows of earlier tokens (`can_feed`).

    Args:
        prompt: The prompt's ids; at least one.
        count: How many rows follow it.
    """

    def __init__(self, model: Any, prompt: Sequence[int], count: int) -> None:
        self._model, self._cache, self._prompt = model, DynamicCache(), prompt
        if len(prompt) > 1:
            # The prompt's last token is fed with the rows' first ones, so that no logits are needed before.
            model(
                input_ids=torch.tensor([prompt[:-1]], device=model.device),
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1,
            )
            self._cache.batch_repeat_interleave(count)
        self._begun = False
        self._lengths = torch.full((count,), len(prompt) - 1, device=model.device)
        self._legible = torch.ones((count, len(prompt) - 1), dtype=torch.long, device=model.device)

    def feed(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        """The logits `(rows, vocab)` after each row's next tokens; after the prompt, there may be none."""
        last = () if self._begun else (self._prompt[-1],)
        rows = [[*last, *row] for row in tokens]
        self._begun = True
        width, device = max(map(len, rows)), self._model.device
        counts = torch.tensor([len(row) for row in rows], device=device)
        ids = torch.tensor([[*[0] * (width - len(row)), *row] for row in rows], device=device)
        places = torch.arange(width, device=device) - (width - counts).unsqueeze(1)
        self._legible = torch.cat([self._legible, (places >= 0).long()], 1)
        out = self._model(
            input_ids=ids,
            attention_mask=self._legible,
            position_ids=self._lengths.unsqueeze(1) + places.clamp(min=0),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._lengths = self._lengths + counts
        logits: Tensor = out.logits[:, -1]
        return logits

    def keep(self, kept: Sequence[int]) -> None:
        """Goes on with some of the rows alone."""
        chosen = torch.tensor(kept, device=self._model.device)
        self._cache.batch_select_indices(chosen)
        self._lengths, self._legible = self._lengths[chosen], self._legible[chosen]


@collector_paused()
@torch.inference_mode()
def write(model: Any, prompt: Sequence[int], sampler: Sampler, jump: bool = True) -> None:
    """Writes a sampler's rows to their ends, after a prompt.

    With `jump`, the model is asked only where there is a choice; the rows are the same without. Raises what
    `Sampler.draw` raises.
    """
    rows, going = FedRows(model, prompt, len(sampler.rows)), list(range(len(sampler.rows)))
    fed = [0] * len(sampler.rows)
    while going:
        if jump:
            for number in going:
                sampler.jump(number)
            going = _unfinished(rows, sampler, going)
            if not going:
                return
        unfed = [sampler.rows[number].ids[fed[number] :] for number in going]
        for number in going:
            fed[number] = len(sampler.rows[number].ids)
        sampler.draw(going, rows.feed(unfed))
        going = _unfinished(rows, sampler, going)


def _unfinished(rows: FedRows, sampler: Sampler, going: list[int]) -> list[int]:
    kept = [place for place, number in enumerate(going) if not sampler.rows[number].at.ended]
    if kept and len(kept) < len(going):
        rows.keep(kept)
    return [going[place] for place in kept]


def attends_to_all(config: Any) -> bool:
    """Whether a model's configuration says that every token attends to all tokens before it."""
    kinds = getattr(config, "layer_types", None)
    return set(kinds) == {"full_attention"} if kinds else getattr(config, "sliding_window", None) is None


@torch.inference_mode()
def can_feed(model: Any) -> bool:
    """Whether a model gives its own logits to rows that are fed in pieces of different lengths.

    A model's attention may do more than its configuration says, or it may have no attention: its outputs decide.
    """
    if not attends_to_all(model.config.get_text_config()):
        # Padding within a row would count as tokens of a window.
        return False
    known = model.get_input_embeddings().weight.shape[0]
    texts = [[token % known for token in row] for row in ((1, 2, 3, 0, 5, 4), (1, 2, 3, 4, 0, 2))]
    try:
        expected = torch.cat([model(input_ids=torch.tensor([t], device=model.device)).logits[:, -1] for t in texts])
        rows = FedRows(model, texts[0][:3], 2)
        rows.feed([texts[0][3:5], texts[1][3:4]])
        found = rows.feed([texts[0][5:], texts[1][4:]])
    except torch.OutOfMemoryError:
        raise
    except Exception:  # Models of third parties can raise anything.
        return False
    apart = expected.float().std() * _CLOSE.get(expected.dtype, _CLOSE_IN_HALF)
    return bool(((expected - found).abs() <= apart).all())
