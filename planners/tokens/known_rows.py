"""Requests known by what has been written: for engines that say neither which request a row is nor where it begins.

transformers, and whatever has the same interface (Outlines, llama-cpp-python), calls a logits processor with rows of
ids: the prompt and what has been written, or only the latter. Rows come and go, change places, and say nothing about
where their prompt ends. But an engine asks about each row before it writes a token, so that every row is either new, or
one of those seen before with one more token. That decides:

1. A row that was seen before is where it was. Speculative decoding asks about the same row several times.
2. A row that is a row seen before with one more token is one token further.
3. Any other row is a new request, whose prompt is the whole row.

So rows may be padded, have prompts of any lengths, join later, and be reordered and copied by beam search; nothing has
to be reset between generations. What cannot be told apart from a new prompt is refused: an unfinished row that comes
back longer by several tokens, for then tokens were written without a mask.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.tokens.requests import IllegalToken, RequestMasks, RequestState

_KEPT = 1 << 16
"""How many rows are remembered at least: with fewer in a call, each stays known for many calls."""
_CALLS = 64
"""For how many calls of that size rows are remembered at least. Speculation goes back by less than that."""


class KnownRows:
    """The states of rows of ids, by their ids.

    `padding` is the token that rows are padded with on the left, for engines that pad a row anew when a longer one
    joins it. Where rows keep their padding, it need not be known.
    """

    def __init__(self, masks: RequestMasks, padding: int | None = None) -> None:
        self._masks, self._padding = masks, padding
        self._seen: dict[bytes, RequestState] = {}
        self._open: dict[bytes, int] = {}
        """The rows that nothing has gone on with in an earlier call, and their lengths."""

    def __len__(self) -> int:
        """How many rows are remembered."""
        return len(self._seen)

    def states(self, rows: NDArray[np.integer]) -> list[RequestState]:
        """The states of the rows of one call `(rows, time)`.

        Raises `ValueError` where tokens were written without a mask: with speculative decoding that does not ask about
        each token, or a prompt that goes on with an unfinished answer.
        """
        bare = [self._without_padding(row) for row in np.ascontiguousarray(rows, dtype=np.int64)]
        keys = [_key(row) for row in bare]
        found = {key: self._state(key, row) for key, row in zip(keys, bare, strict=True)}
        for key in found:
            # What was asked for last is forgotten last.
            self._seen.pop(key, None)
        self._seen.update(found)
        for row in bare:
            self._open.pop(_key(row[:-1]), None)
        self._open.update(zip(keys, map(len, bare), strict=True))
        self._forget(max(_KEPT, _CALLS * len(found)))
        return [found[key] for key in keys]

    def _without_padding(self, row: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._padding is None or not len(row) or row[0] != self._padding:
            return row
        others = np.flatnonzero(row != self._padding)
        return row[others[0] :] if len(others) else row[:0]

    def _state(self, key: bytes, row: NDArray[np.int64]) -> RequestState:
        known = self._seen.get(key)
        if known is not None:
            return known
        before = _key(row[:-1])
        known = self._seen.get(before) if len(row) else None
        if known is not None:
            return self._after(known, int(row[-1]), before in self._open)
        self._check(row)
        return self._masks.begin

    def _after(self, at: RequestState, token: int, is_open: bool) -> RequestState:
        try:
            after = self._masks.after(at, token)
            self._masks.row(after)
        except ValueError:
            # Beam search keeps rows of probability 0 where fewer tokens are allowed than there are beams, and
            # speculation asks what would come after a token that is then rejected. Where the row had been gone on with
            # already, neither is the case: this is a prompt that happens to begin like an earlier one.
            return RequestState(None, 0) if is_open else self._masks.begin
        return after

    def _check(self, row: NDArray[np.int64]) -> None:
        """Refuses a row that goes on with an open one by several tokens, and not after its end."""
        for length in {length for length in self._open.values() if length < len(row) - 1}:
            key = _key(row[:length])
            if self._open.get(key) == length and not self._ends(self._seen[key], row[length:]):
                raise ValueError(
                    f"a row has grown by {len(row) - length} tokens since its last mask, so that tokens were written "
                    "without one: switch off speculative decoding, or call `reset()` if this is a new prompt that "
                    "repeats an unfinished answer"
                )

    def _ends(self, at: RequestState, tokens: NDArray[np.int64]) -> bool:
        """Whether a composition ends among some tokens after it: what follows is then another prompt."""
        for token in tokens.tolist():
            if at.ended:
                return True
            try:
                at = self._masks.after(at, token)
            except IllegalToken:
                return False
        return at.ended

    def _forget(self, kept: int) -> None:
        for key in list(islice(self._seen, max(len(self._seen) - kept, 0))):
            del self._seen[key]
            self._open.pop(key, None)


def _key(row: NDArray[np.int64]) -> bytes:
    return blake2b(row.data, digest_size=16).digest()
