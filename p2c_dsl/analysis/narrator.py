"""Names and places for the explanations of violations."""

from __future__ import annotations

from collections.abc import Mapping

from p2c_dsl.machine import LoopFrame, Value
from p2c_dsl.machine.identity import Identity, VariableSlot
from p2c_dsl.program import Call
from p2c_dsl.source import Span

_MOST_PLACES = 4


class TextNarrator:
    """A `Narrator` for a composition's text: `names` by slot, and the calls up to here by event."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names
        self._producers: dict[int, str] = {}
        self._calls: dict[str, list[Span]] = {}

    def record(self, call: Call) -> None:
        """Records a call."""
        if call.slot is not None:
            self._producers[call.slot] = call.subtask.name
        events = {call.subtask.name, *(use.effect.name for use in call.subtask.effects)}
        for event in events:
            self._calls.setdefault(event, []).append(call.span)

    def name(self, value: Value) -> str:
        return f"`{self._shown(value.identity)}`"

    def calls(self, event: str) -> tuple[Span, ...]:
        return tuple(self._calls.get(event, ())[-_MOST_PLACES:])

    def loop(self, frame: LoopFrame) -> tuple[str, Span] | None:
        if frame.span is None:
            return None
        high = frame.size.high
        bound = "which has no size bound" if high is None else f"which has at most {high}"
        return f"this loop runs once for each element of {self.name(frame.collection)}, {bound}", frame.span

    def _shown(self, identity: Identity) -> str:
        match identity:
            case VariableSlot():
                number = identity.number
                return self._names.get(number) or f"{self._producers.get(number, '?')}(…)"
            case ("field", VariableSlot() | tuple() as base, name):
                return f"{self._shown(base)}.{name}"
            case ("item", VariableSlot() | tuple() as base, VariableSlot() | tuple() as key):
                return f"{self._shown(base)}[{self._shown(key)}]"
            case ("constant", _, shown):
                return str(shown)
        return "?"
