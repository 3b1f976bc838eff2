"""Spaces to write in: what the analyzer accepts, or whatever the vocabulary can say."""

from __future__ import annotations

from array import array
from hashlib import sha256
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.protocol import LexemeAutomaton
from p2c_dsl.planners.tokens.bitmask import pack
from p2c_dsl.planners.tokens.canonical import ANY, CanonicalTokens, token_automaton
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of
from p2c_dsl.spec import Spec, Task
from p2c_dsl.spec_data import to_data, to_text

_BUDGETS = (64, 128, 192, 256, 384, 512, 768)
_ROOM = 128
_ROW, _STEP = 0, 1


class MaskedSpace:
    """The compositions that are accepted; any automaton with the methods of `TokenAutomaton` serves.

    `budget` is the most tokens a turn will have. Raises `ValueError` when nothing can be written within it.
    """

    def __init__(self, tokens: TokenAutomaton, budget: int, digest: str) -> None:
        self.needed = tokens.needed(tokens.start)
        if self.needed > budget:
            raise ValueError(f"the shortest composition takes {self.needed} tokens, but the budget is {budget}")
        self._mask = SemanticMask(tokens)
        self._tokens, self._end = tokens, tokens.vocabulary.end
        self._asked = array("q")
        self.start, self.digest, self.budget = tokens.start, digest, budget

    @property
    def table(self) -> NDArray[np.int32]:
        return self._mask.table

    def row(self, state: int, left: int) -> int:
        new = not self._mask.knows(state, left)
        found = self._mask.row(state, left)
        if new:
            self._asked.extend((_ROW, state, left))
        return found

    def step(self, state: int, token: int) -> int | None:
        if token == self._end:
            return None
        new = not self._tokens.knows(state, token)
        found = self._tokens.step(state, token)
        if new:
            self._asked.extend((_STEP, state, token))
        return found

    def walk(self) -> Tensor:
        """What has been asked for the first time, in order `(asked, 3)`.

        With a bounded effort a search finds more where others have searched before, so that masks depend on it.
        """
        return torch.tensor(self._asked, dtype=torch.int64).view(-1, 3)

    def walk_again(self, walk: Tensor) -> None:
        """Asks the same again, which makes a space that has not been asked anything equal to the one that was."""
        for kind, state, given in walk.tolist():
            (self.row if kind == _ROW else self.step)(state, given)


class FreeText:
    """Any text: every token that writes bytes, and the end. It is what masks are compared with."""

    start = 0

    def __init__(self, vocabulary: Vocabulary) -> None:
        written = [n for n, text in enumerate(vocabulary.tokens) if text or n == vocabulary.end]
        self.table = pack(written, len(vocabulary))[None]
        self.digest = sha256(f"free {vocabulary.digest}".encode()).hexdigest()
        self._end = vocabulary.end

    def row(self, state: int, left: int) -> int:
        if left < 1:
            raise ValueError("no tokens are left")
        return 0

    def step(self, state: int, token: int) -> int | None:
        return None if token == self._end else 0


def semantic_space(
    spec: Spec, task: Task, tokenizer: Any, budget: int, effort: int | None, tokenization: str = ANY
) -> tuple[MaskedSpace, int]:
    """The accepted compositions of a task, for a tokenizer, and how many tokens they may have.

    `tokenization` says whether a lexeme can be written in `any` tokens or in its `canonical` ones alone.

    A budget of 0 becomes a quarter more than the shortest composition takes, and no less than 128. Raises
    `Unplannable` or `ValueError` if no composition fits.
    """
    vocabulary = vocabulary_of(tokenizer)
    if budget:
        return _space(spec, task, vocabulary, budget, effort, tokenization), budget
    for tried in _BUDGETS:
        try:
            space = _space(spec, task, vocabulary, tried, effort, tokenization)
        except (Unplannable, ValueError):
            if tried == _BUDGETS[-1]:
                raise
            continue
        # The shortest composition may do nothing that is worth while: there has to be room for one that does.
        enough = max(space.needed * 5 // 4, _ROOM)
        return _space(spec, task, vocabulary, enough, effort, tokenization), enough
    raise AssertionError("there is a last budget")


def canonical_space(automaton: LexemeAutomaton[Any], vocabulary: Vocabulary, digest: str) -> MaskedSpace:
    """The texts of an automaton whose lexemes cost tokens (`Vocabulary.weigh`), each lexeme in its canonical ones.

    Raises `ValueError` for a vocabulary that lacks a byte that is needed.
    """
    budget = int(automaton.start.left) + vocabulary.size(automaton.header.encode()) + 1
    return MaskedSpace(CanonicalTokens.over(automaton, vocabulary), budget, digest)


def _space(
    spec: Spec, task: Task, vocabulary: Vocabulary, budget: int, effort: int | None, tokenization: str
) -> MaskedSpace:
    tokens = token_automaton(tokenization)(spec, task, vocabulary, budget, effort=effort)
    return MaskedSpace(tokens, budget, space_digest(spec, task, vocabulary, budget, tokenization))


def space_digest(spec: Spec, task: Task, vocabulary: Vocabulary, budget: int, tokenization: str = ANY) -> str:
    """The hash by which two processes know that they mask alike."""
    text = f"{task.name}\n{budget}\n{tokenization}\n{vocabulary.digest}\n{to_text(to_data(spec))}"
    return sha256(text.encode()).hexdigest()
