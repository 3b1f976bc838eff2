"""Training the small planner: its examples, its loss, and how a stopped run resumes."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("llguidance")

import torch
from rich.console import Console

from p2c_dsl.planners import Unplannable
from p2c_dsl.planners.prompt import fitting, prompt, room_for
from p2c_dsl.planners.small import fresh, load
from p2c_dsl.planners.small.data import BUDGET, Batches, TrainingExample, collate, example
from p2c_dsl.planners.small.domains import GeneratedDomain, domain
from p2c_dsl.planners.small.model import PROMPT
from p2c_dsl.planners.small.muon import orthogonal
from p2c_dsl.planners.small.train import METRICS, STATE, Arguments, TrainingRun, losses
from p2c_dsl.planners.tokens.canonical import CanonicalTokens
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of

QUIET = Console(quiet=True)
SMALL = {"batch": 1, "workers": 0, "save_every": 0.0}


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return fresh(0)[1]


@pytest.fixture(scope="module")
def made() -> GeneratedDomain:
    return domain(1)


@pytest.fixture(scope="module")
def one(made: GeneratedDomain, tokenizer: Any) -> TrainingExample:
    return example(made, tokenizer, vocabulary_of(tokenizer))


def test_an_example_is_the_planner_s_prompt_and_the_reference(
    made: GeneratedDomain, one: TrainingExample, tokenizer: Any
) -> None:
    assert tokenizer.decode(one.prompt) == prompt(made.spec, made.task)
    assert tokenizer.decode(one.composition[:-1]) == made.reference.rstrip("\n")
    assert one.composition[-1] == tokenizer.eos_token_id


def fitted(made: GeneratedDomain, tokenizer: Any) -> tuple[GeneratedDomain, TrainingExample] | None:
    """A domain with its example; `None` if its prompt leaves out what the reference calls."""
    try:
        return made, example(made, tokenizer, vocabulary_of(tokenizer))
    except Unplannable:
        return None


def test_a_long_prompt_is_shortened_as_for_planning(tokenizer: Any) -> None:
    long = (made for made in map(domain, range(400)) if len(tokenizer.encode(prompt(made.spec, made.task))) > 1500)
    made, one = next(found for each in long if (found := fitted(each, tokenizer)) is not None)
    room = room_for(fresh(0)[0].config, BUDGET, shorten=True)
    assert len(one.prompt) <= PROMPT == room
    assert tokenizer.decode(one.prompt) == fitting(tokenizer, made.spec, made.task, room, True).text


def test_an_example_allows_what_decoding_allows_and_little_else(tokenizer: Any) -> None:
    """Decoding leaves out what cannot be completed, too; the masks of training do not look ahead."""
    vocabulary, allowed, offered = vocabulary_of(tokenizer), 0, 0
    small = (made for seed in range(40) if len((made := domain(seed)).spec.subtasks) <= 4)
    for made in islice(small, 6):
        one = example(made, tokenizer, vocabulary)
        tokens = CanonicalTokens(made.spec, made.task, vocabulary, BUDGET, effort=1000)
        mask, state = SemanticMask(tokens), tokens.start
        legal = collate([one], tokenizer.pad_token_id, len(vocabulary)).legal
        for written, token in enumerate(one.composition):
            row = mask.bits(torch.tensor([mask.row(state, BUDGET - written)]), len(vocabulary))[0]
            assert row[token] and legal[written][row].all()
            allowed, offered = allowed + int(row.sum()), offered + int(legal[written].sum())
            if token != vocabulary.end:
                state = tokens.step(state, token)
    assert allowed > 0.9 * offered


def test_a_batch_is_padded_on_the_right(one: TrainingExample, made: GeneratedDomain, tokenizer: Any) -> None:
    other = example(domain(2), tokenizer, vocabulary_of(tokenizer))
    batch = collate([one, other], tokenizer.pad_token_id, len(tokenizer))
    for row, each in enumerate((one, other)):
        assert batch.tokens[row, batch.in_prompt[row]].tolist() == list(each.prompt)
        assert batch.tokens[row, batch.in_composition[row]].tolist() == list(each.composition)
        assert (batch.tokens[row, len(each) :] == tokenizer.pad_token_id).all()
    assert len(batch.legal) == len(one.composition) + len(other.composition)


def test_the_loss_is_that_of_the_masked_policy(one: TrainingExample, tokenizer: Any) -> None:
    """Logits of illegal tokens do not count, nor does a token that is the only legal one."""
    model, _ = fresh(0)
    batch = collate([one], tokenizer.pad_token_id, len(tokenizer))
    with torch.no_grad():
        found, _ = losses(model, batch, batch.in_prompt)
        logits = model(batch.tokens).logits[0, len(one.prompt) - 1 : -1]
    expected = []
    for row, legal, token in zip(logits, batch.legal, one.composition, strict=True):
        if legal.sum() > 1:
            expected.append(torch.logsumexp(row[legal], 0) - row[token])
    assert 0 < len(expected) < len(one.composition)
    torch.testing.assert_close(found, torch.stack(expected).mean(), rtol=1e-4, atol=1e-4)


def test_batches_resume_where_they_stopped(tokenizer: Any) -> None:
    whole = iter(Batches(5, tokenizer, 1, 2000))
    later = iter(Batches(5, tokenizer, 1, 2000, start=3))
    batches = [next(whole) for _ in range(5)]
    assert torch.equal(next(later).tokens, batches[3].tokens)
    assert torch.equal(next(later).tokens, batches[4].tokens)


def test_orthogonal_matrices_have_singular_values_near_one() -> None:
    torch.manual_seed(0)
    for shape in ((12, 40), (40, 12), (16, 16)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert values.min() > 0.5 and values.max() < 1.3


def test_training_lowers_the_loss_and_writes_a_planner(tmp_path: Path, tokenizer: Any) -> None:
    TrainingRun(Arguments(tmp_path, steps=8, **SMALL)).train(QUIET)
    entries = [json.loads(line) for line in (tmp_path / METRICS).read_text().splitlines()]
    assert [entry["step"] for entry in entries] == list(range(1, 9))
    batch = next(iter(Batches(0, tokenizer, 1, 2000, start=0)))
    with torch.no_grad():
        before, after = (losses(model, batch, batch.in_prompt)[0] for model in (fresh(0)[0], load(tmp_path)[0]))
    assert after < before


def test_a_run_that_was_stopped_ends_like_one_that_was_not(tmp_path: Path) -> None:
    class Killed(TrainingRun):
        def _log(self, metrics: dict[str, float]) -> None:
            if self.step == 3:
                raise KeyboardInterrupt

    whole, stopped = (Arguments(tmp_path / name, steps=4, **SMALL) for name in ("whole", "stopped"))
    TrainingRun(whole).train(QUIET)
    with pytest.raises(KeyboardInterrupt):
        Killed(stopped).train(QUIET)
    resumed = TrainingRun(stopped)
    assert resumed.step == 2
    resumed.train(QUIET)
    one, other = (torch.load(run.output / STATE)["model"] for run in (whole, stopped))
    assert all(torch.equal(weight, other[name]) for name, weight in one.items())


def test_a_run_stops_where_it_is_told_and_goes_on_from_there(tmp_path: Path) -> None:
    TrainingRun(Arguments(tmp_path, steps=4, until=2, **SMALL)).train(QUIET)
    resumed = TrainingRun(Arguments(tmp_path, steps=4, bfloat16=True, **SMALL))
    assert resumed.step == 2
    resumed.train(QUIET)
    assert resumed.step == 4
