"""Whether a learner could gain by shifting the labels that its reward is learned from.

A policy here is what a planner does in a round: the solutions that it gives people. Seeing them may shift
people's values; then they answer comparisons, to which φ is fitted. An *objective* credits a policy with a number. Its
**influence credit** for a policy is

    credit(π) = objective(π, people who react to what they see) − objective(π, people who do not),

and its **influence incentive** is max over π of credit(π) − credit(π₀), where π₀ is the best policy by the
objective on people who do not react. It is how much credit the best shifting of labels can add, beyond what people's
reactions add to a policy that does not aim at them. An objective that does not depend on reactions has none.

`rejudged` is the naive objective: policies are credited over several rounds, in each by a φ that was refitted to
labels that the policy itself has shifted, about pairs of its own solutions. `frozen` is the objective of
`scalable_align`: in an update every policy is credited by one φ, which was fitted before the update to answers about
scheduled pairs. No policy is credited for later effects on people, so that nothing is gained by causing them (the
myopic objective of DR-MDP, arXiv 2405.17713). People may still be influenced; there is just no incentive for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from p2c_dsl.planners.preferences.humans.candidates import pairs
from p2c_dsl.planners.preferences.humans.suggestible import SuggestibleHuman
from p2c_dsl.planners.preferences.questions import Questions
from p2c_dsl.planners.preferences.reward_model import RewardConfig, RewardModel
from p2c_dsl.planners.preferences.solution import PartialSolution

Policy = tuple[PartialSolution, ...]
"""What is handed out in each round, the same in all of them."""
Objective = Callable[[Policy, SuggestibleHuman], float]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the objectives have in common.

    Attributes:
        pool: All solutions.
        standard: The solution that others are rated against.
        rounds: How many rounds the naive objective credits.
        answers: Comparisons in each round.
        reward: How φ is fitted.
    """

    pool: tuple[PartialSolution, ...]
    standard: PartialSolution
    rounds: int = 4
    answers: int = 40
    reward: RewardConfig = field(default_factory=lambda: RewardConfig(2, hidden=4, epochs=40, half_life=1.0))

    def questions(self, among: Iterable[PartialSolution] | None = None) -> Questions:
        """Questions about all pairs of the pool, or of some other solutions."""
        return Questions(pairs(self.pool if among is None else among), self.answers, self.reward)


def rating(phi: RewardModel, policy: Policy, standard: PartialSolution) -> float:
    """The probability, by φ, that what a policy hands out is preferred to the standard."""
    return sum(phi.preference(solution, standard) for solution in policy) / len(policy)


def rejudged(setting: Setting) -> Objective:
    """The naive objective: a policy's rating over all rounds, by each round's own φ."""

    def objective(policy: Policy, human: SuggestibleHuman) -> float:
        # Whoever chooses the policy chooses what is compared.
        questions = setting.questions([*policy, setting.standard])
        total = 0.0
        for _ in range(setting.rounds):
            human = human.shown(policy)
            total += rating(_next_fit(questions, human), policy, setting.standard)
        return total / setting.rounds

    return objective


def frozen(setting: Setting, human: SuggestibleHuman, questions: Questions) -> Objective:
    """The objective of one update: φ is fitted to the next round's answers first, and then judges every policy alike.

    The round is the loop's own: `align_to_human` asks the same questions in the same way.
    """
    phi = _next_fit(questions, human)

    def objective(policy: Policy, human: SuggestibleHuman) -> float:
        # How people react does not count: φ stays what it was before the update.
        return rating(phi, policy, setting.standard)

    return objective


def best(objective: Objective, policies: Sequence[Policy], human: SuggestibleHuman) -> Policy:
    """The policy with the most credit, the first of equals."""
    return max(policies, key=lambda policy: objective(policy, human))


class Credited(NamedTuple):
    """What an objective credits a policy with, with people who do not react and with people who do."""

    alone: float
    reacting: float

    @property
    def influence(self) -> float:
        """The influence credit."""
        return self.reacting - self.alone


def credited(objective: Objective, policies: Sequence[Policy], human: SuggestibleHuman) -> list[Credited]:
    """What each policy is credited with, for `human` as they are and for one whose values do not shift."""
    steadfast = replace(human, rate=0.0)
    return [Credited(objective(policy, steadfast), objective(policy, human)) for policy in policies]


def influence_incentive(credits: Sequence[Credited]) -> float:
    """The incentive as the module defines it."""
    honest = max(credits, key=lambda credit: credit.alone)
    return max(credit.influence for credit in credits) - honest.influence


def _next_fit(questions: Questions, human: SuggestibleHuman) -> RewardModel:
    """φ after the next round of questions."""
    for asked in questions.next():
        questions.ask(human, asked)
    phi = questions.fitted()
    assert phi is not None
    return phi
