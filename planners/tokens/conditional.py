"""Compositions from a model's own distribution, conditioned on being accepted.

A mask renormalises at every token, so that compositions behind unlikely beginnings come more often than the model says
(Park et al. 2024, arXiv 2405.21047). Here whole compositions are drawn in proportion to their probability, by adaptive
rejection (Parys et al. 2025, arXiv 2510.01902): a tree of beginnings holds how probable it is at most that each is
continued to something accepted, an attempt draws in proportion to these bounds, and is rejected with the probability
that is seen to be lost where it leaves the tree. What is lost once is never drawn again, so that attempts fail less
and less. Where that takes too many, one of several complete proposals is taken by its weight (sampling-importance
resampling, Rubin 1987), which is an approximation and is said to be one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.automaton.collection import collector_paused
from p2c_dsl.planners.tokens.requests import RequestMasks, RequestState

Following = Callable[[Sequence[int]], NDArray[np.floating]]
"""The model: its logits `(vocab,)` for the token after some tokens, which may be none."""

ATTEMPTS, PROPOSALS = 100, 8
"""How often a composition is tried to be drawn exactly, and from how many proposals it is then taken."""


@dataclass(frozen=True, slots=True)
class ConditionalDraw:
    """A composition that has been drawn.

    Attributes:
        ids: Its tokens, the end token included.
        log_probability: Of the tokens under the model at the sampler's temperature; nothing is renormalised.
        rejected: How many attempts were rejected before.
        proposals: Of how many proposals it was taken; 0 if the draw is exact.
        effective: How many independent draws these are worth (Kong 1992); `None` if the draw is exact.
    """

    ids: tuple[int, ...]
    log_probability: float
    rejected: int
    proposals: int = 0
    effective: float | None = None

    @property
    def exact(self) -> bool:
        """Whether the draw follows the conditional distribution exactly."""
        return self.effective is None

    @property
    def reservation(self) -> str:
        """What is to be said of a draw that is not exact."""
        return (
            f"the plan follows the model's own distribution only about: {self.rejected} attempts to draw one exactly "
            f"were rejected, so it was taken from {self.proposals} proposals, which are worth {self.effective:.1f}"
        )


@dataclass(slots=True, eq=False)
class _Beginning:
    """Tokens that something accepted begins with.

    Attributes:
        at: Where they lead.
        tokens: What may follow `(n,)`.
        log_probs: How probable each of these is, among all tokens `(n,)`.
        bounds: The logarithm of a bound on the probability that it is then continued to something accepted `(n,)`.
    """

    at: RequestState
    tokens: tuple[int, ...]
    log_probs: NDArray[np.float64]
    bounds: NDArray[np.float64]
    children: dict[int, _Beginning] = field(default_factory=dict)

    @property
    def terms(self) -> NDArray[np.float64]:
        """What each token adds to `log_mass`, as logarithms `(n,)`."""
        return self.log_probs + self.bounds

    @property
    def log_mass(self) -> float:
        """The logarithm of a bound on the probability that these tokens are continued to something accepted."""
        return min(float(np.logaddexp.reduce(self.terms)), 0.0)


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A complete composition, and the logarithms of its probability and of its weight."""

    ids: tuple[int, ...]
    log_probability: float
    log_weight: float


class ConditionalSampler:
    """Draws compositions for one prompt, and remembers what it has seen for the next draw.

    Args:
        masks: What may be written.
        following: The model after the prompt; it is asked once for each beginning.
        temperature: The logits are divided by it.

    Raises `ValueError` for a temperature that is not above 0.
    """

    def __init__(self, masks: RequestMasks, following: Following, temperature: float = 1.0) -> None:
        if not temperature > 0:
            raise ValueError(f"a distribution needs a temperature above 0, not {temperature}")
        self._masks, self._following, self._temperature = masks, following, temperature
        self._root: _Beginning | None = None

    @property
    def log_accepted(self) -> float:
        """The logarithm of a bound on the probability that the model by itself writes something accepted."""
        return 0.0 if self._root is None else self._root.log_mass

    @collector_paused()
    def draw(self, random: Random, attempts: int = ATTEMPTS, proposals: int = PROPOSALS) -> ConditionalDraw:
        """A composition: exact if one of the attempts is not rejected, and otherwise the pick of the proposals.

        Raises `FloatingPointError` if the model's logits are not numbers.
        """
        for rejected in range(attempts):
            drawn = self._attempt(random, rejecting=True)
            if drawn is not None:
                return ConditionalDraw(drawn.ids, drawn.log_probability, rejected)
        made = [drawn for _ in range(proposals) if (drawn := self._attempt(random, rejecting=False)) is not None]
        logs = np.array([proposal.log_weight for proposal in made])
        weights = np.exp(logs - logs.max())
        taken = made[_chosen(logs, random)]
        effective = float(weights.sum() ** 2 / (weights**2).sum())
        return ConditionalDraw(taken.ids, taken.log_probability, attempts, proposals, effective)

    def _attempt(self, random: Random, *, rejecting: bool) -> _Proposal | None:
        """A composition drawn in proportion to the bounds; `None` if it is rejected.

        Without rejecting, what would be lost is its weight.
        """
        ids, passed = list[int](), list[tuple[_Beginning, int]]()
        log_probability, log_weight = 0.0, self.log_accepted
        beginning, at = self._root, self._masks.begin
        while True:
            if beginning is None:
                beginning = self._begin(ids, at)
                self._hang(beginning, passed)
                log_weight += beginning.log_mass
                if rejecting and random.random() >= np.exp(beginning.log_mass):
                    self._tighten(passed)
                    return None
            place = _chosen(beginning.terms, random)
            token = beginning.tokens[place]
            ids.append(token)
            log_probability += float(beginning.log_probs[place])
            at = self._masks.after(beginning.at, token)
            if at.ended:
                self._tighten(passed)
                return _Proposal(tuple(ids), log_probability, log_weight)
            passed.append((beginning, place))
            beginning = beginning.children.get(place)

    def _begin(self, ids: Sequence[int], at: RequestState) -> _Beginning:
        logits = np.asarray(self._following(ids), np.float64) / self._temperature
        if np.isnan(logits).any() or not np.isfinite(logits.max()):
            raise FloatingPointError("the model's logits are not finite numbers: its weights are broken")
        assert at.state is not None
        allowed = self._masks.tokens.within(at.state, at.left)
        log_probs = logits[list(allowed)] - np.logaddexp.reduce(logits)
        return _Beginning(at, allowed, log_probs, np.zeros(len(allowed)))

    def _hang(self, beginning: _Beginning, passed: Sequence[tuple[_Beginning, int]]) -> None:
        if passed:
            parent, place = passed[-1]
            parent.children[place] = beginning
        else:
            self._root = beginning

    def _tighten(self, passed: Sequence[tuple[_Beginning, int]]) -> None:
        """Takes into the bounds what has been seen on the way."""
        for parent, place in reversed(passed):
            parent.bounds[place] = parent.children[place].log_mass


def _chosen(logs: NDArray[np.float64], random: Random) -> int:
    """A place, drawn in proportion to numbers of which these are the logarithms `(n,)`."""
    if len(logs) == 1:
        return 0
    sums = np.cumsum(np.exp(logs - logs.max()))
    return min(int(np.searchsorted(sums, random.random() * sums[-1], side="right")), len(sums) - 1)
