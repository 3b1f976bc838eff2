"""The environment of one turn: the policy writes a composition, which runs in a fresh world and is verified."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from p2c_dsl.analysis.read import NotAccepted, read_composition
from p2c_dsl.planners.rl.environments.environment import EpisodeOutcome, Play, Space, Turn, Walked
from p2c_dsl.planners.rl.environments.shaping import Judged, credits_of, partial_reward
from p2c_dsl.program import Program
from p2c_dsl.runtime.trace import CallFinished
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.spec import Spec, Task

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class CompositionVerdict:
    """A composition, checked as a text and by one run in one world.

    Attributes:
        problem: What is wrong with it, `None` if nothing is.
        cost: The sum of the declared costs of the calls that returned.
    """

    accepted: bool
    problem: str | None
    calls: int = 0
    cost: int = 0
    judged: Judged | None = None

    @property
    def verified(self) -> bool:
        """Whether the run completed and the world verified its outcome."""
        return self.accepted and self.problem is None


class Verifier:
    """Verifies compositions of a task by running them under the monitor. `world` makes the world of a seed."""

    def __init__(self, spec: Spec, task: Task, world: Callable[[int], Any]) -> None:
        self.spec, self.task, self.world = spec, task, world
        self._programs: OrderedDict[str, Program | str] = OrderedDict()

    def __call__(self, text: str, seed: int) -> CompositionVerdict:
        """The verdict in the world of a seed. Raises `BindingError` or `DomainError` for an unusable world."""
        program = self.program(text)
        if isinstance(program, str):
            return CompositionVerdict(False, program)
        trial = try_out(program, self.world(seed))
        done = [e.subtask for e in trial.run.trace.events if isinstance(e, CallFinished)]
        cost = sum(self.spec.subtasks[name].cost for name in done)
        return CompositionVerdict(True, trial.problem, len(done), cost, Judged(text, program, trial.run, trial.world))

    def program(self, text: str) -> Program | str:
        """The accepted composition of a text, or why there is none. Recent ones are cached."""
        found = self._programs.get(text)
        if found is None:
            found = self._programs[text] = self._read(text)
            if len(self._programs) > _REMEMBERED:
                self._programs.popitem(last=False)
        return found

    def _read(self, text: str) -> Program | str:
        try:
            program = read_composition(self.spec, text)
        except NotAccepted as error:
            return str(error)
        wanted = self.task.name
        return program if program.task.name == wanted else f"this is not one composition of `{wanted}`"


class CompositionEnvironment:
    """Episodes of one turn: a composition is run, and earns 1 if it is verified, else 0, plus shaping rewards.

    Raises `ValueError` for an unknown shaping reward.
    """

    def __init__(
        self,
        name: str,
        prompt: str,
        space: Space,
        budget: int,
        verifier: Verifier,
        partial_rewards: Sequence[str] = (),
    ) -> None:
        for reward in partial_rewards:
            partial_reward(reward)
        self.name, self.prompt, self.space, self.budget = name, prompt, space, budget
        self.verifier, self.partial_rewards = verifier, tuple(partial_rewards)
        self.digest = space.digest

    def play(self, seed: int) -> Play:
        text = yield Turn(self.prompt, self.space, self.budget)
        return self.outcome(self.verifier(text, seed))

    def walk(self) -> Any:
        """The queries that its space has been asked."""
        return self.space.walk() if isinstance(self.space, Walked) else None

    def walk_again(self, walk: Any) -> None:
        """Repeats the queries on its space."""
        if isinstance(self.space, Walked):
            self.space.walk_again(walk)

    def outcome(self, verdict: CompositionVerdict) -> EpisodeOutcome:
        """The outcome for a verdict."""
        earned = () if verdict.judged is None else credits_of(self.partial_rewards, verdict.judged)
        return EpisodeOutcome(
            reward=float(verdict.verified),
            verified=verdict.verified,
            accepted=verdict.accepted,
            credits=earned,
            info={"calls": verdict.calls, "cost": verdict.cost},
        )
