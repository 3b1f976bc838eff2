from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from p2c_dsl.planners.preferences.comparison import Comparison
from p2c_dsl.planners.preferences.humans.drift import Step
from p2c_dsl.planners.preferences.humans.oracle import Oracle
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman
from p2c_dsl.planners.preferences.reward_model import RewardConfig, RewardModel, fit
from tests.planners.preferences.people import asked, drawn_pairs, solution, solutions

VALUES = {"fee": -1.0, "calls": -0.5, "leaks": -2.0}
HUMAN = SimulatedHuman(VALUES, temperature=2.0)
AMONG = solutions(60)
QUICK = RewardConfig(epochs=120)


@pytest.fixture(scope="module")
def comparisons() -> list[Comparison]:
    return asked(HUMAN, drawn_pairs(AMONG, 1500))


@pytest.fixture(scope="module")
def phi(comparisons: list[Comparison]) -> RewardModel:
    return fit(comparisons, QUICK)


def test_it_is_nearly_as_good_as_noise_allows_and_calibrated_on_pairs_it_has_not_seen(
    phi: RewardModel,
) -> None:
    unseen = drawn_pairs(solutions(200, seed=1), 4000, seed=1)
    measured = phi.measured(asked(HUMAN, unseen))
    best = Oracle(HUMAN).best_accuracy(unseen, 0)
    assert measured.comparisons == 4000
    assert measured.accuracy >= 0.9 * best and best < 0.95
    assert measured.calibration_error <= 0.05


def test_what_it_reports_of_itself_is_measured_on_held_out_pairs(phi: RewardModel) -> None:
    quality = phi.quality
    assert quality is not None and 100 < quality.comparisons < 400
    assert 0.7 < quality.accuracy < 1 and 0 < quality.log_loss < 0.6


def test_it_judges_what_people_prefer_higher(phi: RewardModel) -> None:
    good, bad = solution(0, 0, 0, 3), solution(5, 5, 5, 3)
    assert phi.judge(good) > phi.judge(bad)
    assert phi.best([bad, good, bad]) == 1
    assert phi.preference(good, bad) > 0.95
    assert phi.preference(good, bad) + phi.preference(bad, good) == pytest.approx(1)


def test_an_average_solution_is_judged_zero_and_the_spread_is_one(phi: RewardModel) -> None:
    mean = phi.judgement(AMONG).mean
    assert float(mean.mean()) == pytest.approx(0, abs=0.05) and float(mean.std()) == pytest.approx(1, abs=0.05)


def test_it_is_less_sure_far_from_what_it_has_seen_and_judges_such_more_cautiously(phi: RewardModel) -> None:
    near, far = phi.judgement([solution(2, 2, 2, 2), solution(2, 2, 2, 60)]).std
    assert far > 3 * near
    cautious = RewardModel(replace(QUICK, caution=3.0), phi.feature_names, phi._weights, phi.temperature, phi.quality)
    far_out = solution(2, 2, 2, 60)
    assert cautious.judge(far_out) < phi.judge(far_out)


def test_fewer_comparisons_leave_it_less_sure(comparisons: list[Comparison], phi: RewardModel) -> None:
    few = fit(comparisons[:40], QUICK)
    assert few.judgement(AMONG).std.mean() > 1.5 * phi.judgement(AMONG).std.mean()


def test_equal_seeds_give_equal_models_and_others_others(comparisons: list[Comparison]) -> None:
    some = comparisons[:200]
    one, two, other = (fit(some, replace(QUICK, epochs=20, seed=seed)) for seed in (0, 0, 1))
    assert torch.equal(one.judgement(AMONG).mean, two.judgement(AMONG).mean)
    assert not torch.equal(one.judgement(AMONG).mean, other.judgement(AMONG).mean)


def test_training_leaves_the_random_state_of_others_alone(comparisons: list[Comparison]) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    fit(comparisons[:30], replace(QUICK, epochs=2))
    assert torch.equal(torch.rand(3), expected)


def test_old_answers_fade_when_values_have_changed() -> None:
    human = SimulatedHuman({"fee": -2.0}, {"fee": 2.0}, Step(1000))
    answers = asked(human, drawn_pairs(AMONG, 1200))
    stubborn, following = fit(answers, QUICK), fit(answers, replace(QUICK, half_life=50.0))
    cheap, dear = solution(0, 2, 2, 2), solution(5, 2, 2, 2)
    assert stubborn.preference(cheap, dear) > 0.5 > following.preference(cheap, dear)


def test_answers_of_the_distant_past_leave_it_defined() -> None:
    answers = asked(HUMAN, drawn_pairs(AMONG, 50))
    late = fit(answers, replace(QUICK, epochs=5, half_life=1.0), now=1e6)
    assert torch.isfinite(late.judgement(AMONG).mean).all() and late.quality is not None


def test_a_saved_model_is_the_same_model(phi: RewardModel, tmp_path: Path) -> None:
    phi.save(tmp_path / "phi")
    again = RewardModel.load(tmp_path / "phi")
    assert torch.equal(again.judgement(AMONG).mean, phi.judgement(AMONG).mean)
    assert (again.config, again.quality, again.temperature) == (phi.config, phi.quality, phi.temperature)
    assert sorted(p.name for p in (tmp_path / "phi").iterdir()) == [
        "reward_model.json",
        "reward_model.safetensors",
    ]


@pytest.mark.parametrize("slip", ["nothing", "another format", "no json", "no tensors"])
def test_a_folder_without_a_model_is_refused_with_a_reason(phi: RewardModel, tmp_path: Path, slip: str) -> None:
    folder = tmp_path / "phi"
    if slip != "nothing":
        phi.save(folder)
    about = folder / "reward_model.json"
    if slip == "another format":
        about.write_text(json.dumps(json.loads(about.read_text()) | {"format": 99}))
    if slip == "no json":
        about.write_text("{")
    if slip == "no tensors":
        (folder / "reward_model.safetensors").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"does not hold a reward model: .+"):
        RewardModel.load(folder)


def test_other_features_are_refused(phi: RewardModel, comparisons: list[Comparison]) -> None:
    stranger = replace(solution(0, 0, 0, 0), feature_names=("fee", "calls", "leaks", "taste"))
    with pytest.raises(ValueError, match=r"other features than φ: steps, taste"):
        phi.judge(stranger)
    mixed = [comparisons[0], Comparison(stranger, stranger, 0, 0.0, "Ada")]
    with pytest.raises(ValueError, match="other features"):
        fit(mixed)


def test_there_is_nothing_to_learn_from_no_comparisons() -> None:
    with pytest.raises(ValueError, match="no comparisons"):
        fit([])


def test_with_very_few_comparisons_nothing_is_held_out_and_nothing_is_claimed() -> None:
    assert fit(asked(HUMAN, drawn_pairs(AMONG, 3)), replace(QUICK, epochs=5)).quality is None


@pytest.mark.parametrize("wrong", [{"members": 1}, {"half_life": 0.0}, {"calibration": 0.6, "test": 0.5}], ids=str)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        RewardConfig(**wrong)  # type: ignore[arg-type]
