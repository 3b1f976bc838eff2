"""Plans that a domain's world verifies: candidates of any planner, each run in several worlds, until one is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.deadline import Deadline
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.runtime.world import World
from p2c_dsl.spec import Spec


@dataclass(frozen=True, slots=True)
class TriedPlan:
    """A composition, and what became of its runs.

    Attributes:
        worlds: The seeds of the worlds that it was run in.
        verified: How many of these verified the outcome.
        problem: What went wrong in the first world that did not, with its seed; `None` if none did.
    """

    text: str
    worlds: tuple[int, ...]
    verified: int
    problem: tuple[int, str] | None

    @property
    def share(self) -> float:
        """The share of the worlds that verified the outcome."""
        return self.verified / len(self.worlds)


@dataclass(frozen=True, slots=True)
class Verification:
    """A search for a verified plan, as far as it has come.

    Attributes:
        tried: How many candidates have been run in all worlds.
        best: The first one that all worlds verified, or else the one that most of them did; `None` before the first.
        stop: What has ended the search: a verified plan, the clock, or that the planner has no more candidates.
    """

    tried: int = 0
    best: TriedPlan | None = None
    stop: Literal["verified", "time", "candidates"] | None = None

    @property
    def plan(self) -> str | None:
        """The verified plan, if there is one."""
        return self.best.text if self.best is not None and self.stop == "verified" else None

    def after(self, candidate: TriedPlan) -> Verification:
        """One candidate further."""
        best = candidate if self.best is None or candidate.verified > self.best.verified else self.best
        return Verification(self.tried + 1, best, "verified" if candidate.problem is None else None)


def verify_candidates(
    candidates: Iterable[str],
    spec: Spec,
    world: Callable[[int], World],
    seeds: Sequence[int],
    *,
    timeout: float | Deadline | None = None,
    watch: Callable[[Verification], None] | None = None,
) -> Verification:
    """Runs candidates in the worlds of all seeds until one is verified in each of them.

    Args:
        candidates: Compositions of a task, as texts: for instance a planner's `plans(spec, task)`.
        spec: The spec with the task.
        world: Makes the world of a seed, for instance what `load_world` gives.
        seeds: The seeds; at least one.
        timeout: How many seconds it may take, or when it must stop, `None` for no limit. A planner that is looking for
            a candidate, and a run, are not broken off.
        watch: Is told after each candidate how far the search has come.

    Raises:
        DomainError: The world is of no use.
        BindingError: Its tools or inputs do not fit the task.
        ValueError: There is no seed, or a candidate is not accepted.
    """
    if not seeds:
        raise ValueError("verifying takes at least one world")
    deadline = timeout if isinstance(timeout, Deadline) else Deadline.after(timeout)
    found = Verification()
    for text in candidates:
        candidate = None if deadline.over else _tried(text, spec, world, seeds, deadline)
        if candidate is None:
            return Verification(found.tried, found.best, "time")
        found = found.after(candidate)
        if watch is not None:
            watch(found)
        if found.stop is not None:
            return found
    return Verification(found.tried, found.best, "time" if deadline.over else "candidates")


def _tried(
    text: str, spec: Spec, world: Callable[[int], World], seeds: Sequence[int], deadline: Deadline
) -> TriedPlan | None:
    """A composition after its runs; `None` if the time was up before the last one."""
    program = read_composition(spec, text)
    verified, problem = 0, None
    for seed in seeds:
        if deadline.over:
            return None
        trial = try_out(program, world(seed))
        verified += trial.verified
        if problem is None and trial.problem is not None:
            problem = seed, trial.problem
    return TriedPlan(text, tuple(seeds), verified, problem)
