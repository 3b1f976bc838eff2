"""Training examples: a prompt as the planner gets it, the reference composition, and what each token is chosen from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from p2c_dsl.naming import reserved
from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.resume import lexemes
from p2c_dsl.planners.prompt import fitting
from p2c_dsl.planners.small.domains import GeneratedDomain, domain
from p2c_dsl.planners.small.model import PROMPT
from p2c_dsl.planners.small.unjudged import UnjudgedAutomaton
from p2c_dsl.planners.tokens.bitmask import unpack
from p2c_dsl.planners.tokens.canonical import CanonicalTokens
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of

BUDGET = 256
"""The default of `LanguageModelPlanner`: the most tokens of a composition."""
_CALLED = re.compile(r"\w+(?=\()")
_BATCHES_IN_POOL = 8
"""How many batches' examples are sorted by length before they are split into batches, to reduce padding."""
DOMAINS_PER_SEED = 1 << 24
"""How many training domains each seed has."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A prompt and its composition, which ends with the end token.

    Attributes:
        legal: `(composition, ceil(vocab / 32))`, int32: the tokens that no rule objects to at each position, packed.
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
        in_prompt: `(batch, time)`, true for the tokens of prompts.
        in_composition: `(batch, time)`, true for the tokens of compositions.
        legal: `(composition tokens, vocab)`, true for the tokens to choose from there, in the order of the rows.
    """

    tokens: Tensor
    in_prompt: Tensor
    in_composition: Tensor
    legal: Tensor


def example(of: GeneratedDomain, tokenizer: Any, vocabulary: Vocabulary) -> TrainingExample:
    """The training example for a domain. Its composition is cut into tokens as `CanonicalTokens` writes it.

    Raises `Unplannable` if the composition does not fit the budget, or if the prompt leaves out what it calls.
    """
    automaton = UnjudgedAutomaton(of.spec, of.task, BUDGET, weigh=vocabulary.weigh(BUDGET, reserved(of.spec, of.task)))
    words = (automaton.header, *lexemes(automaton, of.reference.rstrip("\n")))
    answer = (*(token for word in words for token in vocabulary.split(word.encode())), vocabulary.end)
    if len(answer) > BUDGET:
        raise Unplannable(f"the reference takes {len(answer)} tokens, and the budget is {BUDGET}")
    asked = fitting(tokenizer, of.spec, of.task, PROMPT, shorten=True).text
    called = of.spec.subtasks.keys() & set(_CALLED.findall(of.reference))
    if any(f"subtask {name}(" not in asked for name in called):
        raise Unplannable("the prompt leaves out what the reference calls")
    question = tokenizer.encode(asked)
    return TrainingExample(tuple(question), answer, _legal(automaton, answer, vocabulary))


def _legal(automaton: UnjudgedAutomaton, composition: Sequence[int], vocabulary: Vocabulary) -> NDArray[np.int32]:
    """The packed masks along a composition."""
    tokens = CanonicalTokens.over(automaton, vocabulary)
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

    The examples come from `source`, or are made as they are needed, of lean domains if `lean` is set.
    """

    def __init__(
        self,
        seed: int,
        tokenizer: Any,
        size: int,
        longest: int,
        start: int = 0,
        source: ExampleSource | None = None,
        lean: bool = False,
    ) -> None:
        self._seed, self._tokenizer, self._source, self._lean = seed, tokenizer, source, lean
        self._size, self._longest, self._start = size, longest, start

    def __iter__(self) -> Iterator[PaddedBatch]:
        vocabulary, pad = vocabulary_of(self._tokenizer), self._tokenizer.pad_token_id
        source = self._source or partial(_examples, tokenizer=self._tokenizer, vocabulary=vocabulary, lean=self._lean)
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


def _examples(seeds: Iterable[int], tokenizer: Any, vocabulary: Vocabulary, lean: bool) -> Iterator[TrainingExample]:
    """The examples for some seeds, without those whose composition exceeds the budget."""
    for seed in seeds:
        with suppress(Unplannable):
            yield example(domain(seed, lean), tokenizer, vocabulary)
