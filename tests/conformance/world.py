"""A world written down as data: the inputs, and what each call of the run comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from p2c_dsl.spec import EnumMember, Spec, Subtask, Task
from p2c_dsl.types import Bounded, Enum, ListOf, MapOf, NewType, Nominal, Optional, Record, SetOf, Type
from tests.conformance.reading import TrapError
from tests.oracle.interpreter import Outcome
from tests.oracle.values import Atom, Rec, SmallSet


class GivenWorld:
    """The calls of a run, in their order, must be those that the world lists."""

    def __init__(self, spec: Spec, data: Mapping[str, Any]) -> None:
        self._spec = spec
        self._inputs: Mapping[str, Any] = data.get("inputs", {})
        self._calls: list[Any] = list(data.get("calls", ()))
        self._names: dict[tuple[str, str], int] = {}

    @property
    def left(self) -> int:
        """How many of the listed calls the run has not made."""
        return len(self._calls)

    def inputs(self, task: Task) -> Mapping[str, Any]:
        return {p.name: self._value(self._inputs[p.name], p.type) for p in task.parameters}

    def call(self, subtask: Subtask) -> Outcome:
        """The next listed call's outcome. Raises `TrapError` where the list has another call, or none."""
        entry = self._calls.pop(0) if self._calls else None
        listed = {"call": entry} if isinstance(entry, str) else entry
        if listed is None or listed["call"] != subtask.name:
            raise TrapError(f"the run calls `{subtask.name}`, but the world lists {entry!r}")
        did, fails = listed.get("did", ()), bool(listed.get("fails", False))
        happened = tuple((use.certain and not fails) or use.effect.name in did for use in subtask.effects)
        if fails or subtask.result is None:
            return Outcome(happened, None, fails)
        return Outcome(happened, self._value(listed["gives"], subtask.result))

    def _value(self, data: Any, of: Type) -> Any:
        match of:
            case Optional(inner):
                return None if data is None else self._value(data, inner)
            case NewType(_, base) | Bounded(base):
                return self._value(data, base)
            case Nominal(declared):
                # A value of a subtype says so: "Bistro: luigi".
                name, _, rest = data.rpartition(": ")
                key = (name or declared, rest)
                return Atom(key[0], self._names.setdefault(key, len(self._names)))
            case Enum(name):
                return EnumMember(name, data)
            case Record(name):
                fields = self._spec.records[name].items()
                return Rec(name, tuple((field, self._value(data[field], t)) for field, t in fields))
            case ListOf(element):
                return tuple(self._value(item, element) for item in data)
            case SetOf(element):
                return SmallSet(self._value(item, element) for item in data)
            case MapOf(key_type, value_type):
                pairs = data.items() if isinstance(data, Mapping) else data
                return {self._value(k, key_type): self._value(v, value_type) for k, v in pairs}
        return data
