"""A run of the loop on a domain: its settings, its metrics line by line, and how it continues after a stop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from p2c_dsl.planners.figure2.conditions import FLOOR, condition_of
from p2c_dsl.planners.figure2.contracts import Contract
from p2c_dsl.planners.figure2.human_proxy import HumanProxy, Solved
from p2c_dsl.planners.figure2.problem import Problem, Sizes
from p2c_dsl.planners.figure2.rewards import Rewards, unbalance
from p2c_dsl.planners.figure2.scalable_align import Attempts, Planner, scalable_align
from p2c_dsl.planners.figure2.verification import WorldVerifier
from p2c_dsl.planners.preferences.comparison import Comparison, Human, Pair
from p2c_dsl.planners.preferences.human_values import human_values
from p2c_dsl.planners.preferences.humans.candidates import pairs
from p2c_dsl.planners.preferences.humans.drift import Drift
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman
from p2c_dsl.planners.preferences.questions import Questions
from p2c_dsl.planners.preferences.reward_model import RewardConfig
from p2c_dsl.planners.rl import atomic, checkpoint, manifest
from p2c_dsl.planners.rl.environments.domains import Domain, load_domain
from p2c_dsl.planners.rl.environments.spaces import FreeText
from p2c_dsl.planners.rl.explore import Example, WarmUp, explore
from p2c_dsl.planners.rl.imitate import imitate
from p2c_dsl.planners.rl.policy.models import codec_of, load_model
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.small.model import tiny

METRICS, STATE, ABOUT = "align.jsonl", "align_state.json", "align.json"
TINY = "tiny"


@dataclass(frozen=True, slots=True)
class AlignSettings:
    """All settings of a run of the loop.

    Attributes:
        condition: The space of compositions, by its name in `conditions.py`.
        model: `tiny`, or what `p2c train --model` takes.
        iterations: Rounds of `scalable_align`.
        minutes: When to stop, if earlier; 0 for never.
        questions: How many pairs people are asked about in each round.
        human_steps: The most steps of a program that the human-level AI writes.
        noise: The simulated human's temperature.
        half_life: Rounds after which an answer weighs half as much in φ; 0 for never.
        warm_up: What the planner imitates before the loop.
        training: Settings of PPO; an update is one `train_planner`.
    """

    condition: str = "all rules"
    model: str = TINY
    iterations: int = 20
    minutes: float = 0.0
    seed: int = 0
    questions: int = 24
    human_steps: int = 4
    noise: float = 0.5
    half_life: float = 0.0
    warm_up: WarmUp = field(default_factory=WarmUp)
    rewards: Rewards = field(default_factory=Rewards)
    sizes: Sizes = field(default_factory=Sizes)
    training: TrainingSettings = field(
        default_factory=lambda: TrainingSettings(episodes=16, epochs=2, minibatches=2, learning_rate=1e-3)
    )

    def data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return asdict(self) | {"training": self.training.data()}


PRESETS = {
    "cpu": AlignSettings(),
    "gpu": AlignSettings(
        model="fresh",
        iterations=200,
        questions=64,
        sizes=Sizes(subtasks=6, contracts=64, decomposition=160, composition=96, effort=300),
        training=TrainingSettings(episodes=512, minibatches=4, epochs=2, rows_at_once=512),
    ),
}


@dataclass
class AlignmentLoop:
    """The loop with everything that it needs for one domain, and how many rounds are done."""

    domain: Domain
    settings: AlignSettings
    human: Human
    problem: Problem
    proxy: HumanProxy
    questions: Questions
    planner: Planner
    verifier: WorldVerifier
    done: int = 0

    def rounds(self) -> Iterator[dict[str, float]]:
        """Round after round of `scalable_align`, with the metrics of each that do not need the expert."""
        loop = scalable_align(self.planner, self.proxy, self.human, [self.problem], self.questions, self.verifier)
        for self.planner, self.proxy in loop:
            self.done += 1
            yield self._metrics()

    def _metrics(self) -> dict[str, float]:
        tried = self.planner.tried
        judged = [r for t in tried for r in t.judged]
        quality = getattr(self.proxy.values, "quality", None)
        metrics = {
            "R": fmean(t.reward for t in tried),
            "partial rewards": fmean(judged),
            "subtasks": fmean(len(t.solved) for t in tried),
            "unsolved": fmean(sum(s.program is None for s in t.solved) for t in tried),
            "unbalance": fmean(unbalance(t, self.proxy) for t in tried),
            "composed": fmean(bool(t.solution.composition) for t in tried),
            "translated, not sound": float(sum(t.solution.program is not None and not t.solution.sound for t in tried)),
        }
        if quality is not None:
            metrics |= {f"φ {name}": float(value) for name, value in quality._asdict().items()}
        return metrics | self.planner.metrics


def loop_of(
    folder: Path,
    settings: AlignSettings,
    human: Human | None = None,
    drift: Drift | None = None,
    shared: Shared | None = None,
) -> AlignmentLoop:
    """The loop on a domain's folder. Without `human`, a simulated one with the domain's `human.json` answers.

    `shared` is what other loops on the same domain have found; this one adds to it.

    Raises `ValueError` for a folder without a domain of one task, `Unplannable` for a task that cannot be decomposed.
    """
    domains = load_domain(folder)
    if len(domains) != 1:
        raise ValueError(
            f"{folder} declares {len(domains)} tasks, but the loop needs exactly one: name a spec with one task"
        )
    model, tokenizer = tiny(settings.seed) if settings.model == TINY else load_model(settings.model, settings.seed)
    shared = shared or Shared()
    problem = shared.problem(domains[0], tokenizer, settings)
    proxy = HumanProxy(problem.spec, problem.task, human_steps=settings.human_steps)
    proxy.found = shared.found
    found = asked_about(problem, proxy, settings.seed)
    if human is None:
        before, after = human_values(folder, proxy.features)
        human = SimulatedHuman(before, after, drift, temperature=settings.noise, seed=settings.seed)
    half_life = settings.half_life or None
    config = RewardConfig(epochs=80, seed=settings.seed, half_life=half_life)
    # Nobody is asked the same question twice in a round.
    questions = Questions(found, min(settings.questions, len(found)), config)
    training = replace(settings.training, seed=settings.seed)
    trainer = Trainer(model, codec_of(tokenizer), [_Nothing()], training)
    planner = Planner(trainer, settings.rewards)
    verifier = WorldVerifier(domains[0].world)
    loop = AlignmentLoop(domains[0], settings, human, problem, proxy, questions, planner, verifier)
    if settings.warm_up.attempts:
        _warmed(loop, shared)
    return loop


def _warmed(loop: AlignmentLoop, shared: Shared) -> None:
    """Lets the planner imitate verified attempts, before anyone has been asked about values."""
    attempts = Attempts(loop.planner, loop.proxy, loop.problem, loop.verifier)
    if shared.examples is None:
        shared.examples = _examples(loop, attempts)
    imitate(loop.planner.trainer, [(attempts, shared.examples)], loop.settings.warm_up)
    loop.planner.tried.clear()


def _examples(loop: AlignmentLoop, attempts: Attempts) -> list[Example]:
    """Verified attempts in the loop's own space; where nothing is masked, those under a mask of syntax alone.

    Random text is practically never a program, and a model that writes without a mask has seen programs before.
    """
    codec, problem = loop.planner.trainer.codec, loop.problem
    if problem.condition.masked:
        return explore(attempts, codec, loop.settings.warm_up)
    masked = Problem(loop.domain, problem.tokenizer, condition_of(FLOOR), problem.sizes)
    found = explore(replace(attempts, problem=masked), codec, loop.settings.warm_up)
    return [example.in_space(1, FreeText(problem.vocabulary)) for example in found]


@dataclass
class Shared:
    """What loops on one domain under one condition, which differ in seeds and rewards, can share.

    Attributes:
        found: The programs that the human-level AI has found.
        examples: What planners imitate before the loop; `None` before the first search.
    """

    found: dict[Contract, tuple[Solved, ...]] = field(default_factory=dict)
    examples: list[Example] | None = None
    _problem: Problem | None = None

    def problem(self, domain: Domain, tokenizer: Any, settings: AlignSettings) -> Problem:
        """The task with its spaces, as far as they have been explored."""
        if self._problem is None:
            condition = condition_of(settings.condition)
            self._problem = Problem(domain, tokenizer, condition, settings.sizes)
        return self._problem


def asked_about(problem: Problem, proxy: HumanProxy, seed: int, most: int = 400) -> list[Pair]:
    """The human-level tasks E of a domain: pairs of programs for subtasks that tools can solve, then for the others."""
    contracts = sorted(problem.decompositions.contracts, key=lambda c: not c.tools)
    shown = []
    for contract in contracts:
        shown += [s.solution for s in proxy.considered(contract) if s.solution is not None]
    return pairs(shown, most, seed)


class _Nothing:
    """The environment of a trainer before the first `rlft`."""

    name = digest = "nothing yet"

    def play(self, seed: int) -> Any:
        raise ValueError("`rlft` sets the environment")


# ---------------------------------------------------------------- in a folder


def save(loop: AlignmentLoop, folder: Path) -> None:
    """Writes what continuing needs: the policy, the answers so far, the counters."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint.save(folder, loop.planner.trainer.state())
    answers = [answer.as_data() for answer in loop.questions.answers]
    state = {"done": loop.done, "now": loop.questions.now, "answers": answers}
    atomic.write_text(folder / STATE, json.dumps(state) + "\n")


