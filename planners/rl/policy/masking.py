"""Probabilities after masking and renormalising: one function for rollout, update and reference.

A mask that is used while sampling and forgotten in the loss is the classic mistake: the gradient is then another
objective's. So there is one way to a log-probability here, and one table in which a token's mask keeps its number.
"""

from __future__ import annotations

import torch
from torch import Tensor

from p2c_dsl.planners.rl.environments.environment import Space
from p2c_dsl.planners.tokens.bitmask import BitmaskTable, pack

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

    Number 0 stands for the absence of a mask. A mask's row is found by one gather, with as many spaces as there may be.
    Masks are known by what they allow: two walks through what is the same space number its rows as each of them comes
    by.
    """

    def __init__(self, vocabulary: int, device: torch.device) -> None:
        self.vocabulary, self.device = vocabulary, device
        self._bitmasks = BitmaskTable(vocabulary)
        self._bitmasks.number(pack((), vocabulary))
        self.forced = self._bitmasks.forced

    def number(self, space: Space, row: int) -> int:
        """The number of a row of a space's table. Raises `ValueError` for one that allows nothing."""
        number = self._bitmasks.number(space.table[row])
        if number == NO_MASK:
            raise ValueError("nothing is legal here: a mask without a token")
        return number

    def decides(self, number: int) -> bool:
        """Whether a mask leaves a choice."""
        return number != NO_MASK and self.forced[number] is None

    def legal(self, numbers: Tensor) -> Tensor:
        """The masks of some numbers `(n,)` as `(n, vocab)`, true where a token is legal."""
        return self._bitmasks.unpacked(numbers, self.vocabulary)
