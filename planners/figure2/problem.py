"""A hard task X of the loop: a domain, the subtasks that can be asked for, and the spaces of recompositions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from p2c_dsl.naming import reserved
from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.automaton import Automaton
from p2c_dsl.planners.figure2.conditions import ALL_RULES, Condition
from p2c_dsl.planners.figure2.contracts import Contract, with_acts
from p2c_dsl.planners.figure2.decomposition import MOST_SUBTASKS, Decompositions
from p2c_dsl.planners.figure2.parts import SolvedSubtask
from p2c_dsl.planners.figure2.translation import Recomposition, recomposition
from p2c_dsl.planners.prompt import prompt
from p2c_dsl.planners.rl.environments.domains import Domain
from p2c_dsl.planners.rl.environments.environment import Turn
from p2c_dsl.planners.rl.environments.spaces import FreeText, canonical_space, space_digest
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of

SPLIT = "Say which subtasks the task is to be split into."
COMPOSE = "\n# Compose the task from these subtasks.\n"
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bounds on what may be written; of tokens, how many more than needed.

    Attributes:
        subtasks: The most subtasks that may be asked for.
        contracts: The size of the catalogue of contracts.
        decomposition, composition: Tokens beyond the shortest decomposition, and the shortest composition.
        effort: How long the automaton searches for a completion.
    """

    subtasks: int = MOST_SUBTASKS
    contracts: int = 32
    decomposition: int = 60
    composition: int = 32
    effort: int = 60


class EveryName:
    """Contains every name: for texts without numbered names, such as declarations."""

    def __contains__(self, name: object) -> bool:
        return True


@dataclass
class Problem:
    """X: the task of a domain under a condition. Raises `Unplannable` where it cannot be decomposed.

    Attributes:
        spec, task: The domain with its own rules; a tool without result and effects gets an effect of its own.
        space_spec, space_task: The same with the rules of the condition.
    """

    domain: Domain
    tokenizer: Any
    condition: Condition = ALL_RULES
    sizes: Sizes = field(default_factory=Sizes)

    def __post_init__(self) -> None:
        self.name = self.domain.name
        self.spec, self.task = with_acts(self.domain.spec, self.domain.task)
        self.space_spec, self.space_task = self.condition.applied(self.spec, self.task)
        self.vocabulary: Vocabulary = vocabulary_of(self.tokenizer)
        self.decompositions = self._splitting()
        digest = space_digest(self.spec, self.task, self.vocabulary, self.decompositions.start.left)
        digest = sha256(f"split {digest} {self.sizes}".encode()).hexdigest()
        self._space = canonical_space(self.decompositions, self.vocabulary, digest)
        self._spaces: OrderedDict[frozenset[tuple[str, str]], tuple[Recomposition, Turn] | None] = OrderedDict()

    @property
    def digest(self) -> str:
        """A hash by which two processes know that they train on the same problem."""
        return sha256(f"{self._space.digest}{self.condition}{self.sizes}".encode()).hexdigest()

    def decomposing(self) -> Turn:
        """The turn in which subtasks are asked for."""
        asked = f"{prompt(self.spec, self.task)}# {SPLIT}\n"
        return Turn(asked, self._space, self._space.budget)

    def subtasks(self, text: str) -> tuple[Contract, ...]:
        """The subtasks that a decomposition asks for."""
        return self.decompositions.read(text)

    def recomposing(self, parts: Sequence[SolvedSubtask]) -> tuple[Recomposition, Turn] | None:
        """The space of compositions of these parts, and the turn in it; `None` where the space is empty."""
        key = frozenset((part.name, part.program.source.text) for part in parts)
        if key not in self._spaces:
            self._spaces[key] = self._space_of(parts)
            if len(self._spaces) > _REMEMBERED:
                self._spaces.popitem(last=False)
        self._spaces.move_to_end(key)
        return self._spaces[key]

    def _space_of(self, parts: Sequence[SolvedSubtask]) -> tuple[Recomposition, Turn] | None:
        if not parts:
            return None
        made = recomposition(self.space_spec, self.space_task, parts)
        if not made.parts:
            return None
        try:
            automaton = self._composing(made)
        except Unplannable:
            return None
        budget = self._shortest(parts, automaton) + self.sizes.composition
        if not self.condition.masked:
            header = self.vocabulary.size(automaton.header.encode())
            return made, Turn(COMPOSE, FreeText(self.vocabulary), header + budget + 1)
        # What the automaton knows about completions holds with any budget.
        automaton.start = replace(automaton.start, left=budget)
        programs = "".join(part.program.source.text for part in made.parts.values())
        digest = space_digest(made.spec, made.task, self.vocabulary, budget)
        space = canonical_space(automaton, self.vocabulary, sha256(f"{digest}{programs}".encode()).hexdigest())
        return made, Turn(COMPOSE, space, space.budget)

    def _composing(self, made: Recomposition) -> Automaton:
        weigh = self.vocabulary.weigh(_MOST_TOKENS, reserved(made.spec, made.task))
        return Automaton(made.spec, made.task, _MOST_TOKENS, made.limits, self.sizes.effort, weigh)

    def _shortest(self, parts: Sequence[SolvedSubtask], automaton: Automaton) -> int:
        """The tokens of a short composition of these parts under the domain's own rules, where there is one.

        Under fewer rules, the shortest does next to nothing. A budget of its length alone would leave no room for one
        that does what the task asks, and a condition would look bad for that reason.
        """
        own = automaton
        if self.condition.lines is not None:
            try:
                own = self._composing(recomposition(self.spec, self.task, parts))
            except Unplannable:
                return max(automaton.cost(automaton.start), self._usual)
        return max(own.cost(own.start), automaton.cost(automaton.start))

    @cached_property
    def _usual(self) -> int:
        """The tokens of a short composition of the tools themselves."""
        weigh = self.vocabulary.weigh(_MOST_TOKENS, reserved(self.spec, self.task))
        tools = Automaton(self.spec, self.task, _MOST_TOKENS, (), self.sizes.effort, weigh)
        return tools.cost(tools.start)

    def _splitting(self) -> Decompositions:
        """The decompositions that can be written: at most some tokens longer than the shortest."""
        weigh = self.vocabulary.weigh(_MOST_TOKENS, EveryName())
        sizes = self.sizes
        found = Decompositions(self.spec, self.task, _MOST_TOKENS, weigh, sizes.subtasks, sizes.contracts)
        found.start = replace(found.start, left=found.cost(found.start) + sizes.decomposition)
        return found


_MOST_TOKENS = 512
"""More tokens than any shortest composition or decomposition needs."""
