"""A run in its folder: started, interrupted, resumed, finished."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.models import device_of, quiet
from p2c_dsl.planners.rl import atomic, checkpoint
from p2c_dsl.planners.rl.environments.domains import load_domain
from p2c_dsl.planners.rl.environments.environment import Environment, unique
from p2c_dsl.planners.rl.environments.generated import GENERATED, GeneratedSpecs
from p2c_dsl.planners.rl.evaluate import Evaluation, evaluate, together
from p2c_dsl.planners.rl.imitate import OnUpdate, warm_up
from p2c_dsl.planners.rl.metrics import MetricsLog
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.rl.policy.models import codec_of, load_model
from p2c_dsl.planners.rl.policy.policy import Policy
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.tokens.canonical import ANY, CANONICAL, tokenization_of

NAME = "run.json"
_MEANWHILE = 1_000_000
"""Evaluations during training use other held-out worlds than `p2c eval`, since training may stop because of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does: enough to start it again."""

    domains: tuple[str, ...]
    model: str = "fresh"
    lora: int = 0
    settings: TrainingSettings = field(default_factory=TrainingSettings)

    def save(self, folder: Path) -> None:
        """Writes it into the run's folder."""
        data = {
            "domains": self.domains,
            "model": self.model,
            "lora": self.lora,
            "settings": self.settings.data(),
        }
        atomic.write_text(folder / NAME, json.dumps(data, indent=2) + "\n")


def load_plan(folder: Path) -> Plan:
    """The plan of a run's folder. Raises `CheckpointError` if it holds none."""
    path = folder / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        settings = {n: tuple(v) if isinstance(v, list) else v for n, v in data["settings"].items()}
        return Plan(tuple(data["domains"]), data["model"], data["lora"], TrainingSettings().changed(**settings))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise checkpoint.CheckpointError(f"{folder} does not hold a run: {path} cannot be read ({error})") from error


def environments_of(plan: Plan, tokenizer: Any, *tokenizations: str) -> list[Environment]:
    """The environments of a plan's domains; a domain named several times appears as often.

    Each uses the first of the tokenizations in which a composition fits the budget. Raises what `load_domain` and
    `Domain.environment` raise.
    """
    settings = plan.settings
    how = (tokenizer, settings.budget, settings.effort, settings.partial_rewards)
    made, named = dict[str, list[Environment]](), set[str]()
    # A path can be written in several ways, but it is one domain; metrics go by name.
    places = [name if name == GENERATED else str(Path(name).resolve()) for name in plan.domains]
    for place, name in zip(places, plan.domains, strict=True):
        if place in made:
            continue
        if name == GENERATED:
            made[place] = [GeneratedSpecs(*how, tokenizations[0])]
            continue
        domains = load_domain(Path(name))
        if named & {domain.name for domain in domains}:
            domains = [replace(domain, name=f"{domain.name} ({name})") for domain in domains]
        named |= {domain.name for domain in domains}
        made[place] = [_fitting(partial(domain.environment, *how), tokenizations) for domain in domains]
    return [environment for place in places for environment in made[place]]


def _fitting(make: Callable[[str], Environment], tokenizations: Sequence[str]) -> Environment:
    for tokenization in tokenizations[:-1]:
        with suppress(Unplannable, ValueError):
            return make(tokenization)
    return make(tokenizations[-1])


def accelerator() -> Any:
    """The accelerator: the processes of `accelerate launch`, or a single one, on the device at hand."""
    from accelerate import Accelerator

    quiet()
    return Accelerator()


def trainer_of(plan: Plan, accelerator: Any = None) -> tuple[Trainer, Any]:
    """A new trainer for a plan, and the tokenizer. Raises what `environments_of` raises."""
    model, tokenizer = load_model(plan.model, plan.settings.seed, plan.lora, plan.settings.tokenization)
    environments = environments_of(plan, tokenizer, tokenization_of(model))
    return Trainer(model, codec_of(tokenizer), environments, plan.settings, accelerator), tokenizer


