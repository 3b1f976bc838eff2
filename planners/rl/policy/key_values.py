"""The key-value cache: of prompts, computed once and shared by their rows; and of rows, growing in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, DynamicLayer

from p2c_dsl.planners.rl.policy.attention import PackedSteps, Packing, WholeRows


@dataclass(frozen=True, slots=True)
class PromptCache:
    """Prompts without their last token, as keys and values, padded on the left.

    Attributes:
        layers: For each layer, keys and values `(prompts, heads, width, size)`.
        lengths: How long each is `(prompts,)`.
        last: The last token of each prompt `(prompts,)`: the first that a row feeds.
    """

    layers: tuple[tuple[Tensor, Tensor], ...]
    lengths: Tensor
    last: Tensor

    @property
    def width(self) -> int:
        """The length of the longest, padding included."""
        return self.layers[0][0].shape[-2]

    def mask(self, rows: Tensor) -> Tensor:
        """For the prompts of rows `(rows,)`, which positions are not padding `(rows, width)`."""
        places = torch.arange(self.width, device=self.lengths.device)
        return places >= (self.width - self.lengths[rows]).unsqueeze(-1)

    def cache(self, rows: Tensor) -> DynamicCache:
        """A cache for rows `(rows,)` after their prompts."""
        cache = DynamicCache()
        for keys, values in self._of(rows):
            layer: DynamicLayer = DynamicLayer()  # type: ignore[no-untyped-call]
            layer.lazy_initialization(keys, values)
            layer.keys, layer.values = keys, values
            cache.layers.append(layer)
        return cache

    def whole(self, rows: Tensor, packing: Packing) -> list[WholeRows]:
        """Rows `(rows,)` after their prompts, from their first token on, those of similar lengths together."""
        found = []
        for part, packed in packing.alike():
            own = torch.ones(packed.width, packed.width, dtype=torch.bool, device=rows.device).tril()
            prompts = self.mask(rows[part])[:, None, None].expand(-1, 1, packed.width, -1)
            legible = torch.cat([prompts, own.expand(len(prompts), 1, -1, -1)], -1)
            found.append(WholeRows(packed, self._of(rows[part]), legible))
        return found

    def separate(self) -> list[list[tuple[Tensor, Tensor]]]:
        """For each layer, for each prompt, keys and values `(heads, length, size)` without padding."""
        starts = [self.width - length for length in self.lengths.tolist()]
        return [
            [(keys[n, :, start:], values[n, :, start:]) for n, start in enumerate(starts)]
            for keys, values in self.layers
        ]

    def _of(self, rows: Tensor) -> list[tuple[Tensor, Tensor]]:
        if len(self.lengths) == 1:
            shape = (len(rows), -1, -1, -1)
            return [(keys.expand(shape), values.expand(shape)) for keys, values in self.layers]
        return [(keys[rows], values[rows]) for keys, values in self.layers]


def prefix_of(cache: Any, lengths: Tensor, last: Tensor) -> PromptCache:
    """The prefix in a decoder's cache."""
    return PromptCache(tuple((layer.keys, layer.values) for layer in cache.layers), lengths, last)


class OwnTokens:
    """The tokens of rows after their prompts: keys and values that grow in place, without gradient.

    Rows of one prompt are adjacent, in the prompts' order; they share it, or each has a copy. `room` is the initial
    capacity of a row in tokens.
    """

    def __init__(self, prefix: PromptCache, rows: Tensor, room: int, share: bool) -> None:
        self.cache, self._layers = DynamicCache(), list[_OwnLayer]()
        self._prompt, self._filled = rows.tolist(), [0] * len(rows)
        prompts = prefix.separate()
        self._prompts = prompts if share else None
        self._count = len(prefix.lengths)
        for keys, values in prefix.layers:
            self._layers.append(_OwnLayer(keys, values, len(rows), room))
        self.cache.layers += self._layers
        if not share:
            self._copy(prompts)

    def next(self, packing: Packing) -> PackedSteps:
        """Makes room for the tokens of one call."""
        device = packing.row.device
        place = torch.tensor(self._filled, device=device)[packing.row] + packing.slot
        self._filled = [a + b for a, b in zip(self._filled, packing.counts, strict=True)]
        width = max(self._filled)
        for layer in self._layers:
            layer.go_on(packing.row, place, width)
        later = torch.arange(width, device=device) > place.unsqueeze(-1)
        follow = [0] * self._count
        for prompt, count in zip(self._prompt, packing.counts, strict=True):
            follow[prompt] += count
        return PackedSteps(packing, place, later, self._prompts, follow)

    def _copy(self, prompts: Sequence[Sequence[tuple[Tensor, Tensor]]]) -> None:
        """Starts each row with its prompt."""
        lengths = [keys.shape[1] for keys, _ in prompts[0]]
        packing = Packing.of([lengths[prompt] for prompt in self._prompt], prompts[0][0][0].device)
        self.next(packing)
        for layer, pairs in zip(self._layers, prompts, strict=True):
            layer.update(*(torch.cat([pairs[n][i] for n in self._prompt], 1).unsqueeze(0) for i in (0, 1)))

    def keep(self, kept: Sequence[int]) -> None:
        """Keeps only some of the rows."""
        self._prompt, self._filled = [self._prompt[n] for n in kept], [self._filled[n] for n in kept]
        for layer in self._layers:
            layer.keep(kept, max(self._filled))


class _OwnLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """A layer's keys and values `(rows, heads, room, size)`; `go_on` says where new ones go."""

    def __init__(self, keys: Tensor, values: Tensor, rows: int, room: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lazy_initialization(keys, values)
        # Unfilled entries are masked, but must be finite all the same.
        self._buffers = [t.new_zeros(rows, t.shape[1], room, t.shape[3]) for t in (keys, values)]
        self.keys, self.values = self._buffers

    def go_on(self, row: Tensor, place: Tensor, width: int) -> None:
        """The rows and positions of the next tokens `(tokens,)`; all positions are below `width`."""
        missing = width - self._buffers[0].shape[2]
        if missing > 0:
            self._buffers = [
                torch.cat([b, b.new_zeros(*b.shape[:2], max(missing, width), b.shape[3])], 2) for b in self._buffers
            ]
        self._row, self._place, self._width = row, place, width

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        for buffer, new in zip(self._buffers, (key_states, value_states), strict=True):
            # In bfloat16, a decoder can return different precisions for prompts and for steps.
            buffer[self._row, :, self._place] = new[0].transpose(0, 1).to(buffer.dtype)
        self.keys, self.values = (buffer[:, :, : self._width] for buffer in self._buffers)
        return self.keys, self.values

    def keep(self, kept: Sequence[int], filled: int) -> None:
        """Keeps some rows; unfilled entries are not copied."""
        for number, buffer in enumerate(self._buffers):
            buffer[: len(kept), :, :filled] = buffer[kept, :, :filled]
            self._buffers[number] = buffer[: len(kept)]
