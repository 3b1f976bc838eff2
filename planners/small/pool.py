"""Training examples made once, by several processes, and kept in a file.

    python -m p2c_dsl.planners.small.pool --examples 15000 --processes 2 --output FILE

An example takes longer to make, for its masks, than a step of training takes for it. The examples of a file are those
of the same seed in the same order, so that `python -m p2c_dsl.planners.small.train --pool FILE` learns from what it
would have made itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.small.data import DOMAINS_PER_SEED, TrainingExample, example
from p2c_dsl.planners.small.domains import domain
from p2c_dsl.planners.small.model import CHECKPOINT, load_tokenizer
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of

_AT_ONCE = 16
"""How many examples a process makes before it hands them over."""


def made_by(seeds: Sequence[int], lean: bool = False) -> list[tuple[int, TrainingExample]]:
    """The examples for some seeds, without those whose composition exceeds the budget."""
    tokenizer, vocabulary = _tools()
    made = list[tuple[int, TrainingExample]]()
    for seed in seeds:
        with suppress(Unplannable):
            made.append((seed, example(domain(seed, lean), tokenizer, vocabulary)))
    return made


@cache
def _tools() -> tuple[Any, Vocabulary]:
    """The tokenizer that ships, and its vocabulary."""
    own = load_tokenizer(CHECKPOINT)
    return own, vocabulary_of(own)


def make(first: int, count: int, processes: int, lean: bool = False) -> Iterator[list[tuple[int, TrainingExample]]]:
    """The examples of `count` seeds from `first` on, in their order, a few at a time."""
    parts = [range(at, min(at + _AT_ONCE, first + count)) for at in range(first, first + count, _AT_ONCE)]
    made = partial(made_by, lean=lean)
    if processes == 1:
        yield from map(made, parts)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(made, parts)


class ExamplePool:
    """Examples in memory, by their seeds; equal rows of masks are kept once."""

    def __init__(self, examples: Sequence[tuple[int, TrainingExample]]) -> None:
        self._by_seed = dict(examples)

    def __len__(self) -> int:
        return len(self._by_seed)

    def __getitem__(self, seed: int) -> TrainingExample:
        return self._by_seed[seed]

    def examples(self, seeds: Sequence[int]) -> Iterator[TrainingExample]:
        """The examples for some seeds. Raises `ValueError` where the pool ends before them, or is another run's."""
        if seeds[0] // DOMAINS_PER_SEED != self.last // DOMAINS_PER_SEED:
            raise ValueError(f"the pool is not for this seed of a run, but for {self.last // DOMAINS_PER_SEED}")
        if seeds[-1] > self.last:
            raise ValueError(f"the pool ends with the domain {self.last}: make a larger one")
        return (self._by_seed[seed] for seed in seeds if seed in self._by_seed)

    @property
    def last(self) -> int:
        """The last seed, or -1."""
        return max(self._by_seed, default=-1)

    def save(self, path: Path) -> None:
        """Writes the pool."""
        examples = list(self._by_seed.values())
        rows = np.concatenate([one.legal for one in examples])
        table, numbers = np.unique(rows, axis=0, return_inverse=True)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                seeds=np.array(list(self._by_seed)),
                prompts=np.array([len(one.prompt) for one in examples]),
                compositions=np.array([len(one.composition) for one in examples]),
                tokens=np.array([token for one in examples for token in one.prompt + one.composition], np.int32),
                table=table,
                rows=numbers.reshape(-1).astype(np.int32),
            )

    @classmethod
    def load(cls, path: Path) -> ExamplePool:
        """Reads a pool."""
        with np.load(path) as held:
            return cls(list(_read({name: held[name] for name in held.files})))


def _read(held: dict[str, NDArray[Any]]) -> Iterator[tuple[int, TrainingExample]]:
    tokens, rows = iter(held["tokens"].tolist()), 0
    for seed, asked, written in zip(held["seeds"], held["prompts"], held["compositions"], strict=True):
        prompt, composition = tuple(islice(tokens, int(asked))), tuple(islice(tokens, int(written)))
        legal = held["table"][held["rows"][rows : rows + written]]
        rows += int(written)
        yield int(seed), TrainingExample(prompt, composition, legal)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0, help="that of the training run")
    parser.add_argument("--examples", type=int, default=15_000, help="how many domains are drawn")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--lean", action="store_true", help="of lean domains")
    options = parser.parse_args()
    parts = make(options.seed * DOMAINS_PER_SEED, options.examples, options.processes, options.lean)
    total = -(-options.examples // _AT_ONCE)
    made = [one for part in track(parts, "examples", total, console=Console(stderr=True)) for one in part]
    ExamplePool(made).save(options.output)


if __name__ == "__main__":
    main()
