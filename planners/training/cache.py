"""Keys and values: of prompts, computed once and shared by their rows; and of rows, growing in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, DynamicLayer

from p2c_dsl.planners.training.attention import SharedPrompts


@dataclass(frozen=True, slots=True)
class Prefix:
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

    def mask(self, rows: Tensor) -> Tensor | None:
        """For rows `(rows,)` of prompts, what is no padding `(rows, width)`; `None` where nothing is."""
        if len(self.lengths) == 1:
            return None
        places = torch.arange(self.width, device=self.lengths.device)
        return places >= (self.width - self.lengths[rows]).unsqueeze(-1)

    def cache(self, rows: Tensor, room: int = 0) -> DynamicCache:
        """A cache for rows `(rows,)` after their prompts; with `room` for tokens that are filled in place."""
        cache = DynamicCache()
        for keys, values in self.layers:
            cache.layers.append(_layer(keys[rows], values[rows], room))
        return cache

    def own_cache(self, rows: int, room: int = 0) -> DynamicCache:
        """A cache for the tokens of so many rows alone, whose prompts are shared."""
        cache = DynamicCache()
        for keys, values in self.layers:
            nothing = [
                tensor.new_empty(rows, tensor.shape[1], 0, tensor.shape[3]) for tensor in (keys, values)
            ]
            cache.layers.append(_layer(nothing[0], nothing[1], room))
        return cache

    def shared(self, rows: Tensor) -> SharedPrompts:
        """What rows `(rows,)` share; those of a prompt have to be side by side, in the prompts' order."""
        counts = torch.bincount(rows, minlength=len(self.lengths)).tolist()
        sizes = self.lengths.tolist()
        used = [number for number, count in enumerate(counts) if count]
        layers = [
            [(keys[n, :, self.width - sizes[n] :], values[n, :, self.width - sizes[n] :]) for n in used]
            for keys, values in self.layers
        ]
        return SharedPrompts(layers, [counts[number] for number in used])


def prefix_of(cache: Any, lengths: Tensor, last: Tensor) -> Prefix:
    """What a decoder has left in a cache."""
    return Prefix(tuple((layer.keys, layer.values) for layer in cache.layers), lengths, last)


def _layer(keys: Tensor, values: Tensor, room: int) -> DynamicLayer:
    if room:
        return GrowingLayer(keys, values, room)
    layer: DynamicLayer = DynamicLayer()  # type: ignore[no-untyped-call]
    layer.lazy_initialization(keys, values)
    layer.keys, layer.values = keys, values
    return layer


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """A layer's keys and values with room to grow, so that a step copies its own and not all that came before.

    What is filled in place has no gradient.
    """

    def __init__(self, keys: Tensor, values: Tensor, room: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lazy_initialization(keys, values)
        self._filled = keys.shape[-2]
        self._buffers = [_roomy(t, room) for t in (keys, values)]
        self._show()

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        start, end = self._filled, self._filled + key_states.shape[-2]
        if end > self._buffers[0].shape[-2]:
            self._buffers = [_roomy(b[:, :, :start], end) for b in self._buffers]
        for buffer, new in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, start:end] = new
        self._filled = end
        return self._show()

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keeps some rows; what is not filled is not copied."""
        room = self._buffers[0].shape[-2] - self._filled
        self._buffers = [_roomy(b[indices, :, : self._filled], room) for b in self._buffers]
        self._show()

    def _show(self) -> tuple[Tensor, Tensor]:
        keys, values = (buffer[:, :, : self._filled] for buffer in self._buffers)
        self.keys, self.values = keys, values
        return keys, values


def _roomy(tensor: Tensor, room: int) -> Tensor:
    rows, heads, filled, size = tensor.shape
    buffer = tensor.new_empty(rows, heads, filled + room, size)
    buffer[:, :, :filled] = tensor
    return buffer
