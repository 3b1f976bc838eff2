"""The mask of each state of a token automaton: what no accepted composition can continue with is not allowed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.tokens.bitmask import BitmaskTable, pack
from p2c_dsl.planners.tokens.cache import load, save
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton

if TYPE_CHECKING:
    from torch import Tensor


class DeadEnd(RuntimeError):
    """A mask would allow nothing, which is never so after tokens that masks allowed."""


class SemanticMask:
    """The tokens that each state allows, as the rows of one table of bitmasks; each row is made once."""

    def __init__(self, tokens: TokenAutomaton) -> None:
        self.tokens = tokens
        self._bitmasks = BitmaskTable(len(tokens.vocabulary))
        self._free: dict[int | None, tuple[int, int]] = {}
        self._tight: dict[tuple[int, int], int] = {}
        self._free[None] = 0, self._row((tokens.vocabulary.end,))

    @property
    def table(self) -> NDArray[np.int32]:
        """`(rows, ceil(vocab / 32))`: the bitmasks so far, and room for more."""
        return self._bitmasks.words

    def __len__(self) -> int:
        """How many different masks there are."""
        return len(self._bitmasks)

    def row(self, state: int | None, left: int) -> int:
        """The row of a state's mask with `left` tokens to go; `None` is the state of a row that has ended.

        Raises `ValueError` when the composition cannot be finished within them, and `DeadEnd`.
        """
        known = self._free.get(state)
        if known is not None and known[0] <= left:
            return known[1]
        return self._row_within(state, left)

    def knows(self, state: int | None, left: int) -> bool:
        """Whether `row` has answered this before, so that asking again starts no search."""
        known = self._free.get(state)
        return (known is not None and known[0] <= left) or (state, left) in self._tight

    def forced(self, row: int) -> int | None:
        """The only token that a row allows; `None` where it allows several."""
        return self._bitmasks.forced[row]

    def fill_next_token_bitmask(self, bitmask: NDArray[np.int32], states: Sequence[int | None], left: int) -> None:
        """Writes the states' masks into `bitmask`, `(batch, ceil(vocab / 32))`. Raises like `row`."""
        free, table = self._free, self.table
        for place, state in enumerate(states):
            known = free.get(state)
            if known is not None and known[0] <= left:
                bitmask[place] = table[known[1]]
            else:
                row = self._row_within(state, left)
                table = self.table
                bitmask[place] = table[row]

    def save(self, path: Path) -> None:
        """Writes the results of searches so far to a file; see `p2c_dsl.planners.tokens.cache`."""
        save(self.tokens, path)

    def load(self, path: Path) -> None:
        """Reads earlier results from a file, before the first mask. Raises `UnusableCache`, `OSError`."""
        load(self.tokens, path)

    def bits(self, rows: Tensor, vocabulary: int) -> Tensor:
        """The masks of some rows `(batch,)` as `(batch, vocabulary)` on their device, true where allowed."""
        return self._bitmasks.unpacked(rows, vocabulary)

    def masked(self, logits: Tensor, states: Sequence[int | None], left: int) -> Tensor:
        """Logits `(batch, vocab)` with −inf where a token is not allowed. Raises like `row`."""
        import torch

        rows = torch.tensor([self.row(state, left) for state in states], device=logits.device)
        return torch.where(self.bits(rows, logits.shape[-1]), logits, -torch.inf)

    def _row_within(self, state: int | None, left: int) -> int:
        if state is None:
            raise ValueError("a composition that has ended still takes the end token")
        if self.tokens.is_free(state, left):
            row = self._row(self.tokens.allowed(state))
            self._free[state] = self.tokens.enough(state), row
            return row
        tight = self._tight.get((state, left))
        if tight is not None:
            return tight
        found = self.tokens.within(state, left)
        needed = self.tokens.needed(state)
        if not found and needed > left:
            raise ValueError(f"{left} tokens are left, but the composition needs {needed} to end")
        row = self._tight[state, left] = self._row(found)
        return row

    def _row(self, allowed: tuple[int, ...]) -> int:
        if not allowed:
            raise DeadEnd("no token may follow what has been written: a fault of the decoder, and not of the model")
        return self._bitmasks.number(pack(allowed, self._bitmasks.vocabulary))
