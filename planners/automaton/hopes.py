"""How far it is searched for a completion behind a line, given how often such searches have been in vain."""

from __future__ import annotations

from collections.abc import Hashable

from p2c_dsl.machine.moves import CallMove, WriteMove
from p2c_dsl.planners.lines.pattern import Line

LEAST = 5
"""How many lines are tried in any case."""
_LESS = 4
"""By how much a search in vain shortens the next one of its kind."""


class Hopes:
    """How many lines the next search behind a line of some kind may try.

    Most searches that are given up are for what cannot be completed, and for what one position cannot do the next one
    mostly cannot do either: a call whose debts nothing can pay any more. What is known already is tried all the same.
    """

    def __init__(self) -> None:
        self._left: dict[Hashable, int] = {}

    def of(self, kind: Hashable, effort: int) -> int:
        """How many of `effort` lines a search may try."""
        return min(effort, self._left.get(kind, effort))

    def failed(self, kind: Hashable, tried: int) -> None:
        """A search has been given up after some lines."""
        self._left[kind] = max(tried // _LESS, LEAST)

    def succeeded(self, kind: Hashable) -> None:
        """A completion has been found: the next search is as long as ever."""
        self._left.pop(kind, None)


def kind_of(line: Line) -> Hashable:
    """What lines have in common that start alike: what is called or done, and whether within a block."""
    move = line.move.call if isinstance(line.move, WriteMove) else line.move
    called = move.subtask.name if isinstance(move, CallMove) else None
    return type(line.move), called, line.node.depth > 0
