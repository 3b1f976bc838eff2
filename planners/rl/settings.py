"""Everything that can be set of a training run, in one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.tokens.canonical import TOKENIZATIONS


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of PPO; the defaults are those of the preset `cpu`. Raises `ValueError` for what makes no sense.

    Attributes:
        seed: Of weights that are made, of sampling and of the worlds.
        updates: How many rounds of rollout and update.
        minutes: When to stop earlier, evaluations counted in and exploring not; 0 for never.
        budget: Tokens that a composition may have, the end included; 0 for a quarter more than the shortest
            composition of each domain takes, and no less than 128.
        effort: How long the automaton looks for a completion; 0 for as long as it takes.
        tokenization: In which tokens a lexeme can be written: `any`, or only its `canonical` ones, so that decisions
            are few and about what is said; `auto` for what the model was trained with before, canonical for one with
            random weights, and any for others.
        explore: How many compositions are drawn by chance in each environment before the first update (by the policy
            in generated specs); the policy imitates those that are verified. 0 for none.
        episodes: In each update, of all processes together.
        rows_at_once: How many rows a rollout may have at once, by what fits into memory.
        epochs: Passes over the episodes of an update.
        minibatches: Steps of the optimizer in each pass.
        microbatch: Rows that are computed at once in a step; their gradients add up to the step's.
        learning_rate: Of the model.
        value_learning_rate: Of the value head.
        anneal: Whether learning rates sink linearly to 0 over the updates.
        discount: γ; 1 since compositions end.
        gae_decay: λ of the advantages.
        clip: How far a probability ratio may go from 1, ε.
        value_clip: How far a value may go from what it was; 0 for no clipping.
        value_weight: Of the value loss in the model's loss.
        entropy_weight: Of the entropy over what is legal.
        kl_weight: β: what a nat away from the reference costs, in the reward; 0 leaves the reference out. The reference
            is the model as it was loaded, before anything was imitated.
        target_kl: An update ends early once the approximate KL to the policy before it exceeds this; 0 for never.
        max_gradient: The longest gradient; longer ones are shortened.
        leave_one_out: Whether what the other episodes of a prompt earned on average is taken from what one earned:
            for prompts that do not come again, of which the value head knows nothing.
        normalise_advantages: To mean 0 and deviation 1 over the decisions of an update.
        scale_rewards: Whether rewards are divided by the root mean square of the returns.
        partial_rewards: Names of registered partial rewards that are added.
        precision: `fp32`, or `bf16` for products on a GPU (the weights stay float32).
        recompute: Takes the old log-probabilities from a pass like the update's, instead of those of the rollout:
            for precisions or engines in which the two differ.
        compile: Whether torch.compile compiles the decoder of the update.
        save_every: Updates between checkpoints.
        eval_every: Updates between evaluations on held-out worlds; 0 for never.
        eval_episodes: In such an evaluation, of each domain.
        stop_at: Stop once so large a share of an evaluation is verified; 0 for never.
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
                raise ValueError(f"`{name}` is {getattr(self, name)}, but has to be {least:g} or more")
        for name in ("explore", "minutes", "budget", "effort", "eval_every", "learning_rate", "kl_weight"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"`{name}` is {getattr(self, name)}, but cannot be less than 0")
        if self.episodes < self.minibatches:
            raise ValueError(f"{self.episodes} episodes cannot be cut into {self.minibatches} minibatches")
        if self.precision not in ("fp32", "bf16"):
            raise ValueError(f"there is no precision `{self.precision}`: choose fp32 or bf16")
        if self.tokenization not in ("auto", *TOKENIZATIONS):
            known = ", ".join(("auto", *TOKENIZATIONS))
            raise ValueError(f"there is no `tokenization` {self.tokenization}: choose from {known}")
        if not (0 <= self.discount <= 1 and 0 <= self.gae_decay <= 1):
            raise ValueError("`discount` and `gae_decay` lie between 0 and 1")

    def but(self, **changes: Any) -> Self:
        """These settings with some changed. Raises `ValueError` for one that there is not."""
        known = {f.name for f in fields(self)}
        for name in changes:
            if name not in known:
                raise ValueError(f"there is no setting `{name}`: there are {', '.join(sorted(known))}")
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
    """A setting `NAME=VALUE` from text. Raises `ValueError` for one that there is not, or a value of another kind."""
    name, equals, value = entry.partition("=")
    kinds: dict[str, type] = {f.name: type(getattr(PRESETS["cpu"], f.name)) for f in fields(TrainingSettings)}
    if not equals or name not in kinds:
        raise ValueError(f"`{entry}`: write NAME=VALUE for a setting: {', '.join(sorted(kinds))}")
    kind = kinds[name]
    try:
        if kind is bool:
            return name, {"true": True, "false": False}[value.lower()]
        if kind is tuple:
            return name, tuple(filter(None, value.split(",")))
        return name, kind(value)
    except (ValueError, KeyError):
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}[kind]
        raise ValueError(f"`{entry}`: the value has to be {wanted}") from None
