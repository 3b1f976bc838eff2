"""All settings of a training run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.tokens.canonical import TOKENIZATIONS


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of PPO; the defaults are the preset `cpu`. Raises `ValueError` for values that make no sense.

    Attributes:
        seed: Seeds new weights, sampling and the worlds.
        updates: The number of rounds of rollout and update.
        minutes: A time limit, which includes evaluations but not exploring; 0 for none.
        budget: The most tokens of a composition, the end included; 0 for a quarter more than the shortest composition
            of each domain, and at least 128.
        effort: How long the automaton searches for a completion; 0 for no limit.
        tokenization: How a lexeme can be spelled in tokens: in `any` way, or only in its `canonical` one, so that
            decisions are few and about content; `auto` for what the model was trained with, canonical for random
            weights, and any otherwise.
        explore: How many compositions are drawn at random in each environment before the first update (from the policy
            in generated specs); the policy imitates the verified ones. 0 for none.
        episodes: Episodes in each update, over all processes.
        rows_at_once: The most rows of a rollout at once; limited by memory.
        epochs: Passes over the episodes of an update.
        minibatches: Optimizer steps in each pass.
        microbatch: Rows computed at once; a step accumulates their gradients.
        learning_rate: The learning rate of the model.
        value_learning_rate: The learning rate of the value head.
        anneal: Whether learning rates decay linearly to 0 over the updates.
        discount: γ; 1, since compositions end.
        gae_decay: λ of generalized advantage estimation.
        clip: ε, how far a probability ratio may move from 1.
        value_clip: How far a value may move; 0 for no clipping.
        value_weight: The weight of the value loss.
        entropy_weight: The weight of the entropy over the legal tokens.
        kl_weight: β, the penalty on the reward for each nat of KL to the reference, in the reward's own unit (also with
            `scale_rewards`); 0 for none. The reference is the model as it was loaded, before any imitation.
        target_kl: An update ends early once the approximate KL to the policy before it exceeds this; 0 for never.
        max_gradient: The largest norm of the gradient; longer gradients are clipped.
        leave_one_out: Whether the mean return of a prompt's other episodes is subtracted from each return: for prompts
            that do not come again, of which the value head knows nothing.
        normalise_advantages: Whether advantages are normalised over the decisions of an update (but never stretched by
            more than ten).
        scale_rewards: Whether rewards, the KL penalty among them, are divided by the root mean square of the returns.
        partial_rewards: Names of the registered shaping rewards that are added.
        precision: `fp32`, or `bf16` for matrix products on a GPU (the weights stay float32).
        recompute: Whether the old log-probabilities come from a pass like the update's instead of from the rollout: for
            precisions or engines in which the two differ.
        compile: Whether torch.compile compiles the decoder of the update.
        save_every: Updates between checkpoints.
        eval_every: Updates between evaluations on held-out worlds; 0 for never.
        eval_episodes: Episodes of each domain in such an evaluation.
        stop_at: Stops once this share of an evaluation is verified; 0 for never.
    """

    seed: int = 0
    updates: int = 200
    minutes: float = 0.0
    budget: int = 0
    effort: int = EFFORT
    tokenization: str = "auto"
    explore: int = 0
    episodes: int = 64
    rows_at_once: int = 256
    epochs: int = 2
    minibatches: int = 2
    microbatch: int = 64
    learning_rate: float = 3e-4
    value_learning_rate: float = 3e-3
    anneal: bool = False
    discount: float = 1.0
    gae_decay: float = 0.95
    clip: float = 0.2
    value_clip: float = 0.2
    value_weight: float = 0.5
    entropy_weight: float = 0.01
    kl_weight: float = 0.0
    target_kl: float = 0.05
    max_gradient: float = 1.0
    leave_one_out: bool = False
    normalise_advantages: bool = True
    scale_rewards: bool = True
    partial_rewards: tuple[str, ...] = ()
    precision: str = "fp32"
    recompute: bool = False
    compile: bool = False
    save_every: int = 10
    eval_every: int = 0
    eval_episodes: int = 32
    stop_at: float = 0.0

    def __post_init__(self) -> None:
        positive = (
            "updates",
            "episodes",
            "rows_at_once",
            "epochs",
            "minibatches",
            "microbatch",
            "save_every",
            "max_gradient",
            *(("eval_episodes",) if self.eval_every else ()),
        )
        for name in positive:
            least = 1 if isinstance(getattr(self, name), int) else 1e-6
            if not getattr(self, name) >= least:
                raise ValueError(f"`{name}` is {getattr(self, name)}, but must be at least {least:g}")
        for name in ("explore", "minutes", "budget", "effort", "eval_every", "learning_rate", "kl_weight"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"`{name}` is {getattr(self, name)}, but must not be negative")
        if self.episodes < self.minibatches:
            raise ValueError(f"{self.episodes} episodes cannot be split into {self.minibatches} minibatches")
        if self.precision not in ("fp32", "bf16"):
            raise ValueError(f"`precision` is {self.precision}, but must be fp32 or bf16")
        if self.tokenization not in ("auto", *TOKENIZATIONS):
            known = ", ".join(("auto", *TOKENIZATIONS))
            raise ValueError(f"`tokenization` is {self.tokenization}, but must be one of {known}")
        if not (0 <= self.discount <= 1 and 0 <= self.gae_decay <= 1):
            raise ValueError("`discount` and `gae_decay` must be between 0 and 1")

    def changed(self, **changes: Any) -> Self:
        """A copy with some settings changed. Raises `ValueError` for an unknown setting."""
        known = {f.name for f in fields(self)}
        for name in changes:
            if name not in known:
                raise ValueError(f"there is no setting `{name}`; the settings are {', '.join(sorted(known))}")
        return replace(self, **changes)

    def data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}


PRESETS = {
    "cpu": TrainingSettings(),
    "gpu": TrainingSettings(
        episodes=1024,
        rows_at_once=1024,
        microbatch=256,
        minibatches=4,
        learning_rate=1e-5,
        value_learning_rate=1e-4,
        kl_weight=0.02,
        precision="bf16",
        recompute=True,
    ),
}
"""Settings by name: `cpu` for the small planner on a few cores, `gpu` for models of some hundred million weights."""


def parsed(entry: str) -> tuple[str, Any]:
    """Parses a setting `NAME=VALUE`. Raises `ValueError` for an unknown name or a value of another type."""
    name, equals, value = entry.partition("=")
    kinds: dict[str, type] = {f.name: type(getattr(PRESETS["cpu"], f.name)) for f in fields(TrainingSettings)}
    if not equals or name not in kinds:
        raise ValueError(f"`{entry}`: expected NAME=VALUE, where NAME is one of {', '.join(sorted(kinds))}")
    kind = kinds[name]
    try:
        if kind is bool:
            return name, {"true": True, "false": False}[value.lower()]
        if kind is tuple:
            return name, tuple(filter(None, value.split(",")))
        return name, kind(value)
    except (ValueError, KeyError):
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}[kind]
        raise ValueError(f"`{entry}`: the value must be {wanted}") from None
