"""Generated specs as one environment: a planner must train on many specs to do well on unseen ones.

They are the generated specs of the small planner (`planners/small/domains.py`), with their worlds. The spec changes
every few episodes; held-out worlds are from themes that training never sees, each with a spec of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.rl.environments.composition import CompositionEnvironment
from p2c_dsl.planners.rl.environments.domains import HELD_OUT, Domain
from p2c_dsl.planners.rl.environments.environment import Play
from p2c_dsl.planners.rl.environments.shaping import partial_reward
from p2c_dsl.planners.small.domains import domain, unseen_domain
from p2c_dsl.planners.tokens.canonical import ANY
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of

GENERATED = "generated"
"""Its name among the domains."""
_EPISODES = 8
"""Consecutive seeds that share a spec: its prompt is computed once for those of them that meet in a rollout."""
_REMEMBERED = 64
_TRIED = 20
"""After this many specs in a row without a composition, the budget is to blame."""


class GeneratedSpecs:
    """Episodes of one turn, in a spec that the seed decides; settings as in `Domain.environment`.

    Raises `ValueError` for an unknown shaping reward. `play` raises it if nothing fits the budget.
    """

    name = GENERATED

    def __init__(
        self,
        tokenizer: Any,
        budget: int = 0,
        effort: int = EFFORT,
        partial_rewards: Sequence[str] = (),
        tokenization: str = ANY,
    ) -> None:
        for reward in partial_rewards:
            partial_reward(reward)
        self._settings = (tokenizer, budget, effort, tuple(partial_rewards), tokenization)
        label = f"{GENERATED} {budget} {tokenization} {vocabulary_of(tokenizer).digest}"
        self.digest = sha256(label.encode()).hexdigest()
        self._made = OrderedDict[tuple[int, bool], CompositionEnvironment]()

    def play(self, seed: int) -> Play:
        held_out = seed >= HELD_OUT
        number = seed - HELD_OUT if held_out else seed // _EPISODES
        return self._environment(number, held_out).play(seed)

    def walk(self) -> list[tuple[int, bool, Any]]:
        """The queries of the specs in the cache."""
        return [(*key, environment.walk()) for key, environment in self._made.items()]

    def walk_again(self, walk: list[tuple[int, bool, Any]]) -> None:
        """Repeats the queries on the same specs."""
        for number, held_out, asked in walk:
            self._environment(number, held_out).walk_again(asked)

    def _environment(self, number: int, held_out: bool) -> CompositionEnvironment:
        """A spec's environment; recent ones are cached."""
        found = self._made.pop((number, held_out), None) or self._make(number, held_out)
        self._made[number, held_out] = found
        if len(self._made) > _REMEMBERED:
            self._made.popitem(last=False)
        return found

    def _make(self, number: int, held_out: bool) -> CompositionEnvironment:
        """A new environment. A spec for which no composition fits the budget is replaced by another."""
        for other in range(_TRIED):
            made = (unseen_domain if held_out else domain)(number + other * HELD_OUT)
            found = Domain(f"{GENERATED} {number}", made.spec, made.task, made.world)
            try:
                return found.environment(*self._settings)
            except (Unplannable, ValueError) as error:
                why = error
        raise ValueError(f"no composition of {_TRIED} generated specs fits the budget; for the last one: {why}")
