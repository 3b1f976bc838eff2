"""A run goes on where it stopped, bit for bit; and it learns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from p2c_dsl.planners.rl import checkpoint
from p2c_dsl.planners.rl.checkpoint import CheckpointError
from p2c_dsl.planners.rl.metrics import MetricsLog, read
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.planners.rl.trainer import Trainer
from tests.mutants.mutate import Mutant, mutated
from tests.planners.rl.toy import Dialogue, Liking, codec, model

SETTINGS = TrainingSettings(
    episodes=8,
    updates=8,
    epochs=2,
    minibatches=2,
    learning_rate=3e-3,
    kl_weight=0.05,
    anneal=True,
    target_kl=0.0,
)


def trainer(settings: TrainingSettings = SETTINGS, environments: Any = None) -> Trainer:
    return Trainer(model(), codec(), environments or [Liking(), Dialogue()], settings)


def told(metrics: dict[str, float]) -> dict[str, float]:
    """Without what depends on the clock."""
    return {name: value for name, value in metrics.items() if not name.startswith("time/")}


def weights(made: Trainer) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in made.policy.parameters()])


@pytest.fixture(scope="module")
def run_through(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, list[dict[str, float]], torch.Tensor]:
    """Four updates: a checkpoint after the second, the metrics of the last two, and the weights at the end."""
    folder = tmp_path_factory.mktemp("run")
    made = trainer()
    for _ in range(2):
        made.update()
    checkpoint.save(folder, made.state())
    return folder, [told(made.update()) for _ in range(2)], weights(made)


def goes_on_bit_for_bit(run_through: tuple[Path, list[dict[str, float]], torch.Tensor]) -> None:
    folder, expected, at_the_end = run_through
    made = trainer()
    made.restore(checkpoint.load(folder))
    assert [told(made.update()) for _ in range(2)] == expected
    assert torch.equal(weights(made), at_the_end)


def test_two_updates_a_checkpoint_and_two_more_are_four(run_through: Any) -> None:
    goes_on_bit_for_bit(run_through)


@pytest.mark.parametrize(
    "line",
    [
        'self.optimizer.load_state_dict(state["optimizer"])',
        'self.shuffling.set_state(state["shuffling"])',
        'self.sampling.set_state(state["sampling"][self.rank])',
        'self.scale.count, self.scale.squares = state["scale"]',
        'self.done, self.episodes, self.tokens, self.seconds = state["counters"]',
        "parameters[name].copy_(weights)",
    ],
)
def test_whatever_a_checkpoint_forgets_is_noticed(line: str, run_through: Any) -> None:
    forgotten = Mutant("forgotten", "p2c_dsl.planners.rl.trainer:Trainer.restore", line, "pass")
    with mutated(forgotten), pytest.raises(AssertionError):
        goes_on_bit_for_bit(run_through)


def test_the_policy_learns_what_is_liked() -> None:
    settings = SETTINGS.changed(episodes=32, updates=40, learning_rate=2e-2, kl_weight=0.0, anneal=False)
    made = trainer(settings, [Liking()])
    returns = [made.update()["charts/episodic_return"] for _ in range(15)]
    # The best word earns 2; at first they are about equally likely.
    assert returns[0] < 1 and sum(returns[-3:]) / 3 > 1.7


def test_no_world_comes_twice() -> None:
    made = trainer()
    worlds = [(id(e.environment), e.seed) for _ in range(3) for e in made.roll_out().episodes]
    assert len(set(worlds)) == len(worlds) == 24


class Share:
    """Of several processes, one that has only itself to add up with."""

    device = torch.device("cpu")

    def __init__(self, rank: int, processes: int) -> None:
        self.process_index, self.num_processes = rank, processes

    def reduce(self, tensor: torch.Tensor, reduction: str) -> torch.Tensor:
        return tensor * self.num_processes


def test_each_environments_worlds_are_numbered_on_their_own_and_neighbours_stay_in_one_process() -> None:
    """Generated specs change every few numbers: their episodes have to meet, whatever stands beside them."""
    one, other = Liking("one"), Liking("other")
    found: dict[str, list[list[int]]] = {"one": [], "other": []}
    for rank in (0, 1):
        made = Trainer(model(), codec(), [one, other, other], SETTINGS.changed(episodes=24, seed=0), Share(rank, 2))
        played = [made._start(n) for n in range(rank * 12, rank * 12 + 12)]
        assert [(e.environment, e.seed) for e in made.roll_out().episodes] == played
        for name, numbers in found.items():
            numbers.append([world for environment, world in played if environment.name == name])
    assert found == {
        "one": [[0, 1, 2, 3], [4, 5, 6, 7]],
        "other": [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15]],
    }


def test_what_processes_agree_on_is_exact_where_they_are_of_one_mind() -> None:
    """Rounded, a share of 0.9 would not be the 0.9 at which to stop."""
    made = Trainer(model(), codec(), [Liking()], SETTINGS, Share(0, 2))
    assert [made.agreed(share) for share in (0.9, 0.7, 0.95)] == [0.9, 0.7, 0.95]


def test_each_process_needs_an_episode_for_every_minibatch() -> None:
    settings = SETTINGS.changed(episodes=4, minibatches=4)
    Trainer(model(), codec(), [Liking()], settings, Share(0, 1))
    with pytest.raises(ValueError, match="2 episodes in each process cannot be split into 4 minibatches"):
        Trainer(model(), codec(), [Liking()], settings, Share(0, 2))


def test_a_gradient_that_is_no_number_ends_the_run_before_weights_are_lost() -> None:
    made = trainer(SETTINGS.changed(learning_rate=1e30, value_learning_rate=0.0), [Liking()])
    with pytest.raises(ValueError, match="lower `learning_rate`"):
        for _ in range(3):
            made.update()


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint.save(tmp_path, trainer().state())
    before = (tmp_path / checkpoint.NAME).read_bytes()

    def full(*_: object) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc] unexpected pos")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match=r"checkpoint\.pt cannot be written; the last checkpoint is kept"):
        checkpoint.save(tmp_path, {})
    assert [p.name for p in tmp_path.iterdir()] == [checkpoint.NAME]
    assert (tmp_path / checkpoint.NAME).read_bytes() == before


def test_what_is_no_checkpoint_of_a_run_is_told(tmp_path: Path) -> None:
    for state in ({"weights": {}}, [1, 2]):
        torch.save(state, tmp_path / checkpoint.NAME)
        with pytest.raises(CheckpointError, match="not a checkpoint of a run"):
            checkpoint.load(tmp_path)


def test_a_checkpoint_of_other_domains_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, trainer().state())
    with pytest.raises(CheckpointError, match="other domains"):
        trainer(environments=[Liking()]).restore(checkpoint.load(tmp_path))


class Asked(Liking):
    """An environment that remembers a question which this version does not know."""

    def walk(self) -> list[int]:
        return [1]

    def walk_again(self, walk: list[int]) -> None:
        raise KeyError(walk[0])


def test_a_checkpoint_whose_masks_cannot_be_found_again_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, trainer(environments=[Asked()]).state())
    for state in (checkpoint.load(tmp_path), {**checkpoint.load(tmp_path), "walks": []}):
        with pytest.raises(CheckpointError, match="another version"):
            trainer(environments=[Asked()]).restore(state)


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_checkpoint_that_cannot_be_read_says_so(damage: bytes | None, tmp_path: Path) -> None:
    if damage is not None:
        (tmp_path / checkpoint.NAME).write_bytes(damage)
    with pytest.raises(CheckpointError, match=r"cannot be read|does not hold a checkpoint"):
        checkpoint.load(tmp_path)


def test_a_crash_while_a_checkpoint_is_written_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = trainer()
    checkpoint.save(tmp_path, made.state())
    made.update()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(tmp_path, made.state())
    assert checkpoint.load(tmp_path)["counters"][0] == 0


def test_metrics_after_the_checkpoint_are_taken_out_when_a_run_goes_on(tmp_path: Path) -> None:
    with MetricsLog(tmp_path, 0) as log:
        for update in range(1, 6):
            log.write(update, {"charts/episodic_return": update / 2})
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"update": 6, "cha')
    with MetricsLog(tmp_path, 3) as log:
        log.write(4, {"charts/episodic_return": 9.0})
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["update"] for line in lines] == [1, 2, 3, 4]
    assert read(tmp_path)[-1]["charts/episodic_return"] == 9.0
    assert any((tmp_path / "tensorboard").iterdir())


@pytest.mark.parametrize(
    "changes",
    [
        {"eval_episodes": 0, "eval_every": 1},
        {"minutes": -1.0},
        {"max_gradient": 0.0},
        {"learning_rate": float("nan")},
        {"episodes": 0},
        {"minibatches": 100},
        {"precision": "fp8"},
        {"discount": 1.5},
        {"no_such_setting": 1},
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"`|minibatches|precision"):
        SETTINGS.changed(**changes)
