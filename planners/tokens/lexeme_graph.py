"""The part of an automaton of lexemes that has been explored: its positions by number, with a trie for each."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from p2c_dsl.planners.automaton.protocol import END, LexemeAutomaton, Saved
from p2c_dsl.planners.tokens.trie import LexemeNode, LexemeTries

HEADER = -1
"""The number of the position before the header."""


class LexemeGraph:
    """Positions, numbered as they are met, and the lexemes that lead from one to another.

    Positions with the same future are one, however much of the budget they have left.

    Attributes:
        header: The root of the trie that has nothing but the header.
    """

    def __init__(self, automaton: LexemeAutomaton[Any]) -> None:
        self.automaton = automaton
        self._saved: Saved | None = None
        self._positions: list[Any] = []
        self._numbers: dict[Hashable, int] = {}
        self._after: dict[tuple[int, str], int] = {}
        self._tries = LexemeTries()
        self._roots: dict[int, LexemeNode] = {}
        self._ends: dict[int, bool] = {}
        self.header = self._tries.root(HEADER)
        self._tries.insert(self.header, automaton.header)

    def number(self, position: Any) -> int:
        """The number of a position."""
        key = self.automaton.key(position)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._positions)
            self._positions.append(self.automaton.renewed(position))
        return number

    def root(self, number: int) -> LexemeNode:
        """The trie of what is legal at a position."""
        root = self._roots.get(number)
        if root is None:
            root = self._roots[number] = self._tries.root(number)
            position, legal = self._positions[number], None
            if self._saved is not None:
                legal = self._saved.legal(number, position)
            if legal is None:
                legal = self.automaton.legal(position)
            self._ends[number] = END in legal
            for lexeme in legal:
                if lexeme != END:
                    self._tries.insert(root, lexeme)
        return root

    def following(self, number: int, lexeme: str) -> int:
        """The position that a legal lexeme leads to."""
        after = self._after.get((number, lexeme))
        if after is None:
            automaton = self.automaton
            reached = automaton.start if number < 0 else automaton.step(self._positions[number], lexeme)
            after = self._after[number, lexeme] = self.number(reached)
            if self._saved is not None:
                self._saved.follow(number, lexeme, after)
        return after

    def cost(self, number: int) -> int:
        """How many tokens are enough to complete a composition from a position."""
        cost = self.automaton.cost(self._positions[number])
        return cost if self._saved is None else min(cost, self._saved.cost(number))

    def may_end(self, node: LexemeNode) -> bool:
        """Whether the composition may end at a node."""
        is_root = self._roots.get(node.position) is node
        return is_root and self._ends[node.position]

    def lexemes(self, number: int) -> list[str]:
        """The lexemes that are known to be legal at a position whose trie is there, or before the header."""
        return self.header.lexemes if number < 0 else self._roots[number].lexemes

    def extend(self, number: int) -> bool:
        """Adds what an earlier search left out of what is legal at a position. Returns whether there was anything."""
        root = self.root(number)
        known = {*root.lexemes, END}
        more = [lexeme for lexeme in self.automaton.legal(self._positions[number]) if lexeme not in known]
        for lexeme in more:
            self._tries.insert(root, lexeme)
        return bool(more)

    # ------------------------------------------------------------ what can be saved

    def with_tries(self) -> list[int]:
        """The positions whose tries are there."""
        return list(self._roots)

    def explored(self) -> Iterator[tuple[Any, tuple[str, ...] | None, int]]:
        """All positions in the order of their numbers: what is legal, where that is known, and what completes them.

        Steps along all that is legal are taken on the way, so that there are more positions afterwards.
        """
        number = 0
        while number < len(self._positions):
            position = self._positions[number]
            if self._saved is not None and self._saved.legal(number, position) is not None:
                self.root(number)
            root = self._roots.get(number)
            for lexeme in () if root is None else root.lexemes:
                self.following(number, lexeme)
            end = (END,) if self._ends.get(number) else ()
            yield position, None if root is None else (*root.lexemes, *end), self.cost(number)
            number += 1

    def steps(self) -> Iterator[tuple[int, str, int]]:
        """The steps taken between positions, by number; the first leads from `HEADER` over the header."""
        return ((before, lexeme, after) for (before, lexeme), after in self._after.items())

    def recall(self, saved: Saved) -> None:
        """Takes what an earlier automaton of the same texts has found. Raises `ValueError` after the first step."""
        if self._positions:
            raise ValueError("a cache has to be loaded before anything is asked")
        self._saved = saved
