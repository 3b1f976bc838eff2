"""Which pairs people are asked about, their answers, and φ fitted to these: the loop's side of the human H.

The pairs of a round depend on the pool and the round, and on nothing that a planner does: one that could choose what is
compared could keep φ from learning what would count against it. `influence.py` measures what that would be worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from p2c_dsl.planners.preferences.comparison import Comparison, Human, Pair
from p2c_dsl.planners.preferences.reward_model import RewardConfig, RewardModel, fit


def scheduled(pairs: Sequence[Pair], count: int, round_: int) -> list[Pair]:
    """The pairs of a round: the next ones after those of the round before, and after the last the first again.

    Raises `ValueError` where there are none.
    """
    if not pairs:
        raise ValueError("there are no pairs to ask about")
    return [pairs[(round_ * count + n) % len(pairs)] for n in range(count)]


def ask(human: Human, pairs: Iterable[Pair], time: float) -> list[Comparison]:
    """Someone's answers to pairs at a time, without those that they skipped."""
    who = getattr(human, "who", "human")
    answers = (Comparison(*pair, human.compare(*pair, time), time, who) for pair in pairs)
    return [answer for answer in answers if answer.preferred is not None]


@dataclass
class Questions:
    """The human-level tasks E of Figure 2: pairs of solutions of subtasks, some in each round.

    All answers so far are kept: φ is refitted to them, the older ones discounted.

    Attributes:
        pairs: What there is to ask about, in the order in which it is asked.
        each_round: How many pairs are asked about in a round.
        frozen_after: Rounds after which no one is asked any more, so that φ goes stale; `None` for never.
        fits: φ by the time and the number of answers; runs that ask the same person the same questions may share them.
        now: The round that is being asked about, −1 before the first.
    """

    pairs: Sequence[Pair]
    each_round: int
    config: RewardConfig = field(default_factory=RewardConfig)
    frozen_after: int | None = None
    answers: list[Comparison] = field(default_factory=list)
    fits: dict[tuple[float, int], RewardModel] = field(default_factory=dict)
    now: int = -1

    def next(self) -> Iterator[list[Pair]]:
        """The tasks of the next round: one batch of pairs."""
        self.now += 1
        if self.pairs and (self.frozen_after is None or self.now < self.frozen_after):
            yield scheduled(self.pairs, self.each_round, self.now)

    def ask(self, human: Human, pairs: Iterable[Pair]) -> None:
        """Asks someone about a batch of pairs, and keeps the answers."""
        self.answers += ask(human, pairs, float(self.now))

    def fitted(self) -> RewardModel | None:
        """φ, fitted to all answers so far, the later ones weighing more; `None` while there are none."""
        if not self.answers:
            return None
        known = float(self.now), len(self.answers)
        if known not in self.fits:
            self.fits[known] = fit(self.answers, self.config, float(self.now))
        return self.fits[known]
