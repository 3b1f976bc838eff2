"""Training examples: a prompt as the planner gets it, the composition that is wanted, and what else is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from p2c_dsl.planners.automaton.automaton import Unplannable
from p2c_dsl.planners.automaton.resume import lexemes
from p2c_dsl.planners.prompt import prompt
from p2c_dsl.planners.small.domains import GeneratedDomain, domain
from p2c_dsl.planners.tokens.bitmask import unpack
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton, automaton_in_tokens
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of

BUDGET, EFFORT = 256, 300
"""Those that `LanguageModelPlanner` has where nobody says otherwise: training sees the masks that decoding will."""
_POOL = 8
"""Batches are cut from so many batches' examples in the order of their lengths, so that little is padding."""
_PER_SEED = 1 << 24
"""How many training domains a seed has before it comes to those of the next seed."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A prompt and its composition, which ends with the end token.

    Attributes:
        legal: `(composition, ceil(vocab / 32))`, int32: the tokens that could stand in each one's place, packed.
    """

    prompt: tuple[int, ...]
    composition: tuple[int, ...]
    legal: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.composition)


@dataclass(frozen=True, slots=True)
class PaddedBatch:
    """Examples side by side, padded on the right.

    Attributes:
        tokens: `(batch, time)`.
        asked: `(batch, time)`, true where a prompt's tokens are.
        wanted: `(batch, time)`, true where a composition's tokens are.
        legal: `(wanted tokens, vocab)`, true for what could stand there, in the order of the rows.
    """

    tokens: Tensor
    asked: Tensor
    wanted: Tensor
    legal: Tensor


def example(of: GeneratedDomain, tokenizer: Any, vocabulary: Vocabulary) -> TrainingExample:
    """The example that a domain makes."""
    question = tokenizer.encode(prompt(of.spec, of.task))
    answer = (*tokenizer.encode(of.reference.rstrip("\n")), tokenizer.eos_token_id)
    return TrainingExample(tuple(question), answer, legal(of, answer, vocabulary))


def legal(of: GeneratedDomain, composition: Sequence[int], vocabulary: Vocabulary) -> NDArray[np.int32]:
    """The packed masks along a composition. The composition's own tokens are in them, whatever the effort left out."""
    automaton = automaton_in_tokens(of.spec, of.task, vocabulary, BUDGET, effort=EFFORT)
    # The header and the end token are part of what may be written, too.
    left = BUDGET - vocabulary.size(automaton.header.encode()) - 1
    try:
        automaton.learn(replace(automaton.start, left=left), lexemes(automaton, of.reference.rstrip("\n")))
    except ValueError as error:
        raise Unplannable(f"the reference does not fit the budget: {error}") from None
    tokens = TokenAutomaton.over(automaton, vocabulary)
    mask, state, rows = SemanticMask(tokens), tokens.start, []
    for written, token in enumerate(composition):
        rows.append(mask.row(state, BUDGET - written))
        if token != vocabulary.end:
            state = tokens.step(state, token)
    return mask.table[rows]


def collate(examples: Sequence[TrainingExample], pad: int, size: int) -> PaddedBatch:
    """Examples as a batch, for a vocabulary of `size` tokens."""
    width = max(map(len, examples))
    tokens = torch.full((len(examples), width), pad)
    asked, wanted = torch.zeros_like(tokens, dtype=torch.bool), torch.zeros_like(tokens, dtype=torch.bool)
    for row, made in enumerate(examples):
        tokens[row, : len(made)] = torch.tensor(made.prompt + made.composition)
        asked[row, : len(made.prompt)] = True
        wanted[row, len(made.prompt) : len(made)] = True
    bits = unpack(np.concatenate([made.legal for made in examples]), size)
    return PaddedBatch(tokens, asked, wanted, torch.from_numpy(bits.copy()))


class Batches(IterableDataset[PaddedBatch]):
    """Endless batches for a seed, of examples of up to `longest` tokens; the first given is number `start`."""

    def __init__(self, seed: int, tokenizer: Any, size: int, longest: int, start: int = 0) -> None:
        self._seed, self._tokenizer = seed, tokenizer
        self._size, self._longest, self._start = size, longest, start

    def __iter__(self) -> Iterator[PaddedBatch]:
        vocabulary, pad = vocabulary_of(self._tokenizer), self._tokenizer.pad_token_id
        per_pool = _POOL * self._size
        for pool in range(self._start // _POOL, _PER_SEED // per_pool):
            first = self._seed * _PER_SEED + pool * per_pool
            made = _examples(range(first, first + per_pool), self._tokenizer, vocabulary)
            fitting = sorted((e for e in made if len(e) <= self._longest), key=len)
            edges = [place * len(fitting) // _POOL for place in range(_POOL + 1)]
            cut = [fitting[low:high] for low, high in pairwise(edges)]
            Random(pool).shuffle(cut)
            for examples in cut[max(0, self._start - pool * _POOL) :]:
                yield collate(examples, pad, len(vocabulary))


def _examples(seeds: Iterable[int], tokenizer: Any, vocabulary: Vocabulary) -> Iterator[TrainingExample]:
    """The examples of some seeds, but for those whose composition takes more than the budget."""
    for seed in seeds:
        with suppress(Unplannable):
            yield example(domain(seed), tokenizer, vocabulary)
