"""What a repair should not lose: events that a rule asks for, and those that the user wants to keep."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from p2c_dsl.machine import Machine
from p2c_dsl.machine.moves import CallMove, Move, WriteMove
from p2c_dsl.names import did_you_mean
from p2c_dsl.planners.automaton.units import Original
from p2c_dsl.rules.events import Event

LOST = 2
"""How many edits it counts for if nothing in a repair does any longer what a rule asks for, or waits for."""


@dataclass(frozen=True, slots=True)
class WantedEvent:
    """An event of the original, by the subtasks whose calls do it; `kept` if no repair may lose it."""

    performers: frozenset[str]
    kept: bool = False


class Wanted:
    """The wanted events that an original does."""

    def __init__(self, machine: Machine, original: Original, keep: Collection[str] = ()) -> None:
        subtasks = machine.spec.subtasks.values()
        asked = (frozenset(s.name for s in subtasks if facet.asks_for(s)) for facet in machine.facets)
        kept = (_performers(machine, name) for name in keep)
        wanted = [*(WantedEvent(names, True) for names in kept), *map(WantedEvent, dict.fromkeys(asked))]
        called = frozenset(name for unit in original.units for name in called_by(unit.move))
        self.events = tuple(w for w in wanted if not w.performers.isdisjoint(called))

    def done_by(self, move: Move | None) -> frozenset[int]:
        """Which of the events a step does."""
        return self.done_by_calls(called_by(move))

    def done_by_calls(self, called: frozenset[str]) -> frozenset[int]:
        """Which of the events calls of these subtasks do."""
        return frozenset(i for i, w in enumerate(self.events) if not w.performers.isdisjoint(called))

    def lost(self, done: Collection[int]) -> Iterable[WantedEvent]:
        """The events that are not done."""
        return (w for i, w in enumerate(self.events) if i not in done)


def called_by(move: Move | None) -> frozenset[str]:
    """The subtask that a step calls."""
    match move:
        case CallMove(subtask) | WriteMove(call=CallMove(subtask)):
            return frozenset({subtask.name})
    return frozenset()


def _performers(machine: Machine, name: str) -> frozenset[str]:
    """The subtasks that certainly do an event, or else those that may. Raises `ValueError` for an unknown name."""
    spec = machine.spec
    if name not in spec.effects and name not in spec.subtasks:
        hint = did_you_mean(name, [*spec.effects, *spec.subtasks])
        raise ValueError(f"there is no effect or subtask `{name}`: {hint}")
    event = Event(name, name in spec.effects)
    surely = frozenset(s.name for s in spec.subtasks.values() if event.surely(s))
    return surely or frozenset(s.name for s in spec.subtasks.values() if event.happens(s))
