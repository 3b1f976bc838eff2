"""A planner that knows the rules and nothing else: uniform over the legal lexemes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from p2c_dsl.planners.automaton import Automaton
from p2c_dsl.planners.lexemes import END
from p2c_dsl.spec import Spec, Task


@dataclass(frozen=True, slots=True)
class RandomPlanner:
    """Draws each lexeme uniformly from the legal ones; equal seeds give equal plans."""

    seed: int = 0
    budget: int = 60
    effort: int = 300
    """How long to look for a completion before a lexeme is left out; see `Automaton`."""

    def plan(self, spec: Spec, task: Task) -> str:
        """A random accepted composition, as text. Raises `Unplannable` if none fits the budget."""
        return walk(Automaton(spec, task, self.budget, effort=self.effort), Random(self.seed))


def walk(automaton: Automaton, random: Random) -> str:
    """One walk along legal lexemes to the end."""
    position, words = automaton.start, [automaton.header]
    while not position.ended:
        lexeme = random.choice(automaton.legal(position))
        words.append(lexeme)
        position = automaton.step(position, lexeme)
        if lexeme == END:
            break
    return "".join(words) + "\n"
