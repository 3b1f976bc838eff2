"""Figure 2 of *Superalignment with Dynamic Human Values* (Mai et al., 2025), name for name.

`docs/figure2.md` puts each of its lines beside the function that implements it. One thing is done in batches: the body
of `train_planner` runs once for each of several worlds of X (`attempt`), and RLFT is one PPO update on all of them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from p2c_dsl.planners.figure2.contracts import Contract
from p2c_dsl.planners.figure2.human_proxy import HumanProxy, Solved
from p2c_dsl.planners.figure2.problem import Problem
from p2c_dsl.planners.figure2.rewards import Rewards, Tried
from p2c_dsl.planners.figure2.translation import Recomposition
from p2c_dsl.planners.figure2.verification import Complete, WorldVerifier, complete
from p2c_dsl.planners.preferences.comparison import Human, Pair
from p2c_dsl.planners.preferences.questions import Questions
from p2c_dsl.planners.rl.environments.environment import EpisodeOutcome, Turn
from p2c_dsl.planners.rl.trainer import Trainer

# ---------------------------------------------------------------- Figure 2


def scalable_align(
    P: Planner, H_phi: HumanProxy, H: Human, D: Sequence[Problem], E: Questions, V: WorldVerifier
) -> Iterator[tuple[Planner, HumanProxy]]:
    """Aligns H_φ to the humans, then trains the planner on each hard task, again and again.

    It yields after each round; the caller decides when to stop.
    """
    while True:
        H_phi = align_to_human(H, H_phi, E)
        for X in D:
            P = train_planner(P, H_phi, X, V)
        yield P, H_phi


def align_to_human(H: Human, H_phi: HumanProxy, E: Questions) -> HumanProxy:
    """Asks the human about human-level tasks, and refits φ."""
    for Y in E.next():
        H_phi = align(H_phi, H, Y, E)
    return H_phi


def train_planner(P: Planner, H_phi: HumanProxy, X: Problem, V: WorldVerifier) -> Planner:
    """Decomposes, solves, judges, recomposes and verifies X in several worlds, and trains the planner on it."""
    return rlft(P, Attempts(P, H_phi, X, V))


def attempt(P: Planner, H_phi: HumanProxy, X: Problem, V: WorldVerifier, world: int) -> Attempt:
    """The body of `train_planner` in one world: a conversation with the policy, turn by turn."""
    subtasks = yield from P.decompose(X)
    partial_solutions: list[Solved] = []
    partial_rewards: list[float] = []
    for t in subtasks:
        s = H_phi.solve(t)
        r = H_phi.judge(s)
        partial_solutions.append(s)
        partial_rewards.append(r)
    S = yield from P.recompose(X, partial_solutions)
    R = V.verify(S, world)
    return P.earned(Tried(X, world, tuple(partial_solutions), tuple(partial_rewards), S, R), H_phi)


Attempt = Generator[Turn, str, EpisodeOutcome]


# ---------------------------------------------------------------- H: the human


def align(H_phi: HumanProxy, H: Human, Y: Sequence[Pair], E: Questions) -> HumanProxy:
    """Asks about a batch of pairs, and fits φ to all answers so far, the later ones weighing more."""
    E.ask(H, Y)
    phi = E.fitted()
    return H_phi if phi is None else H_phi.with_values(phi)


# ---------------------------------------------------------------- P: the planner


@dataclass
class Planner:
    """P_θ: the masked policy, and what it is rewarded for. `trainer` holds θ."""

    trainer: Trainer
    rewards: Rewards
    metrics: dict[str, float] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)
    """The attempts of the last update."""

    def decompose(self, X: Problem) -> Generator[Turn, str, tuple[Contract, ...]]:
        """Asks for subtasks."""
        text = yield X.decomposing()
        return X.subtasks(text)

    def recompose(self, X: Problem, solved: Sequence[Solved]) -> Generator[Turn, str, Complete]:
        """Composes their solutions, where that is possible."""
        space: tuple[Recomposition, Turn] | None = X.recomposing([s.part for s in solved if s.part is not None])
        if space is None:
            return Complete("", problem="these parts cannot be composed under the rules")
        made, turn = space
        text = yield turn
        return complete(text, made, X.space_spec, X.space_task)

    def earned(self, tried: Tried, H_phi: HumanProxy) -> EpisodeOutcome:
        """R + Σ partial rewards, each credited to the text that earned it."""
        self.tried.append(tried)
        return self.rewards.outcome(tried, H_phi)


@dataclass
class Attempts:
    """Attempts at X in fresh worlds, as an environment for PPO."""

    planner: Planner
    human: HumanProxy
    problem: Problem
    verifier: WorldVerifier

    def __post_init__(self) -> None:
        self.name, self.digest = self.problem.name, self.problem.digest

    def play(self, seed: int) -> Attempt:
        """One attempt, in the world of a seed."""
        return attempt(self.planner, self.human, self.problem, self.verifier, seed)


def rlft(P: Planner, attempts: Attempts) -> Planner:
    """PPO on the masked policy: one rollout of attempts and one update."""
    P.tried.clear()
    P.trainer.environments = (attempts,)
    P.metrics = P.trainer.update()
    return P
