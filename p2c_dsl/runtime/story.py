"""A trace as lines for people: inputs, calls with their effects, tests and the result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from p2c_dsl.program import Program, Test
from p2c_dsl.runtime.trace import (
    BranchEntered,
    BranchLeft,
    CallFailed,
    CallFinished,
    CallInDoubt,
    CallStarted,
    InputGiven,
    LoopEntered,
    LoopLeft,
    Returned,
    Trace,
)
from p2c_dsl.runtime.values import shown

_TESTS = {Test.TRUE: "is true", Test.FALSE: "is false", Test.NONE: "is None", Test.SOME: "is not None"}


class StoryLine(NamedTuple):
    """One line: its place in the text, its block depth, and its content."""

    line: int | None
    depth: int
    text: str


def story_lines(program: Program, trace: Trace) -> Iterator[StoryLine]:
    """The lines of a run."""
    depth, call = 0, ""
    for event in trace.events:
        match event:
            case InputGiven(name, instance):
                yield StoryLine(None, depth, f"{name} = {shown(instance.value, 100)}")
            case LoopEntered(collection, span):
                yield StoryLine(_line(program, span.start), depth, f"for each of {shown(collection.value, 80)}")
                depth += 1
            case BranchEntered(tested, holds, span):
                text = f"{shown(tested.value, 80)} {_TESTS[holds]}"
                yield StoryLine(_line(program, span.start), depth, text)
                depth += 1
            case LoopLeft() | BranchLeft():
                depth -= 1
            case CallStarted(name, arguments, _, span):
                given = ", ".join("default" if a is None else shown(a.value, 60) for a in arguments)
                call, line = f"{name}({given})", _line(program, span.start)
            case CallFinished(_, effects, result, unreported):
                gives = "" if result is None else f" -> {shown(result.value, 60)}"
                done = ", ".join((*map(_effect, effects), *(f"perhaps {_effect(e)}" for e in unreported)))
                yield StoryLine(line, depth, f"{call}{gives}{f'   [{done}]' if done else ''}")
            case CallFailed(_, _, error):
                yield StoryLine(line, depth, f"{call} failed: {error}")
            case CallInDoubt(_, effects, reason):
                may = f"; it may have done {', '.join(map(_effect, effects))}" if effects else ""
                yield StoryLine(line, depth, f"{call} has an unknown outcome: {reason}{may}")
            case Returned(instance) if instance is not None:
                yield StoryLine(None, 0, f"result: {shown(instance.value, 100)}")


def in_doubt(trace: Trace) -> dict[str, object] | None:
    """As data, the call that was running when the run was interrupted, and the effects that it may have had."""
    last = trace.events[-1] if trace.events else None
    if not isinstance(last, CallInDoubt):
        return None
    return {"subtask": last.subtask, "effects": [_effect(e) for e in last.effects], "reason": last.reason}


def _effect(effect: tuple[str, tuple[object, ...]]) -> str:
    name, keys = effect
    return f"{name}({', '.join(map(shown, keys))})"


def _line(program: Program, offset: int) -> int:
    return program.source.position(offset).line
