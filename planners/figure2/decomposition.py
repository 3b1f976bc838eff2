"""The decomposition grammar: which sets of subtasks a planner may ask for, lexeme by lexeme.

A decomposition is the text of one to `most` declarations from a domain's catalogue of contracts. It may end when, for
some composition of the task, every tool that it needs is part of a contract that was asked for. Whether the solutions
can be composed under all rules is not known before there are any. There is always a continuation: a missing tool can
be asked for by its own contract.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.figure2.catalogue import MOST_CONTRACTS, catalogue
from p2c_dsl.planners.figure2.contracts import OPENING, Contract, contract_of
from p2c_dsl.planners.figure2.needs import Need, needs
from p2c_dsl.planners.lines.pattern import Weigh, unit_weight
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from p2c_dsl.spec_data import SpecData, SubtaskData, to_data

MOST_SUBTASKS = 5
_MORE_SUBTASKS = 2
"""How many more can always be asked for than the shortest composition needs: a better one may use more tools."""


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
        self.needs = tuple(needs(spec, task, self._own))
        self.most = max(most, min(len(need.tools) for need in self.needs) + _MORE_SUBTASKS)
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
        if rest.strip() or whole is None or not self.may_end(position.chosen | {whole}):
            raise ValueError("this is not a decomposition")
        return (*found, self.contracts[whole])

    # ------------------------------------------------------------ which contracts go together

    def may_end(self, chosen: Iterable[int]) -> bool:
        """Whether these contracts together have all the tools that some composition of the task needs."""
        chosen = frozenset(chosen)
        return any(not self._missing(need, chosen) for need in self.needs)

    def _missing(self, need: Need, chosen: frozenset[int]) -> frozenset[int]:
        """The contracts of tools that a composition needs, and that those asked for do not stand in for."""
        solved = (self._alike(self.contracts[n].tools) for n in chosen if self._serves(self.contracts[n], need))
        return self._alike(need.tools) - chosen.union(*solved)

    def _serves(self, contract: Contract, need: Need) -> bool:
        """Whether a contract does what the composition does with its tools.

        It has no others, which could do too much or make it uncertain; what stays inside is used nowhere else, and
        what is handed out is not needed inside.
        """
        inside, hidden = self._alike(contract.tools), self._alike(contract.hidden)
        if not inside <= self._alike(need.tools):
            return False
        for tool in need.tools:
            users = self._alike(need.users[tool])
            if self._own[tool] in hidden and not users <= inside:
                return False
            if self._own[tool] in inside - hidden and users & inside:
                return False
        return True

    def _alike(self, tools: Iterable[str]) -> frozenset[int]:
        # Tools with one contract stand in for one another.
        return frozenset(self._own.get(tool, -1) for tool in tools)

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
        best = inf
        for need in self.needs:
            missing = self._missing(need, chosen)
            every = [self._pieces[n][0] for n in chosen.union(missing)]
            if len(every) <= self.most and len(set(every)) == len(every):
                best = min(best, sum(self._price((OPENING, *self._pieces[n])) for n in missing))
        return best

    def _price(self, lexemes: Sequence[str]) -> int:
        return sum(map(self._weigh, lexemes))


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
