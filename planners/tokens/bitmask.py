"""Bitmasks of tokens: which tokens of a vocabulary are allowed, packed 32 to a word, as grammar engines have them.

Token `t` is bit `t % 32` of word `t // 32`, an int32. All packing and unpacking is here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor, device

_BITS = 32
_FIRST = 64
"""How many rows a table has room for at first."""


def width(vocabulary: int) -> int:
    """How many words a bitmask of a vocabulary has."""
    return -(-vocabulary // _BITS)


def pack(allowed: Collection[int], vocabulary: int) -> NDArray[np.int32]:
    """The bitmask `(width,)` that allows some tokens."""
    bits = np.zeros(width(vocabulary) * _BITS, np.uint8)
    bits[list(allowed)] = 1
    return np.packbits(bits, bitorder="little").view(np.int32)


def unpack(bitmasks: NDArray[np.int32], vocabulary: int) -> NDArray[np.bool_]:
    """Bitmasks `(..., width)` as `(..., vocabulary)`, true where a token is allowed."""
    octets = np.ascontiguousarray(bitmasks).view(np.uint8)
    return np.unpackbits(octets, axis=-1, bitorder="little").view(np.bool_)[..., :vocabulary]


def tokens_of(bitmask: NDArray[np.int32]) -> NDArray[np.intp]:
    """The tokens that a bitmask allows, in order."""
    return np.flatnonzero(unpack(bitmask, len(bitmask) * _BITS))


def allows(bitmask: NDArray[np.int32], token: int) -> bool:
    """Whether a bitmask allows a token."""
    return bool(int(bitmask[token // _BITS]) >> token % _BITS & 1)


def forced_token(bitmask: NDArray[np.int32]) -> int | None:
    """The only token that a bitmask allows; `None` where it allows several or none."""
    used = np.flatnonzero(bitmask)
    if len(used) != 1:
        return None
    word = int(bitmask[used[0]]) & 0xFFFFFFFF
    return int(used[0]) * _BITS + word.bit_length() - 1 if word.bit_count() == 1 else None


def mask_logits(logits: Tensor, bitmasks: Tensor) -> None:
    """Sets logits `(batch, vocab)` to −inf where bitmasks `(batch, words)` on the same device do not allow them."""
    import torch

    bits = torch.arange(_BITS, device=bitmasks.device, dtype=torch.int32)
    allowed = (bitmasks.unsqueeze(-1) >> bits & 1).flatten(1).bool()[:, : logits.shape[1]]
    logits[:, : allowed.shape[1]].masked_fill_(~allowed, -torch.inf)
    logits[:, allowed.shape[1] :] = -torch.inf


class BitmaskTable:
    """Bitmasks of one vocabulary, numbered from 0 in the order in which they are met; equal ones share a number.

    The room for rows doubles when it is used up, here and on each device, and only new rows are copied to a device:
    what is copied grows with the number of rows, not with its square.

    Attributes:
        words: `(room, width)`, of which the first `len(table)` rows are in use.
        forced: For each row its only token, `None` where there are several or none.
    """

    def __init__(self, vocabulary: int) -> None:
        self.vocabulary = vocabulary
        self.words: NDArray[np.int32] = np.zeros((_FIRST, width(vocabulary)), np.int32)
        self.forced: list[int | None] = []
        self._numbers: dict[bytes, int] = {}
        self._copies: dict[device, _Copy] = {}

    def __len__(self) -> int:
        """How many different bitmasks there are."""
        return len(self.forced)

    def number(self, bitmask: NDArray[np.int32]) -> int:
        """The number of a bitmask. It may be narrower than the table; what is beyond it is not allowed."""
        missing = self.words.shape[1] - len(bitmask)
        if missing > 0:
            bitmask = np.pad(bitmask, (0, missing))
        key = bitmask.tobytes()
        number = self._numbers.get(key)
        if number is None:
            number = len(self.forced)
            if number == len(self.words):
                self.words = np.concatenate([self.words, np.zeros_like(self.words)])
            self.words[number] = bitmask
            self._numbers[key] = number
            self.forced.append(forced_token(bitmask))
        return number

    def on(self, device: device) -> Tensor:
        """The table on a device, with room for further rows; what is new since the last time is copied there."""
        import torch

        copy, count = self._copies.get(device), len(self)
        # A table made in inference mode could not be written to outside of it.
        with torch.inference_mode(False):
            if copy is None or count > len(copy.words):
                room = torch.zeros(self.words.shape, dtype=torch.int32, device=device)
                if copy is not None:
                    room[: copy.count] = copy.words[: copy.count]
                copy = self._copies[device] = _Copy(room, 0 if copy is None else copy.count)
            if copy.count < count:
                copy.words[copy.count : count] = torch.from_numpy(self.words[copy.count : count])
                copy.count = count
        return copy.words

    def unpacked(self, numbers: Tensor, size: int) -> Tensor:
        """The bitmasks of some numbers `(...)` on their device as `(..., size)`, true where a token is allowed."""
        import torch

        octets = self.on(numbers.device)[numbers].view(torch.uint8)
        bits = _octets(numbers.device).index_select(0, octets.flatten().int()).view(torch.bool)
        bits = bits.view(*numbers.shape, self.words.shape[1] * _BITS)
        if size > bits.shape[-1]:
            return torch.nn.functional.pad(bits, (0, size - bits.shape[-1]))
        return bits[..., :size]


@dataclass(slots=True)
class _Copy:
    """A table on a device: its room, and how many of its rows are there."""

    words: Tensor
    count: int


@cache
def _octets(device: device) -> Tensor:
    """The 8 truth values in each octet, lowest bit first, as one number: a gather unpacks 8 tokens at a time."""
    import torch

    bits = unpack(np.arange(256, dtype=np.int32)[:, None], 8)
    with torch.inference_mode(False):
        return torch.from_numpy(np.ascontiguousarray(bits).view(np.int64).reshape(256)).to(device)
