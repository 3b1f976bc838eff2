"""What the token layer needs from an automaton of lexemes: any that provides it can be decoded under a mask."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol, TypeVar

END = ""
"""The lexeme that ends a text. It costs nothing."""

Position = TypeVar("Position")


class LexemeAutomaton(Protocol[Position]):
    """A set of texts, seen lexeme by lexeme.

    Every position that legal lexemes lead to can be completed: there are no dead ends. One lexeme may be a prefix
    of another; a text with several readings may continue as any of them may.
    """

    @property
    def header(self) -> str:
        """What every text starts with."""

    @property
    def start(self) -> Position:
        """The position after the header."""

    def legal(self, position: Position) -> tuple[str, ...]:
        """The lexemes that may come next, in a fixed order; `END` where the text may end."""

    def step(self, position: Position, lexeme: str) -> Position:
        """The position after a legal lexeme other than `END`."""

    def cost(self, position: Position) -> int:
        """How many tokens are enough to complete the text from a position that legal lexemes led to.

        It counts what `Vocabulary.weigh` says of each lexeme. It may fall as the automaton searches more, and never
        rises; and at each position some legal lexeme costs no more than this together with what follows it.
        """

    def key(self, position: Position) -> Hashable:
        """Equal for positions with the same future, however much of the budget they have left."""

    def renewed(self, position: Position) -> Position:
        """The same position with the whole budget left."""


class Saved(Protocol):
    """What an earlier automaton found about positions, which have the numbers of the new one."""

    def follow(self, before: int, lexeme: str, after: int) -> None:
        """Is called for each step: a lexeme leads from one position to another."""

    def legal(self, number: int, position: Any) -> tuple[str, ...] | None:
        """What is legal at a position, `None` if that is not known."""

    def cost(self, number: int) -> int:
        """How many tokens are known to be enough to complete a text from a position."""
