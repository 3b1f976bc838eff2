"""Training examples: a prompt as the planner gets it, and the composition that is wanted, as tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor

from p2c_dsl.planners.language_model import prompt
from p2c_dsl.planners.small.domains import domain

_POOL = 8
"""Batches are cut from so many batches' examples in the order of their lengths, so that little is padding."""
_PER_SEED = 1 << 24
"""How many training domains a seed has before it comes to those of the next seed."""


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and its composition, which ends with the end token."""

    prompt: tuple[int, ...]
    composition: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.composition)


def example(seed: int, tokenizer: Any) -> Example:
    """The example of a training domain."""
    made = domain(seed)
    question = tokenizer.encode(prompt(made.spec, made.task))
    answer = tokenizer.encode(made.reference.rstrip("\n"))
    return Example(tuple(question), (*answer, tokenizer.eos_token_id))


def batches(seed: int, tokenizer: Any, size: int, longest: int, start: int = 0) -> Iterator[list[Example]]:
    """Endless batches of examples of up to `longest` tokens; `start` is the number of the first batch given."""
    for pool in range(start // _POOL, _PER_SEED // (_POOL * size)):
        first = seed * _PER_SEED + pool * _POOL * size
        examples = [example(number, tokenizer) for number in range(first, first + _POOL * size)]
        fitting = sorted((e for e in examples if len(e) <= longest), key=len)
        cut = [fitting[place * len(fitting) // _POOL : (place + 1) * len(fitting) // _POOL] for place in range(_POOL)]
        Random(pool).shuffle(cut)
        yield from cut[start - pool * _POOL if start > pool * _POOL else 0 :]


def collate(examples: Sequence[Example], pad: int) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens `(batch, time)`, padded on the right, and where the prompts' and compositions' tokens are, as booleans."""
    width = max(map(len, examples))
    tokens = torch.full((len(examples), width), pad)
    asked, wanted = torch.zeros_like(tokens, dtype=torch.bool), torch.zeros_like(tokens, dtype=torch.bool)
    for row, made in enumerate(examples):
        tokens[row, : len(made)] = torch.tensor(made.prompt + made.composition)
        asked[row, : len(made.prompt)] = True
        wanted[row, len(made.prompt) : len(made)] = True
    return tokens, asked, wanted
