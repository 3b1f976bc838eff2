"""Probabilities after masking and renormalising: one function for rollout, update and reference.

A mask that is used while sampling and forgotten in the loss is the classic mistake: the gradient is then another
objective's. So there is one way to a log-probability here, and one table in which a token's mask keeps its number.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from p2c_dsl.planners.rl.environments.environment import Space

_BITS = 32
NO_MASK = 0
"""The number of a place where nothing is decided, such as context."""


def masked_log_probs(logits: Tensor, legal: Tensor) -> Tensor:
    """Log-probabilities `(n, vocab)`, in float32 at least, of a softmax over what is legal; −inf for the rest.

    A single legal token has exactly 0, and the gradient of a masked logit is exactly 0. Raises `ValueError` where
    nothing is legal (on other devices than the CPU an assertion on the device, so that nothing waits for it).
    """
    some = legal.any(-1).all()
    if logits.device.type != "cpu":
        torch._assert_async(some)
    elif not some:
        raise ValueError("nothing is legal here: a distribution over no tokens")
    exact = torch.promote_types(logits.dtype, torch.float32)
    return torch.log_softmax(logits.to(exact).masked_fill(~legal, -torch.inf), -1)


def entropy(log_probs: Tensor, legal: Tensor) -> Tensor:
    """The entropy `(n,)` of masked log-probabilities `(n, vocab)`, in nats; what is masked adds 0, not 0 · −inf."""
    return -(log_probs.exp() * log_probs.masked_fill(~legal, 0.0)).sum(-1)


class MaskTable:
    """The masks of all spaces, numbered from 1 as they are met; on the device, new ones are copied when next asked for.

    Number 0 is no mask. A mask's row is found by one gather, with as many spaces as there may be. Masks are known by
    what they allow: two walks through what is the same space number its rows as each of them comes by.
    """

    def __init__(self, vocabulary: int, device: torch.device) -> None:
        self.vocabulary, self.device = vocabulary, device
        self._width = -(-vocabulary // _BITS)
        self._numbers: dict[bytes, int] = {}
        self._new: list[NDArray[np.int32]] = [np.zeros(self._width, np.int32)]
        self._words = torch.zeros(0, self._width, dtype=torch.int32, device=device)
        self._copied = 0
        self._shifts = torch.arange(_BITS, dtype=torch.int32, device=device)
        self.forced: list[int | None] = [None]

    def number(self, space: Space, row: int) -> int:
        """The number of a row of a space's table. Raises `ValueError` for one that allows nothing."""
        allowed = space.table[row]
        number = self._numbers.get(allowed.tobytes())
        if number is None:
            words = np.zeros(self._width, np.int32)
            words[: len(allowed)] = allowed
            legal = np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little"))
            if not len(legal):
                raise ValueError("nothing is legal here: a mask without a token")
            number = self._numbers[allowed.tobytes()] = len(self.forced)
            self._new.append(words)
            self.forced.append(int(legal[0]) if len(legal) == 1 else None)
        return number

    def decides(self, number: int) -> bool:
        """Whether a mask leaves a choice."""
        return number != NO_MASK and self.forced[number] is None

    def legal(self, numbers: Tensor) -> Tensor:
        """The masks of some numbers `(n,)` as `(n, vocab)`, true where a token is legal."""
        words = self._on_device()[numbers]
        return ((words.unsqueeze(-1) >> self._shifts) & 1).bool().flatten(-2)[..., : self.vocabulary]

    @torch.inference_mode(False)
    def _on_device(self) -> Tensor:
        if self._new:
            new = torch.from_numpy(np.stack(self._new)).to(self.device)
            copied = self._copied + len(new)
            if copied > len(self._words):
                # Doubled, so that a table that grows all through a run is not copied whole at every step.
                room = torch.zeros(2 * copied, self._width, dtype=torch.int32, device=self.device)
                room[: self._copied] = self._words[: self._copied]
                self._words = room
            self._words[self._copied : copied] = new
            self._copied, self._new = copied, []
        return self._words
