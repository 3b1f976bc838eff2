"""Lines of one kind in one block: fixed words, and places that are filled with terms one after the other.

What a rule objects to is blamed on as few of the chosen terms as possible (`Violation.blames`), and no line with these
is tried again: conflict-directed search (Prosser 1993), so that a call of many parameters costs about
as many trials as it has candidates, and not their product.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from p2c_dsl.machine import AnyFacet, Machine, State, Violation, Violations
from p2c_dsl.machine.moves import Move, apply, operands_of
from p2c_dsl.planners.lines.node import Node, readable
from p2c_dsl.planners.lines.terms import Lexemes, Term
from p2c_dsl.program import Operand
from p2c_dsl.spec import Subtask

INDENT = "    "
Choices = tuple[tuple[Term, ...], ...]
"""The candidates for each place."""
Build = Callable[[Sequence[Operand]], Move]
NEVER = 10**9
"""The cost where there is no completion."""
Weigh = Callable[[str], int]
"""The part of the budget that a lexeme takes: at least 1."""


def unit_weight(_: str) -> int:
    """Each lexeme weighs 1."""
    return 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the node after it; its first lexeme carries the line break and the indentation."""

    words: Lexemes
    node: Node
    key: Hashable
    """The key of the node after it."""
    closes: int
    """How many open blocks it closes first."""
    move: Move
    cost: int
    """The sum of its lexemes' weights."""


@dataclass(slots=True)
class Trials:
    """How often a line has been tried: the cost of looking ahead."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Where a line would stand: in the block that is open in `state` after closing `closes` others."""

    machine: Machine
    key: Callable[[Node], Hashable]
    weigh: Weigh
    state: State
    closes: int
    trials: Trials
    orelse: Node | None = None
    """The node after an `else:`, where that is the line."""

    @property
    def indentation(self) -> str:
        """What the line starts with."""
        return "\n" + INDENT * (len(self.state.frames) + (self.orelse is None))

    def after(self, move: Move, out: Violations) -> Node | None:
        """The node after a line; `None` if the machine objects (to `out`) or an accumulator is closed unfilled."""
        if self.orelse is not None:
            return self.orelse
        self.trials.count += 1
        state = tried(self.machine, self.state, move, out)
        return None if state is None else Node(state, len(state.frames) > len(self.state.frames))


class Pattern:
    """Lines that differ only in the terms at their places.

    `pieces` are the words before, between and after the places, `choices` the candidates for each. `subtask` is the
    one that is called, if any; its arguments stand at the places from `first` on.
    """

    __slots__ = (
        "_bad",
        "_conflicts",
        "_hopeless",
        "_known",
        "block",
        "build",
        "choices",
        "first",
        "pieces",
        "subtask",
    )

    def __init__(
        self,
        block: Block,
        pieces: tuple[Lexemes, ...],
        choices: Choices,
        build: Build,
        subtask: Subtask | None,
        first: int = 0,
    ) -> None:
        head, *rest = pieces
        self.pieces = ((block.indentation + head[0], *head[1:]), *rest)
        self.block, self.choices, self.build = block, choices, build
        self.subtask, self.first = subtask, first
        self._known: dict[tuple[Operand, ...], Line] = {}
        self._bad: dict[int, dict[tuple[int, ...], set[tuple[Operand, ...]]]] = {}
        self._hopeless = False
        self._conflicts = 0

    def lines(self, chosen: tuple[Term, ...] = (), among: Choices | None = None) -> Iterator[Line]:
        """The lines that start with these terms; `among` limits the candidates."""
        if not self._excluded(chosen):
            yield from self._lines(chosen, self.choices if among is None else among)

    def _lines(self, chosen: tuple[Term, ...], among: Choices) -> Iterator[Line]:
        if len(chosen) == len(among):
            line = self._line(chosen)
            if line is not None:
                yield line
            return
        for term in among[len(chosen)]:
            further, before = (*chosen, term), self._conflicts
            if not self._is_bad(further):
                yield from self._lines(further, among)
            if self._conflicts != before and self._excluded(chosen):
                return

    def variations(self) -> Iterator[Line]:
        """The first line, and those that differ from it in one term."""
        first = next(self.lines(), None)
        if first is None:
            return
        yield first
        terms = self._terms_of(first.move)
        for place, candidates in enumerate(self.choices):
            for term in candidates:
                if term is not terms[place]:
                    yield from self.lines((*terms[:place], term, *terms[place + 1 :]))

    def line_of(self, move: Move) -> Line | None:
        """The line that makes a move, if there is one."""
        operands = operands_of(move)
        if len(operands) != len(self.choices) or self.build(operands) != move:
            return None
        terms = self._terms_of(move)
        return next(self.lines(terms), None) if len(terms) == len(operands) else None

    def _terms_of(self, move: Move) -> tuple[Term, ...]:
        pairs = zip(operands_of(move), self.choices, strict=True)
        return tuple(term for operand, choice in pairs for term in choice if term.operand == operand)

    def _line(self, chosen: tuple[Term, ...]) -> Line | None:
        operands = tuple(term.operand for term in chosen)
        line = self._known.get(operands)
        if line is None:
            move, out = self.build(operands), Violations()
            node = self.block.after(move, out)
            if node is None:
                self._learn(operands, out)
                return None
            key, words = self.block.key(node), self._words(chosen)
            cost = sum(map(self.block.weigh, words))
            line = self._known[operands] = Line(words, node, key, self.block.closes, move, cost)
        return line

    def _words(self, chosen: tuple[Term, ...]) -> Lexemes:
        words = list(self.pieces[0])
        for term, piece in zip(chosen, self.pieces[1:], strict=True):
            words += term.words
            words += piece
        return tuple(words)

    # ------------------------------------------------------------ conflicts

    def _learn(self, operands: tuple[Operand, ...], out: Violations) -> None:
        everything = tuple(range(len(operands)))
        self._conflicts += 1
        blamed = {self._blamed(violation, len(operands)) for violation in out} or {everything}
        for places in blamed:
            if not places:
                self._hopeless = True
                return
            kinds = self._bad.setdefault(places[-1], {})
            kinds.setdefault(places, set()).add(tuple(operands[place] for place in places))

    def _blamed(self, violation: Violation[AnyFacet | None], count: int) -> tuple[int, ...]:
        if self.subtask is None:
            return tuple(range(count))
        blamed = violation.blames(self.subtask)
        if blamed is None:
            return tuple(range(count))
        return tuple(sorted(place + self.first for place in blamed if place + self.first < count))

    def _excluded(self, chosen: tuple[Term, ...]) -> bool:
        """Whether the machine has objected to a combination of these terms."""
        return self._hopeless or any(self._is_bad(chosen[:count]) for count in range(1, len(chosen) + 1))

    def _is_bad(self, chosen: tuple[Term, ...]) -> bool:
        """Whether the machine has objected to a combination that contains the last term."""
        kinds = self._bad.get(len(chosen) - 1)
        return kinds is not None and any(
            tuple(chosen[place].operand for place in places) in bad for places, bad in kinds.items()
        )


def tried(machine: Machine, state: State, move: Move, out: Violations) -> State | None:
    """The state after a move, `None` if the machine objects or an accumulator is closed unfilled."""
    after = apply(machine, state, move, out)
    return after if not out and readable(after) else None
