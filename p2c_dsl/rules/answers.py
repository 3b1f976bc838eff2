"""The marks of `only if`: of which call of a check a value is the result."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.machine.identity import Identity, bound, replaced


@dataclass(frozen=True, slots=True)
class Answer:
    """The mark of a result of a check: the values that were checked. In a map of results, the keys are bound places.

    `about` are the places of the check's parameters that a rule compares, each with its value, and with the mark's term
    if it is the result of a `ReadMark`. `height` is the number of lookups that lead to the result: 0 for the result
    itself, 1 for a map of results.
    """

    check: str
    about: tuple[tuple[int, Identity, Identity | None], ...]
    height: int = 0

    def under(self, key: Identity) -> Answer:
        """The mark of a map to which this has been written under a key."""
        place = bound(self.height)
        return Answer(self.check, replaced(self.about, key, place), self.height + 1)

    def at(self, key: Identity) -> Answer:
        """The mark of the value of a map for a key."""
        place = bound(self.height - 1)
        return Answer(self.check, replaced(self.about, place, key), self.height - 1)


@dataclass(frozen=True, slots=True)
class ReadMark:
    """The mark of what a subtask has returned that a rule reads by: the subtask, and its arguments."""

    subtask: str
    arguments: tuple[Identity, ...]

    @property
    def term(self) -> Identity:
        """It as a value number."""
        return ("read", self.subtask, self.arguments)


class Empty:
    """The mark of an accumulator that nothing has been written to."""


EMPTY = Empty()
Mark = Answer | ReadMark | Empty | None
