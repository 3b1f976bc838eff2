"""The events that rules name: a subtask, or an effect of subtasks."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.spec import KeyPath, Subtask


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of a call: certain or possible, and its keys (none for a subtask's own event)."""

    certain: bool
    clause: int | None
    keys: tuple[KeyPath | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A subtask or an effect that a rule names."""

    name: str
    is_effect: bool

    def occurrences(self, subtask: Subtask) -> tuple[Occurrence, ...]:
        """The occurrences of this event in one call of `subtask`."""
        if not self.is_effect:
            return (Occurrence(True, None),) if subtask.name == self.name else ()
        return tuple(
            Occurrence(use.certain, clause, use.arguments)
            for clause, use in enumerate(subtask.effects)
            if use.effect.name == self.name
        )

    def happens(self, subtask: Subtask) -> bool:
        """Whether a call of `subtask` is or may be this event."""
        return bool(self.occurrences(subtask))

    def surely(self, subtask: Subtask) -> bool:
        """Whether every call of `subtask` is this event."""
        return any(o.certain for o in self.occurrences(subtask))