def resume(loop: AlignmentLoop, folder: Path) -> None:
    """Continues from what `save` wrote. Raises `CheckpointError`."""
    state = checkpoint.load(folder)
    try:
        saved = json.loads((folder / STATE).read_text(encoding="utf-8"))
        loop.done, loop.questions.now = saved["done"], saved["now"]
        loop.questions.answers[:] = map(Comparison.from_data, saved["answers"])
    except (OSError, ValueError, KeyError) as error:
        raise checkpoint.CheckpointError(f"{folder / STATE} cannot be read: {error}") from error
    loop.planner.trainer.restore(state | {"environments": [_Nothing.digest]})


def remember(folder: Path, settings: AlignSettings, domain: str) -> None:
    """Writes the domain and the settings of a run."""
    manifest.remember(folder / ABOUT, _about(settings, domain))


def check_same(folder: Path, settings: AlignSettings, domain: str) -> None:
    """Raises `ValueError` if a folder's run is of another domain or has other settings; its length may differ."""
    manifest.check_same(folder / ABOUT, _about(settings, domain), "give the same settings, or start a new run")


def _about(settings: AlignSettings, domain: str) -> dict[str, Any]:
    about = {"domain": domain, **settings.data()}
    return {name: value for name, value in about.items() if name not in ("iterations", "minutes")}


def append(folder: Path, line: dict[str, Any]) -> None:
    """Appends one line of metrics."""
    with (folder / METRICS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
