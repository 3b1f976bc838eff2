"""A run knows its domains by what they are, and its processes decide alike."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from p2c_dsl.planners import Unplannable, models
from p2c_dsl.planners.rl import run
from p2c_dsl.planners.rl.environments.domains import HELD_OUT, Domain
from p2c_dsl.planners.rl.policy.models import load_model
from p2c_dsl.planners.rl.run import Plan, environments_of
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.small import fresh
from tests.planners.rl import toy
from tests.planners.small_domain import write_domain

_, TOKENIZER = fresh(0)


def environments(*paths: object) -> list[Any]:
    return environments_of(Plan(tuple(map(str, paths))), TOKENIZER, "canonical")


def test_a_path_is_one_domain_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_domain(tmp_path / "greet")
    monkeypatch.chdir(tmp_path)
    one, other, third = environments("greet", "./greet/", tmp_path / "greet")
    assert one is other is third


def test_a_domain_that_does_not_fit_in_canonical_tokens_takes_any_and_the_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(write_domain(tmp_path / folder / "greet")) for folder in ("short", "long")]
    usual, names = Domain.environment, list[str]()

    def narrow(self: Domain, *how: Any) -> Any:
        names.append(self.name)
        if self.name != names[0] and how[-1] == "canonical":
            raise Unplannable("nothing fits")
        return usual(self, *how)

    monkeypatch.setattr(Domain, "environment", narrow)
    found = environments_of(Plan(tuple(paths)), TOKENIZER, "canonical", "any")
    kinds = {kind: environments_of(Plan(tuple(paths[:1])), TOKENIZER, kind)[0].digest for kind in ("any", "canonical")}
    assert [e.digest for e in found] == [kinds["canonical"], kinds["any"]]


def test_domains_with_one_name_are_told_apart_in_metrics(tmp_path: Path) -> None:
    first = write_domain(tmp_path / "a" / "greet")
    second = tmp_path / "b" / "greet"
    shutil.copytree(first, second)
    one, other = environments(first, second)
    assert one.name != other.name and str(second) in other.name


def test_what_an_evaluation_found_is_agreed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where masks differ a little, one process may find enough to stop, and another not: that would never end."""
    trainer = Trainer(toy.model(), toy.codec(), [toy.Liking()], toy.PLAIN.changed(episodes=2))
    monkeypatch.setattr(trainer, "agreed", lambda own: own / 2)
    found = run._evaluated(trainer)
    assert found["eval/accepted"] == 0.5 and found["eval/verified"] <= 0.5


def test_worlds_that_a_run_may_stop_at_are_not_those_it_is_judged_by(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Seen(toy.Liking):
        def play(self, seed: int) -> Any:
            seen.append(seed)
            return super().play(seed)

    trainer = Trainer(toy.model(), toy.codec(), [Seen()], toy.PLAIN.changed(episodes=2))
    run._evaluated(trainer)
    assert min(seen) >= HELD_OUT + 100_000


def test_a_model_is_loaded_to_where_the_trainer_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a GPU there, each of several processes would put a copy on the first one."""
    model, tokenizer = fresh(0)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    usual = models.device_of
    monkeypatch.setattr(models, "device_of", lambda wanted: usual(wanted or "meta"))
    loaded, _ = load_model(str(tmp_path), 0)
    assert {p.device for p in loaded.parameters()} == {torch.device("cpu")}