def train(plan: Plan, trainer: Trainer, tokenizer: Any, folder: Path, report: OnUpdate, resume: bool = False) -> None:
    """Trains as long as the settings say; with `resume`, from the folder's checkpoint on.

    Ctrl-C takes effect after the update in progress: a checkpoint is saved, and `KeyboardInterrupt` is
    raised. Raises what `Trainer.restore` and `checkpoint.load` raise.
    """
    settings, main = trainer.settings, trainer.rank == 0
    if resume:
        trainer.restore(checkpoint.load(folder))
    with ExitStack() as stack:
        log = stack.enter_context(MetricsLog(folder, trainer.done)) if main else None
        if not resume and settings.explore:
            explorers = _explorers(plan, trainer, tokenizer)
            warm_up(trainer, explorers, report if main else _silent)
            trainer.agree()
            save(trainer, tokenizer, folder)
        interrupts = stack.enter_context(Interrupts())
        while not _finished(trainer):
            metrics = trainer.update()
            if settings.eval_every and trainer.done % settings.eval_every == 0:
                started = time.perf_counter()
                metrics |= _evaluated(trainer)
                trainer.seconds += time.perf_counter() - started
            if log is not None:
                log.write(trainer.done, metrics)
                report(trainer.done, metrics)
            good = bool(settings.stop_at) and metrics.get("eval/verified", 0.0) >= settings.stop_at
            interrupted = trainer.agreed(float(interrupts.seen)) > 0
            if good or interrupted or trainer.done % settings.save_every == 0:
                save(trainer, tokenizer, folder)
            if interrupted:
                raise KeyboardInterrupt
            if good:
                break
    save(trainer, tokenizer, folder)


def _explorers(plan: Plan, trainer: Trainer, tokenizer: Any) -> list[Environment]:
    """The environments in canonical tokens if they fit: chance should choose what is said, not how it is tokenized."""
    if tokenization_of(trainer.policy.model) == CANONICAL:
        return list(trainer.environments)
    return environments_of(plan, tokenizer, CANONICAL, ANY)


def _silent(*_: object) -> None:
    """Only the main process reports."""


def save(trainer: Trainer, tokenizer: Any, folder: Path) -> None:
    """Writes the checkpoint, and the model as a folder that transformers loads."""
    state = trainer.state()
    if trainer.rank == 0:
        checkpoint.save(folder, state)
        checkpoint.save_model(folder, trainer.policy.model, tokenizer)


def _finished(trainer: Trainer) -> bool:
    settings = trainer.settings
    if trainer.done >= settings.updates:
        return True
    return bool(settings.minutes) and trainer.agreed(trainer.seconds) >= 60 * settings.minutes


def _evaluated(trainer: Trainer) -> dict[str, float]:
    settings = trainer.settings
    environments = unique(trainer.environments)
    found = evaluate(trainer.policy, trainer.codec, environments, settings.eval_episodes, _MEANWHILE)
    metrics = {f"eval/verified/{e.name}": e.share for e in found} if len(found) > 1 else {}
    whole = together(found)
    metrics |= {"eval/verified": whole.share, "eval/accepted": whole.accepted / whole.episodes}
    # With bounded effort, masks may differ slightly between processes, but decisions must not.
    return {name: trainer.agreed(share) for name, share in metrics.items()}


def evaluated(
    domains: Sequence[str],
    name: str,
    budget: int | None,
    episodes: int,
    seed: int,
    temperature: float,
) -> list[Evaluation]:
    """Evaluates a model in domains: a run's folder (its settings are used), or any model that can be loaded.

    Raises `ValueError` and what `environments_of` raises.
    """
    folder = Path(name)
    settings = load_plan(folder).settings if (folder / NAME).is_file() else TrainingSettings()
    plan = Plan(
        tuple(dict.fromkeys(domains)),
        name,
        settings=settings.changed(budget=settings.budget if budget is None else budget),
    )
    model, tokenizer = load_model(name, seed, tokenization=settings.tokenization)
    device = device_of(None)
    masks = MaskTable(model.get_input_embeddings().num_embeddings, device)
    environments = environments_of(plan, tokenizer, tokenization_of(model))
    policy = Policy(model.to(device), masks)
    return evaluate(policy, codec_of(tokenizer), environments, episodes, seed, temperature)


class Interrupts:
    """Records the first Ctrl-C instead of raising; a second one raises at once. `seen` says whether there was one."""

    def __init__(self) -> None:
        self.seen = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.seen:
            raise KeyboardInterrupt
        self.seen = True
