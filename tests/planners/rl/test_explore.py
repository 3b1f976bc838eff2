"""Before the loop the planner imitates attempts that V verified, drawn by chance from its own space."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from p2c_dsl.planners.figure2.align_run import AlignmentLoop, AlignSettings, Shared, loop_of
from p2c_dsl.planners.figure2.problem import Sizes
from p2c_dsl.planners.figure2.scalable_align import Attempts
from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.environments.domains import load_domain
from p2c_dsl.planners.rl.environments.environment import EpisodeOutcome, Play, Turn
from p2c_dsl.planners.rl.episode import masks_of
from p2c_dsl.planners.rl.explore import Example, WarmUp, explore, own_attempts, respelled
from p2c_dsl.planners.rl.imitate import _episode, imitate
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.rl.policy.models import codec_of
from p2c_dsl.planners.rl.rollout import collated
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.small import fresh
from tests.planners.rl import toy
from tests.planners.small_domain import write_domain

SETTINGS = AlignSettings(
    human_steps=3,
    warm_up=WarmUp(attempts=0),
    sizes=Sizes(subtasks=3, contracts=6, decomposition=40, composition=24, effort=10),
    training=TrainingSettings(episodes=2, epochs=1, minibatches=1),
)
TRIED = WarmUp(attempts=60, steps=8, rows=8)


def begun(tmp_path: Path, **changes: object) -> tuple[AlignmentLoop, Attempts]:
    loop = loop_of(write_domain(tmp_path / "greet"), replace(SETTINGS, **changes))  # type: ignore[arg-type]
    return loop, Attempts(loop.planner, loop.proxy, loop.problem, loop.verifier)


def test_examples_are_verified_and_different(tmp_path: Path) -> None:
    loop, attempts = begun(tmp_path, condition="syntax only")
    found = explore(attempts, loop.planner.trainer.codec, TRIED)
    assert found and all(e.outcome.verified for e in found)
    assert len({e.tokens for e in found}) == len(found)
    tried = loop.planner.tried
    assert any(not t.reward for t in tried), "attempts are drawn by chance, not chosen"


class Fickle(toy.Liking):
    """Worlds like any word that begins with `b`, but only `bc` is liked by all."""

    def play(self, seed: int) -> Play:
        word = yield Turn(self.prompt, self.space, 4)
        return EpisodeOutcome(1.0, word == "bc" or (word.startswith("b") and seed % 2 == 0))


def texts(config: WarmUp) -> set[str]:
    codec = toy.codec()
    return {codec.text(e.tokens) for e in explore(Fickle(), codec, config)}


def test_a_text_is_found_once_however_it_is_cut(tmp_path: Path) -> None:
    (domain,) = load_domain(write_domain(tmp_path / "greet"))
    _, tokenizer = fresh(0)
    codec = codec_of(tokenizer)
    found = explore(domain.environment(tokenizer, tokenization="any"), codec, WarmUp(attempts=40, again=1))
    assert len({e.texts(codec) for e in found}) == len(found) > 1


def test_what_further_worlds_do_not_verify_is_left_out() -> None:
    config = WarmUp(attempts=80, again=1)
    assert texts(config) >= {"bc", "bca", "bd"}
    assert texts(replace(config, worlds=4)) == {"bc"}


def test_where_nothing_is_verified_everywhere_the_search_goes_on() -> None:
    """Three attempts hit on nothing that all worlds like; with patience, it is found."""
    config = WarmUp(attempts=3, again=1, worlds=4)
    assert "bc" not in texts(replace(config, patience=1))
    assert texts(replace(config, patience=40)) == {"bc"}


@pytest.mark.parametrize("tokenization", ["any", "canonical"])
def test_what_is_said_can_be_spelled_as_another_space_spells_it(tmp_path: Path, tokenization: str) -> None:
    """In any tokens a text is cut as the tokenizer cuts it, in canonical ones as it has to be."""
    (domain,) = load_domain(write_domain(tmp_path / "greet"))
    _, tokenizer = fresh(0)
    codec = codec_of(tokenizer)
    explorer = domain.environment(tokenizer, tokenization="canonical")
    environment = domain.environment(tokenizer, tokenization=tokenization)
    examples = explore(explorer, codec, WarmUp(attempts=40, again=1))
    again = [respelled(example, environment, codec) for example in examples]
    assert examples
    for example, other in zip(examples, again, strict=True):
        assert other is not None and other.outcome.verified
        assert codec.text(other.tokens) == codec.text(example.tokens)
        (turn,) = other.written
        assert turn.space is environment.space and masks_of(other.tokens, other.written, table(tokenizer))
        usual = [*codec.encode(codec.text(other.tokens)), codec.end] == list(other.tokens)
        assert usual is (tokenization == "any")


def table(tokenizer: Any) -> MaskTable:
    return MaskTable(len(tokenizer), torch.device("cpu"))


def test_what_does_not_fit_another_space_is_not_spelled() -> None:
    class Narrow(toy.Liking):
        def play(self, seed: int) -> Play:
            word = yield Turn(self.prompt, self.space, 3)
            return EpisodeOutcome(1.0, word.startswith("b"))

    codec = toy.codec()
    found = {codec.text(e.tokens): respelled(e, Narrow(), codec) for e in explore(Fickle(), codec, TRIED)}
    assert found["bca"] is None and found["bc"] is not None


def test_the_policys_own_attempts_are_kept_where_they_are_verified() -> None:
    trainer = Trainer(toy.model(), toy.codec(), [Fickle()], toy.PLAIN.changed(episodes=8))
    generator = torch.Generator().manual_seed(0)
    found = own_attempts(trainer, Fickle(), range(60), generator)
    assert 0 < len(found) < 60 and len({e.seed for e in found}) == len(found)
    for example in found:
        word = trainer.codec.text(example.tokens)
        assert word == "bc" or (word.startswith("b") and example.seed % 2 == 0)
        assert masks_of(example.tokens, example.written, trainer.masks)


def likelihood(loop: AlignmentLoop, attempts: Attempts, examples: list[Example]) -> float:
    trainer = loop.planner.trainer
    rollout = collated([_episode(e, attempts, trainer) for e in examples], trainer.masks, 0)
    with torch.no_grad():
        found = [p.score(trainer.policy).log_probs.sum() for p in pieces(rollout, torch.arange(len(examples)), 64)]
    return float(sum(found))


@pytest.mark.parametrize("condition", ["all rules", "syntax only"])
def test_imitation_makes_them_likelier(tmp_path: Path, condition: str) -> None:
    loop, attempts = begun(tmp_path, condition=condition)
    examples = explore(attempts, loop.planner.trainer.codec, TRIED)
    before = likelihood(loop, attempts, examples)
    imitate(loop.planner.trainer, [(attempts, examples)], TRIED)
    assert likelihood(loop, attempts, examples) > before


def test_environments_are_imitated_alike_however_much_was_found_in_each(tmp_path: Path) -> None:
    """Of one there is a single example among many of the other: it becomes likelier, too."""
    loop, attempts = begun(tmp_path, condition="all rules")
    single, *others = explore(attempts, loop.planner.trainer.codec, TRIED)
    assert len(others) > 3
    before = likelihood(loop, attempts, [single])
    imitate(loop.planner.trainer, [(attempts, others), (attempts, [single]), (attempts, [])], TRIED)
    assert likelihood(loop, attempts, [single]) > before


def test_nothing_is_imitated_where_nothing_was_found(tmp_path: Path) -> None:
    loop, attempts = begun(tmp_path)
    before = [p.clone() for p in loop.planner.trainer.policy.parameters()]
    imitate(loop.planner.trainer, [(attempts, [])], TRIED)
    assert all(map(torch.equal, before, loop.planner.trainer.policy.parameters()))


def test_loops_that_share_look_only_once_and_free_text_imitates_programs(tmp_path: Path) -> None:
    folder, shared = write_domain(tmp_path / "greet"), Shared()
    settings = replace(SETTINGS, warm_up=TRIED, condition="free text")
    one = loop_of(folder, settings, shared=shared)
    examples = shared.examples
    assert examples and all(e.turns()[1] for e in examples)
    other = loop_of(folder, replace(settings, seed=1), shared=shared)
    assert shared.examples is examples and other.problem is one.problem
    assert not other.planner.tried


def test_every_condition_has_room_for_what_the_rules_ask(tmp_path: Path) -> None:
    """Under fewer rules the shortest composition does next to nothing: its length alone would be too little."""
    budgets = {}
    for condition in ("all rules", "syntax only", "free text"):
        loop, _ = begun(tmp_path, condition=condition)
        contracts = loop.problem.decompositions.contracts
        parts = [s.part for c in contracts[:3] if (s := loop.proxy.solve(c)).part is not None]
        found = loop.problem.recomposing([part for part in parts if part is not None])
        assert found is not None
        budgets[condition] = found[1].budget
    assert len(set(budgets.values())) == 1, budgets
