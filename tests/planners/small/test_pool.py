"""Examples that are made once and read from a file are those that training would have made itself."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import numpy as np
import torch
from rich.console import Console

from p2c_dsl.planners.small.data import DOMAINS_PER_SEED, Batches, TrainingExample
from p2c_dsl.planners.small.model import CHECKPOINT, load_tokenizer
from p2c_dsl.planners.small.pool import ExamplePool, made_by, make
from p2c_dsl.planners.small.train import Arguments, TrainingRun

SEEDS = range(20)
TOKENIZER = load_tokenizer(CHECKPOINT)


@pytest.fixture(scope="module")
def made() -> list[tuple[int, TrainingExample]]:
    return made_by(SEEDS)


def test_what_is_written_is_read_again(made: list[tuple[int, TrainingExample]], tmp_path: Path) -> None:
    ExamplePool(made).save(tmp_path / "pool")
    again = ExamplePool.load(tmp_path / "pool")
    assert len(again) == len(made) > 10
    for seed, example in made:
        assert (again[seed].prompt, again[seed].composition) == (example.prompt, example.composition)
        assert np.array_equal(again[seed].legal, example.legal)


def test_processes_make_the_same_examples(made: list[tuple[int, TrainingExample]]) -> None:
    parts = [one for part in make(0, len(SEEDS), processes=2) for one in part]
    assert [seed for seed, _ in parts] == [seed for seed, _ in made]
    assert all(np.array_equal(one.legal, other.legal) for (_, one), (_, other) in zip(parts, made, strict=True))


def test_batches_of_a_pool_are_those_that_training_makes(made: list[tuple[int, TrainingExample]]) -> None:
    pool = ExamplePool(made)
    own, pooled = (Batches(0, TOKENIZER, 1, 2000, source=source) for source in (None, pool.examples))
    for one, other in zip(islice(own, 6), islice(pooled, 6), strict=True):
        assert torch.equal(one.tokens, other.tokens) and torch.equal(one.legal, other.legal)


def test_training_from_a_pool_gives_the_same_weights(made: list[tuple[int, TrainingExample]], tmp_path: Path) -> None:
    ExamplePool(made).save(tmp_path / "pool")
    runs = [
        TrainingRun(Arguments(tmp_path / name, steps=2, batch=1, workers=0, pool=pool))
        for name, pool in (("own", None), ("pooled", tmp_path / "pool"))
    ]
    for run in runs:
        run.train(Console(quiet=True))
    own, pooled = (run.model.state_dict() for run in runs)
    assert all(torch.equal(weight, pooled[name]) for name, weight in own.items())


def test_a_pool_that_is_too_small_says_so(made: list[tuple[int, TrainingExample]]) -> None:
    with pytest.raises(ValueError, match="make a larger one"):
        ExamplePool(made).examples(range(100))


def test_a_pool_of_another_run_says_so(made: list[tuple[int, TrainingExample]]) -> None:
    with pytest.raises(ValueError, match="not for this seed of a run, but for 0"):
        ExamplePool(made).examples(range(DOMAINS_PER_SEED, DOMAINS_PER_SEED + 8))
