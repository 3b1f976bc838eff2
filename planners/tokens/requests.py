"""What an engine keeps for a request, and what follows from it: the mask of its next token, and what is forced.

A request's state is a small value. It belongs to the request and to nothing else: not to a row of a batch, not to a
processor. An adapter keeps one for each request in whatever way its engine knows requests, and may copy it, drop it, or
go back to an earlier one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.tokens.masks import SemanticMask

if TYPE_CHECKING:
    from torch import Tensor


class IllegalToken(ValueError):
    """A token was taken that the mask does not allow."""


class RequestState(NamedTuple):
    """Where a request stands.

    Attributes:
        state: The state of the token automaton; `None` at the end, where only the end token is left to repeat.
        left: How many tokens may still be written, the end token included.
    """

    state: int | None
    left: int

    @property
    def ended(self) -> bool:
        """Whether the composition has ended."""
        return self.state is None


class RequestMasks:
    """The masks of one task for any number of requests: from a request's state and a token to a packed row.

    It remembers masks, but nothing about requests. Use it from one thread at a time.

    Args:
        mask: The masks of the task's compositions.
        budget: The most tokens of a composition, the end token included; a positive number.
        start: The state in which compositions begin, where that is not the automaton's own (`TokenAutomaton.at`).

    Attributes:
        begin: The state of a request for which nothing has been written.

    Raises `ValueError` if no composition fits the budget.
    """

    def __init__(self, mask: SemanticMask, budget: int, start: int | None = None) -> None:
        self.mask, self.tokens = mask, mask.tokens
        first = self.tokens.start if start is None else start
        self.begin = RequestState(first, budget)
        needed = self.tokens.needed(first)
        if needed > budget:
            raise ValueError(f"the shortest composition takes {needed} tokens, but the budget is {budget}")

    @property
    def width(self) -> int:
        """How many int32 words a packed row has."""
        return int(self.mask.table.shape[1])

    def after(self, at: RequestState, token: int) -> RequestState:
        """The state after a token. Raises `IllegalToken`."""
        state, left = at
        if state is None:
            return at
        known = self.tokens.vocabulary
        if token == known.end and self.tokens.may_end(state):
            return RequestState(None, left - 1)
        # Special tokens write nothing, so that a step with one would go nowhere instead of failing.
        if 0 <= token < len(known) and known.tokens[token] and token != known.end:
            with contextlib.suppress(KeyError):
                return RequestState(self.tokens.step(state, token), left - 1)
        raise IllegalToken(f"token {token} is not allowed after what has been written")

    def row(self, at: RequestState) -> int:
        """The number of a state's mask in the table of masks.

        Raises `ValueError` where a composition cannot be ended within the tokens that are left, which cannot happen
        after tokens that masks allowed.
        """
        return self.mask.row(*at)

    def words(self, at: RequestState) -> NDArray[np.int32]:
        """The packed mask of the next token, `(width,)`: token `t` is bit `t % 32` of word `t // 32`.

        It is a view of the table of masks: read it, do not write into it. Raises like `row`.
        """
        row = self.mask.row(*at)
        words: NDArray[np.int32] = self.mask.table[row]
        return words

    def following(self, at: RequestState, token: int) -> tuple[RequestState, NDArray[np.int32]]:
        """The state after a token, with its packed mask. Raises `IllegalToken`."""
        after = self.after(at, token)
        return after, self.words(after)

    def forced(self, at: RequestState) -> int | None:
        """The only token that is allowed next; `None` where there is a choice, or the composition has ended."""
        return None if at.state is None else self.mask.forced(self.mask.row(*at))

    def forced_run(self, at: RequestState) -> tuple[tuple[int, ...], RequestState]:
        """The tokens that must come next, up to the next choice or the end, and the state after them."""
        run = list[int]()
        while (token := self.forced(at)) is not None:
            run.append(token)
            at = self.after(at, token)
        return tuple(run), at

    def masked(self, logits: Tensor, requests: Sequence[RequestState]) -> Tensor:
        """Logits `(requests, vocab)` with −inf where a token is not allowed. Raises like `row`."""
        import torch

        rows = torch.tensor([self.mask.row(*at) for at in requests], device=logits.device)
        return torch.where(self.mask.bits(rows, logits.shape[-1]), logits, -torch.inf)
