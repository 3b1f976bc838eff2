"""Training examples: a prompt as the planner gets it, the reference composition, and the legal tokens along it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.resume import lexemes
from p2c_dsl.planners.prompt import prompt
from p2c_dsl.planners.small.domains import GeneratedDomain, domain
from p2c_dsl.planners.tokens.bitmask import unpack
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton, automaton_in_tokens
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of

BUDGET, EFFORT = 256, 300
"""The defaults of `LanguageModelPlanner`, so that training uses the same masks as decoding."""
_BATCHES_IN_POOL = 8
"""How many batches' examples are sorted by length before they are split into batches, to reduce padding."""
DOMAINS_PER_SEED = 1 << 24
"""How many training domains each seed has."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A prompt and its composition, which ends with the end token.

    Attributes:
        legal: `(composition, ceil(vocab / 32))`, int32: the tokens that are legal at each position, packed.
    """

    prompt: tuple[int, ...]
    composition: tuple[int, ...]
    legal: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.composition)


ExampleSource = Callable[[Sequence[int]], Iterator[TrainingExample]]
"""Gives the examples for some seeds, without those whose composition exceeds the budget."""


@dataclass(frozen=True, slots=True)
class PaddedBatch:
    """Examples side by side, padded on the right.

    Attributes:
        tokens: `(batch, time)`.
        asked: `(batch, time)`, true for the tokens of prompts.
        wanted: `(batch, time)`, true for the tokens of compositions.
        legal: `(composition tokens, vocab)`, true for the tokens that are legal there, in the order of the rows.
    """

    tokens: Tensor
    in_prompt: Tensor
    in_composition: Tensor
    legal: Tensor


def example(of: GeneratedDomain, tokenizer: Any, vocabulary: Vocabulary) -> TrainingExample:
    """The training example for a domain."""
    question = tokenizer.encode(prompt(of.spec, of.task))
    answer = (*tokenizer.encode(of.reference.rstrip("\n")), tokenizer.eos_token_id)
    return TrainingExample(tuple(question), answer, legal(of, answer, vocabulary))


def legal(of: GeneratedDomain, composition: Sequence[int], vocabulary: Vocabulary) -> NDArray[np.int32]:
    """The packed masks along a composition. Its own tokens are legal, even where the search gives up early."""
    automaton = automaton_in_tokens(of.spec, of.task, vocabulary, BUDGET, effort=EFFORT)
    # The header and the end token count towards the budget, too.
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
    """A batch of examples, for a vocabulary of `size` tokens."""
    width = max(map(len, examples))
    tokens = torch.full((len(examples), width), pad)
    in_prompt, in_composition = (
        torch.zeros_like(tokens, dtype=torch.bool),
        torch.zeros_like(tokens, dtype=torch.bool),
    )
    for row, made in enumerate(examples):
        tokens[row, : len(made)] = torch.tensor(made.prompt + made.composition)
        in_prompt[row, : len(made.prompt)] = True
        in_composition[row, len(made.prompt) : len(made)] = True
    bits = unpack(np.concatenate([made.legal for made in examples]), size)
    return PaddedBatch(tokens, in_prompt, in_composition, torch.from_numpy(bits.copy()))


class Batches(IterableDataset[PaddedBatch]):
    """Endless batches for a seed, of examples of up to `longest` tokens, starting with batch number `start`.

    The examples come from `source`, or are made as they are needed.
    """

    def __init__(
        self,
        seed: int,
        tokenizer: Any,
        size: int,
        longest: int,
        start: int = 0,
        source: ExampleSource | None = None,
    ) -> None:
        self._seed, self._tokenizer, self._source = seed, tokenizer, source
        self._size, self._longest, self._start = size, longest, start

    def __iter__(self) -> Iterator[PaddedBatch]:
        vocabulary, pad = vocabulary_of(self._tokenizer), self._tokenizer.pad_token_id
        source = self._source or partial(_examples, tokenizer=self._tokenizer, vocabulary=vocabulary)
        per_pool = _BATCHES_IN_POOL * self._size
        for pool in range(self._start // _BATCHES_IN_POOL, DOMAINS_PER_SEED // per_pool):
            first = self._seed * DOMAINS_PER_SEED + pool * per_pool
            made = source(range(first, first + per_pool))
            fitting = sorted((e for e in made if len(e) <= self._longest), key=len)
            edges = [place * len(fitting) // _BATCHES_IN_POOL for place in range(_BATCHES_IN_POOL + 1)]
            # Where few examples fit, one stands in two batches rather than none in one.
            cut = [fitting[low : max(high, low + 1)] for low, high in pairwise(edges)]
            Random(pool).shuffle(cut)
            for examples in cut[max(0, self._start - pool * _BATCHES_IN_POOL) :]:
                yield collate(examples, pad, len(vocabulary))


def _examples(seeds: Iterable[int], tokenizer: Any, vocabulary: Vocabulary) -> Iterator[TrainingExample]:
    """The examples for some seeds, without those whose composition exceeds the budget."""
    for seed in seeds:
        with suppress(Unplannable):
            yield example(domain(seed), tokenizer, vocabulary)
