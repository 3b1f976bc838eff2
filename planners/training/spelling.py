"""Spaces of texts in which each lexeme is spelled in one way, so that a decision is about what is said.

A token automaton allows every spelling of a lexeme, as a model that exists already may prefer any. A policy that learns
from few episodes has better things to decide: here it takes a lexeme's longest tokens, and a token is forced wherever
nothing else can be meant.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.lexemes import END, LexemeAutomaton
from p2c_dsl.planners.vocabulary import Vocabulary

_BITS = 32


@dataclass(slots=True, eq=False)
class _Place:
    """A point in the trie of the lexemes that are legal at a position; `lexeme` is the one that ends here."""

    number: int
    position: Any
    children: dict[int, _Place] = field(default_factory=dict)
    lexeme: str | None = None
    ends: bool = False


class SpelledSpace:
    """The texts of an automaton of lexemes, whose costs are tokens as `vocabulary.weigh` counts them.

    It implements `Space`. A state is where the tokens so far have led, in each way in which they can be read.
    Raises `ValueError` for a vocabulary that lacks a byte that a lexeme needs.
    """

    def __init__(self, automaton: LexemeAutomaton[Any], vocabulary: Vocabulary, digest: str) -> None:
        self.digest = digest
        self._automaton, self._vocabulary = automaton, vocabulary
        self.table: NDArray[np.int32] = np.zeros((0, -(-len(vocabulary) // _BITS)), np.int32)
        self._rows: dict[tuple[int, ...], int] = {}
        self._row_of: dict[int, int] = {}
        self._roots: dict[Hashable, _Place] = {}
        self._places = 0
        self._states: list[tuple[_Place, ...]] = []
        self._known: dict[tuple[int, ...], int] = {}
        self._steps: dict[tuple[int, int], int] = {}
        header = self._place(None)
        self._insert(header, automaton.header)
        self.start = self._number([header])

    @property
    def budget(self) -> int:
        """How many tokens the longest text may have, the end included."""
        start = self._automaton.start
        return int(start.left) + self._vocabulary.size(self._automaton.header.encode()) + 1

    def row(self, state: int, left: int) -> int:
        """The row of a state's mask. What is left of the budget the state knows."""
        row = self._row_of.get(state)
        if row is None:
            places = self._states[state]
            legal = {token for place in places for token in place.children}
            if any(place.ends for place in places):
                legal.add(self._vocabulary.end)
            row = self._row_of[state] = self._packed(tuple(sorted(legal)))
        return row

    def step(self, state: int, token: int) -> int | None:
        """The state after a token, `None` at the end. Raises `KeyError` for one that is not legal."""
        after = self._steps.get((state, token))
        if after is not None:
            return after
        places = self._states[state]
        if token == self._vocabulary.end and any(place.ends for place in places):
            return None
        reached = [place.children[token] for place in places if token in place.children]
        if not reached:
            raise KeyError(f"token {token} is not legal here")
        after = self._steps[state, token] = self._number(self._closed(reached))
        return after

    def _closed(self, places: Iterable[_Place]) -> list[_Place]:
        """The places, and the beginning of what may follow each lexeme that is whole."""
        found = list(places)
        found += [self._following(place) for place in found if place.lexeme is not None]
        return found

    def _following(self, place: _Place) -> _Place:
        assert place.lexeme is not None
        automaton = self._automaton
        reached = automaton.start if place.position is None else automaton.step(place.position, place.lexeme)
        key = (automaton.key(reached), reached.left)
        root = self._roots.get(key)
        if root is None:
            root = self._roots[key] = self._place(reached)
            for lexeme in automaton.legal(reached):
                if lexeme == END:
                    root.ends = True
                else:
                    self._insert(root, lexeme)
        return root

    def _insert(self, root: _Place, lexeme: str) -> None:
        place = root
        for token in self._vocabulary.split(lexeme.encode()):
            following = place.children.get(token)
            if following is None:
                following = place.children[token] = self._place(root.position)
            place = following
        place.lexeme = lexeme

    def _place(self, position: Any) -> _Place:
        self._places += 1
        return _Place(self._places, position)

    def _number(self, places: Iterable[_Place]) -> int:
        ordered = tuple(sorted(places, key=lambda place: place.number))
        key = tuple(place.number for place in ordered)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._states)
            self._states.append(ordered)
        return number

    def _packed(self, legal: tuple[int, ...]) -> int:
        row = self._rows.get(legal)
        if row is None:
            row = self._rows[legal] = len(self._rows)
            bits = np.zeros(self.table.shape[1] * _BITS, np.uint8)
            bits[list(legal)] = 1
            packed = np.packbits(bits, bitorder="little").view(np.int32)
            self.table = np.concatenate([self.table, packed[None]])
        return row
