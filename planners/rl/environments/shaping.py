"""Shaping rewards by name: what parts of a composition earn, credited where they are written.

@register_partial_reward("short")
def short(judged: Judged) -> Iterable[tuple[int, float]]:
    yield 0, -0.001 * len(judged.text)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from p2c_dsl.names import did_you_mean
from p2c_dsl.planners.rl.environments.environment import Credit
from p2c_dsl.program import Call, Program, steps
from p2c_dsl.runtime.interpreter import Run
from p2c_dsl.runtime.trace import CallFailed, CallFinished


@dataclass(frozen=True, slots=True)
class Judged:
    """The input of a shaping reward: a composition, and its run in a world (which may have ended early)."""

    text: str
    program: Program
    run: Run
    world: Any


PartialReward = Callable[[Judged], Iterable[tuple[int, float]]]
"""Rewards, each with the offset of the character in the text that earned it."""

_REGISTERED: dict[str, PartialReward] = {}


def register_partial_reward(name: str) -> Callable[[PartialReward], PartialReward]:
    """Registers a shaping reward under a name. Raises `ValueError` if the name is taken."""

    def register(function: PartialReward) -> PartialReward:
        if name in _REGISTERED:
            raise ValueError(f"the partial reward `{name}` is registered already")
        _REGISTERED[name] = function
        return function

    return register


def partial_reward(name: str) -> PartialReward:
    """The shaping reward of that name. Raises `ValueError` if there is none."""
    found = _REGISTERED.get(name)
    if found is None:
        raise ValueError(f"there is no partial reward `{name}`: {did_you_mean(name, _REGISTERED) or 'none is known'}")
    return found


def credits_of(names: Sequence[str], judged: Judged, turn: int = 0) -> tuple[Credit, ...]:
    """The credits that the shaping rewards of those names give."""
    return tuple(
        Credit(turn, offset, reward, name) for name in names for offset, reward in partial_reward(name)(judged)
    )


@register_partial_reward("cost")
def cost(judged: Judged) -> Iterable[tuple[int, float]]:
    """Each call costs a hundredth of its subtask's declared cost, and at least a thousandth."""
    for call in _calls(judged):
        yield call.span.end - 1, -max(call.subtask.cost / 100, 0.001)


@register_partial_reward("calls")
def calls(judged: Judged) -> Iterable[tuple[int, float]]:
    """A call whose executions all returned earns its share of 0.1; one that failed loses it."""
    found = list(_calls(judged))
    events = judged.run.trace.events
    failed = {event.subtask for event in events if isinstance(event, CallFailed)}
    finished = {event.subtask for event in events if isinstance(event, CallFinished)} - failed
    for call in found:
        name = call.subtask.name
        yield call.span.end - 1, 0.1 / len(found) * ((name in finished) - (name in failed))


def _calls(judged: Judged) -> Iterable[Call]:
    return (step for step in steps(judged.program.body) if isinstance(step, Call))
