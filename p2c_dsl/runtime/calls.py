"""One call of a tool: its arguments, its reply, and the effects that it had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from p2c_dsl.runtime.tools import LeftOut, SparseTool, Tool, reported
from p2c_dsl.runtime.trace import AnyKey
from p2c_dsl.runtime.values import Freezer, WrongValue, field_of, not_run
from p2c_dsl.runtime.values.copies import thaw
from p2c_dsl.spec import EffectUse, Subtask


@dataclass(frozen=True, slots=True)
class Request:
    """A call that is about to be made."""

    tool: Tool
    values: tuple[object, ...]
    left_out: frozenset[int] = frozenset()
    """The indices of the values that the composition leaves to their defaults."""

    def given(self) -> list[Any]:
        """The arguments, copied for this call."""
        left_out = self.left_out if isinstance(self.tool, SparseTool) else ()
        return [LeftOut.LEFT_OUT if i in left_out else thaw(value) for i, value in enumerate(self.values)]


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a call, or why it failed; `in_doubt` if it is unknown how far the call got."""

    value: Any = None
    error: str | None = None
    in_doubt: bool = False


def result_of(subtask: Subtask, reply: object, freezer: Freezer) -> tuple[object, frozenset[str] | None]:
    """The result as a value of the declared type, and the effects that the tool reports. Raises `WrongValue`."""
    value, happened = reported(reply)
    unknown = (happened or frozenset()) - {use.effect.name for use in subtask.effects}
    if unknown:
        raise WrongValue(
            f"it reported an effect that it does not declare: {', '.join(f'`{name}`' for name in sorted(unknown))}"
        )
    if subtask.result is not None:
        return freezer(value, subtask.result), happened
    if why := not_run(value):
        raise WrongValue(why)
    return None, happened


Effects = tuple[tuple[str, tuple[object, ...]], ...]


def possible(subtask: Subtask, values: Sequence[object]) -> Effects:
    """All effects that the call may have had, with their keys."""
    return tuple((use.effect.name, _keys(use, values)) for use in subtask.effects)


def effects_of(subtask: Subtask, values: Sequence[object], happened: frozenset[str] | None) -> tuple[Effects, Effects]:
    """The effects that the call had, with their keys, and those that are unknown."""
    had = tuple(zip(subtask.effects, possible(subtask, values), strict=True))
    if happened is None:
        sure = tuple(effect for use, effect in had if use.certain)
        return sure, tuple(effect for use, effect in had if not use.certain)
    return tuple(effect for use, effect in had if use.certain or use.effect.name in happened), ()


def _keys(use: EffectUse, values: Sequence[object]) -> tuple[object, ...]:
    keys: list[object] = []
    for path in use.arguments:
        if path is None:
            keys.append(AnyKey.ANY)
            continue
        value = values[path.parameter]
        for name in path.fields:
            value = field_of(value, name)
        keys.append(value)
    return tuple(keys)
