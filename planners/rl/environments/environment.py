"""What an environment is: it asks the policy for masked text, turn by turn, and answers.

An episode is a generator. It yields a `Turn`, is sent what the policy wrote in it, and yields the next one or returns
the `EpisodeOutcome`. An episode of one turn is

    def play(self, seed):
        text = yield Turn(self.prompt, self.space, self.budget)
        return EpisodeOutcome(reward=judged(text, seed))

A turn's own text is context: the policy reads it, and it is neither an action nor credited. The first turn's text is
the prompt; episodes that share it share its computation.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class Space(Protocol):
    """What may be written in a turn: an automaton over tokens, with a mask for each state in one table.

    Attributes:
        start: The state before the first token.
        table: `(rows, ceil(vocab / 32))`, int32: token `t` is bit `t % 32` of word `t // 32`. Rows are only added.
        digest: A hash of what the masks follow from (the spec, the task, the vocabulary, the budget).
    """

    start: int
    digest: str

    @property
    def table(self) -> NDArray[np.int32]:
        """The masks, one a row."""

    def row(self, state: int, left: int) -> int:
        """The row of the mask with `left` tokens to go. Raises `ValueError` if nothing is legal."""

    def step(self, state: int, token: int) -> int | None:
        """The state after a token, `None` when it ends the turn. Raises `KeyError` for one that is not allowed."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the policy is asked: it reads `text`, then writes in `space`, at most `budget` tokens, the end included."""

    text: str
    space: Space
    budget: int


@dataclass(frozen=True, slots=True)
class Credit:
    """A reward for what was written at one place.

    Attributes:
        turn: The number of the turn, from 0.
        offset: A character of the text written in that turn: the token that contains it is credited.
        name: The kind of reward, for the metrics.
    """

    turn: int
    offset: int
    reward: float
    name: str = "partial"


@dataclass(frozen=True, slots=True)
class EpisodeOutcome:
    """How an episode ended.

    Attributes:
        reward: The verifier's, credited to the last decision.
        verified: Whether the whole did what the task asks for.
        accepted: Whether the analyzer accepts what was written.
        truncated: Whether the episode was cut off: then the value of the state after it counts.
        info: More numbers, for the metrics.
    """

    reward: float
    verified: bool
    credits: tuple[Credit, ...] = ()
    accepted: bool = True
    truncated: bool = False
    info: Mapping[str, float] = field(default_factory=dict)


Play = Generator[Turn, str, EpisodeOutcome]
"""An episode that is being played."""


@runtime_checkable
class Walked(Protocol):
    """A space with a bounded search, or an environment with such spaces: its masks depend on earlier queries."""

    def walk(self) -> Any:
        """The queries so far, as tensors and plain data."""

    def walk_again(self, walk: Any) -> None:
        """Repeats the queries of another instance, on a fresh one. Afterwards both answer alike."""


class Environment(Protocol):
    """A source of episodes. Equal seeds, answered equally, play equally."""

    @property
    def name(self) -> str:
        """The name in metrics."""

    @property
    def digest(self) -> str:
        """A hash of what its episodes depend on besides their seeds; a checkpoint continues only with the same."""

    def play(self, seed: int) -> Play:
        """One episode in a fresh world."""


def unique(environments: Iterable[Environment]) -> list[Environment]:
    """The environments without repetitions: one may be listed several times for a larger share of the episodes."""
    return list({id(environment): environment for environment in environments}.values())
