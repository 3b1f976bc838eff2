"""The decomposition grammar: which sets of subtasks a planner may ask for, lexeme by lexeme.

A decomposition is the text of one to `most` declarations from a domain's catalogue of contracts. It may end when, for
some composition of the task, every tool that it needs is part of a contract that was asked for. Whether the solutions
can be composed under all rules is not known before there are any. There is always a continuation: a missing tool can
be asked for by its own contract.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from math import inf

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.anytime.cheapest import cheapest
from p2c_dsl.planners.anytime.limits import SearchLimits
from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.anytime.space import SearchSpace
from p2c_dsl.planners.automaton.automaton import DEFAULT_BUDGET, Automaton
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.figure2.catalogue import MOST_CONTRACTS, catalogue
from p2c_dsl.planners.figure2.contracts import OPENING, Contract, contract_of
from p2c_dsl.planners.lines.pattern import Weigh, unit_weight
from p2c_dsl.program import Call, steps
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules
from p2c_dsl.spec import Spec, Task
from p2c_dsl.spec_data import SpecData, SubtaskData, from_data, to_data

MOST_SUBTASKS = 5
_PLANS, _EFFORT = 32, 1_500
"""How many compositions are considered to find which tools a task needs, and how many lines are tried for them."""


@dataclass(frozen=True, slots=True)
class DecompositionPosition:
    """A position within a decomposition.

    Attributes:
        chosen: The contracts declared before, by their number in the catalogue.
        words: The pieces so far of the declaration that is being written; none right after `subtask `.
    """

    chosen: frozenset[int]
    words: tuple[str, ...]
    left: int
    ended: bool = False


class Decompositions:
    """The decompositions of a task, by the protocol of `Automaton`: `start`, `legal`, `step`, `cost`, `key`.

    `budget` bounds the text, in what `weigh` says a lexeme costs. Raises `Unplannable` where the task cannot be done
    with the tools, where a tool that it needs has no contract, and where no decomposition fits the budget.
    """

    header = OPENING

    def __init__(
        self,
        spec: Spec,
        task: Task,
        budget: int,
        weigh: Weigh = unit_weight,
        most: int = MOST_SUBTASKS,
        contracts: int = MOST_CONTRACTS,
    ) -> None:
        self.spec, self.task, self._weigh = spec, task, weigh
        self.contracts = catalogue(spec, task, contracts)
        self._pieces = tuple(contract.pieces for contract in self.contracts)
        self._wholes = {pieces: number for number, pieces in enumerate(self._pieces)}
        own = {t: contract_of(subtask) for t, subtask in spec.subtasks.items()}
        self._own = {t: self.contracts.index(c) for t, c in own.items() if c in self.contracts}
        self.needs = tuple(_needs(spec, task, self._own))
        self.most = max(most, min(map(len, self.needs), default=0))
        self._rests: dict[frozenset[int], float] = {}
        self.start = DecompositionPosition(frozenset(), (), budget)
        needed = self.cost(self.start)
        if needed > budget:
            raise Unplannable(f"the shortest decomposition of `{task.name}` costs {needed}, but the budget is {budget}")

    # ------------------------------------------------------------ the protocol of lexeme automata

    def legal(self, position: DecompositionPosition) -> tuple[str, ...]:
        """The lexemes that may come next, in a fixed order; `END` where the decomposition may end."""
        if position.ended:
            return ()
        at, left = len(position.words), position.left
        found: dict[str, None] = {}
        for number in self._candidates(position):
            rest = self._price(self._pieces[number][at:]) + self._rest(position.chosen | {number})
            if rest <= left:
                found[self._pieces[number][at]] = None
        whole = self._whole(position)
        if whole is not None:
            after = self.step(position, OPENING)
            if self.legal(after):
                found[OPENING] = None
            if self.may_end(after.chosen):
                found[END] = None
        return tuple(found)

    def step(self, position: DecompositionPosition, lexeme: str) -> DecompositionPosition:
        """The position after a legal lexeme. Raises `KeyError` for a lexeme that is not legal."""
        if lexeme == END:
            return replace(position, ended=True)
        left = position.left - self._weigh(lexeme)
        if lexeme == OPENING:
            whole = self._whole(position)
            if whole is None:
                raise KeyError(lexeme)
            return DecompositionPosition(position.chosen | {whole}, (), left)
        return DecompositionPosition(position.chosen, (*position.words, lexeme), left)

    def cost(self, position: DecompositionPosition) -> int:
        """The cost of the cheapest decomposition that continues from here."""
        at = len(position.words)
        rests = [
            self._price(self._pieces[n][at:]) + self._rest(position.chosen | {n}) for n in self._candidates(position)
        ]
        whole = self._whole(position)
        if whole is not None:
            rests.append(self._rest(position.chosen | {whole}))
        return int(min(rests))

    def key(self, position: DecompositionPosition) -> Hashable:
        """What positions with the same future have in common."""
        return position.chosen, position.words

    def renewed(self, position: DecompositionPosition) -> DecompositionPosition:
        """The position with all of the budget left."""
        return replace(position, left=self.start.left)

    def read(self, text: str) -> tuple[Contract, ...]:
        """The contracts that a decomposition declares, in its order. Raises `ValueError` for any other text."""
        position, rest = self.start, text.removeprefix(self.header)
        found: list[Contract] = []
        while True:
            # One lexeme may be the beginning of another: take the longest that fits.
            fitting = [w for w in self.legal(position) if w != END and rest.startswith(w)]
            if not fitting:
                break
            lexeme = max(fitting, key=len)
            rest = rest[len(lexeme) :]
            if lexeme == OPENING:
                found.append(self.contracts[self._whole(position) or 0])
            position = self.step(position, lexeme)
        whole = self._whole(position)
        if rest.strip() or whole is None:
            raise ValueError("this is not a decomposition")
        return (*found, self.contracts[whole])

    # ------------------------------------------------------------ which contracts go together

    def may_end(self, chosen: Iterable[int]) -> bool:
        """Whether these contracts together have all the tools that some composition of the task needs."""
        covered = self._covered(chosen)
        return any(need <= covered for need in self.needs)

    def _covered(self, chosen: Iterable[int]) -> frozenset[str]:
        return frozenset[str]().union(*(self.contracts[n].tools for n in chosen))

    def _candidates(self, position: DecompositionPosition) -> Iterator[int]:
        """The contracts that the words so far can be continued to, and that can be asked for here."""
        at = len(position.words)
        names = {self._pieces[n][0] for n in position.chosen}
        for number, pieces in enumerate(self._pieces):
            fits = pieces[:at] == position.words and len(pieces) > at
            fits = fits and number not in position.chosen and pieces[0] not in names
            if fits and self._rest(position.chosen | {number}) < inf:
                yield number

    def _whole(self, position: DecompositionPosition) -> int | None:
        """The contract whose whole declaration the words so far are."""
        return self._wholes.get(position.words)

    def _rest(self, chosen: frozenset[int]) -> float:
        """An upper bound on the cost from these whole declarations to where a decomposition may end."""
        found = self._rests.get(chosen)
        if found is None:
            found = self._rests[chosen] = self._rest_of(chosen)
        return found

    def _rest_of(self, chosen: frozenset[int]) -> float:
        covered, best = self._covered(chosen), inf
        for need in self.needs:
            missing = [self._own[tool] for tool in need - covered]
            every = [self._pieces[n][0] for n in chosen.union(missing)]
            if len(every) <= self.most and len(set(every)) == len(every):
                best = min(best, sum(self._price((OPENING, *self._pieces[n])) for n in missing))
        return best

    def _price(self, lexemes: Sequence[str]) -> int:
        return sum(map(self._weigh, lexemes))


def _needs(spec: Spec, task: Task, known: Container[str]) -> Iterator[frozenset[str]]:
    """The smallest sets of tools that some composition needs, of those whose tools can all be asked for.

    Raises `Unplannable` where there are none.
    """
    automaton = Automaton(spec, task, DEFAULT_BUDGET, effort=_EFFORT)
    space = SearchSpace.of(automaton.machine)
    more = (f.text for f in cheapest(space, [space.start], DEFAULT_BUDGET, SearchLimits(effort=_EFFORT)))
    known_one = automaton.header + "".join(automaton.completion(automaton.start))
    found: list[frozenset[str]] = []
    for text in islice(chain([known_one], more), _PLANS):
        called = (s.subtask.name for s in steps(read_composition(spec, text).body) if isinstance(s, Call))
        tools = frozenset(called)
        if not any(need <= tools for need in found):
            found = [need for need in found if not tools < need] + [tools]
    able = [need for need in found if all(tool in known for tool in need)]
    if not able:
        listed = ", ".join(sorted(found[0]))
        raise Unplannable(f"`{task.name}` needs {listed}, and not all of these can be subtasks of a decomposition")
    yield from able


def declared(spec: Spec, task: Task, contracts: Sequence[Contract]) -> tuple[Spec, Task]:
    """A spec with subtasks of these contracts instead of the tools, under the rules that do not name a tool."""
    data = to_data(spec)
    subtasks = subtasks_of("".join(c.text for c in contracts), spec)
    own = next(t for t in data.tasks if t.name == task.name)
    own = own.model_copy(update={"rules": (*data.rules, *own.rules)})
    changed = data.model_copy(update={"subtasks": subtasks, "rules": (), "tasks": (own,)})
    made = from_data(changed)
    task = made.tasks[task.name]
    kept = tuple(rule for rule in task.rules if not read_rules(made, replace(task, rules=(rule,)))[1])
    task = replace(task, rules=kept)
    return replace(made, tasks={task.name: task}), task


def subtasks_of(text: str, spec: Spec) -> tuple[SubtaskData, ...]:
    """The declarations of a decomposition's text, in a domain. Raises `ValueError` for what does not resolve in it."""
    data = to_data(spec).model_copy(update={"subtasks": (), "tasks": (), "rules": ()})
    return _read(data, text)


def _read(data: SpecData, text: str) -> tuple[SubtaskData, ...]:
    from pathlib import Path

    from p2c_dsl.spec_data import to_text

    loaded = load_text(to_text(data) + text, "<subtasks>", Path())
    errors = [d for d in loaded.diagnostics if d.severity == "error"]
    if errors:
        raise ValueError(errors[0].message)
    return to_data(loaded.spec).subtasks
