"""A planner that knows the rules and nothing else: uniform over the legal lexemes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from p2c_dsl.planners.automaton.automaton import EFFORT, Automaton
from p2c_dsl.planners.automaton.collection import collector_paused
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.automaton.resume import Start, resume
from p2c_dsl.planners.distinct import distinct
from p2c_dsl.spec import Spec, Task


@dataclass(frozen=True, slots=True)
class RandomPlanner:
    """Draws each lexeme uniformly from the legal ones; equal seeds give equal plans."""

    seed: int = 0
    budget: int = 60
    effort: int = EFFORT
    """How long to search for a completion before a lexeme is left out; see `Automaton`."""

    def plan(self, spec: Spec, task: Task, partial: str = "") -> str:
        """A random accepted composition, as text. Raises `Unplannable` and `NoContinuation`."""
        return next(self.plans(spec, task, 1, partial))

    def plans(self, spec: Spec, task: Task, n: int | None = None, partial: str = "") -> Iterator[str]:
        """Different ones, as they are drawn; it ends after 30 draws in a row that bring nothing new."""
        automaton = Automaton(spec, task, self.budget, effort=self.effort)
        start = resume(automaton, partial)
        draws = (walk(automaton, Random(seed), start) for seed in count(self.seed))
        return distinct(draws, n)


@collector_paused()
def walk(automaton: Automaton, random: Random, start: Start | None = None) -> str:
    """One walk along legal lexemes to the end, from the header or from a given start."""
    start = start or resume(automaton)
    while True:
        lexeme = start.drawn(automaton, random)
        if lexeme == END:
            return start.text + "\n"
        start = Start(start.text + lexeme, automaton.step(start.position, lexeme))
