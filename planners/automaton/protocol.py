"""What the token layer asks of an automaton of lexemes: any that answers can be decoded under a mask."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol, TypeVar

END = ""
"""The lexeme that ends a text. It costs nothing."""

Position = TypeVar("Position")


class LexemeAutomaton(Protocol[Position]):
    """A set of texts, seen lexeme by lexeme.

    Every position that legal lexemes lead to can be completed: there are no dead ends. One lexeme may be the beginning
    of another; a text with several readings goes on with what may follow in any of them.
    """

    @property
    def header(self) -> str:
        """What every text begins with."""

    @property
    def start(self) -> Position:
        """The position after the header."""

    def legal(self, position: Position) -> tuple[str, ...]:
        """The lexemes that may come next, in a fixed order; `END` where the text may end."""

    def step(self, position: Position, lexeme: str) -> Position:
        """The position after a legal lexeme other than `END`."""

    def cost(self, position: Position) -> int:
        """Tokens that are enough to complete the text from a position to which legal lexemes led.

        Those that `Vocabulary.weigh` gives each lexeme are. It may sink with what the automaton finds out, and never
        grows; and at each position some legal lexeme costs with what follows it no more than this.
        """

    def key(self, position: Position) -> Hashable:
        """What positions with the same future have in common, whatever of the budget they have left."""

    def renewed(self, position: Position) -> Position:
        """The position with all of the budget left."""


class Saved(Protocol):
    """What an earlier automaton has found out about positions; positions go by the new one's numbers."""

    def follow(self, before: int, lexeme: str, after: int) -> None:
        """A lexeme leads from one position to another."""

    def legal(self, number: int, position: Any) -> tuple[str, ...] | None:
        """What is legal there, `None` where that is not known."""

    def cost(self, number: int) -> int:
        """What is known to be enough to complete a text from there."""
