"""A trace as lines for people: inputs, calls with their effects, tests and the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from p2c_dsl.program import Program
from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.runtime.trace import (
    AnyKey,
    ApprovalAnswered,
    ApprovalAsked,
    BranchEntered,
    BranchLeft,
    CallFailed,
    CallFinished,
    CallInDoubt,
    CallStarted,
    InputGiven,
    Instance,
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
            case BranchEntered(tests, span):
                yield StoryLine(_line(program, span.start), depth, ", ".join(map(_outcome, tests)))
                depth += 1
            case LoopLeft() | BranchLeft():
                depth -= 1
            case ApprovalAsked(name, arguments, _, span):
                yield StoryLine(_line(program, span.start), depth, f"{_call(name, arguments)} needs approval")
            case ApprovalAnswered(_, approved, by, why):
                because = f": {why}" if why else ""
                yield StoryLine(None, depth, f"{'approved' if approved else 'denied'} by {by}{because}")
            case CallStarted(name, arguments, _, span):
                call, line = _call(name, arguments), _line(program, span.start)
            case CallFinished(_, effects, result, unreported):
                gives = "" if result is None else f" -> {shown(result.value, 60)}"
                done = ", ".join((*map(effect_text, effects), *(f"perhaps {effect_text(e)}" for e in unreported)))
                yield StoryLine(line, depth, f"{call}{gives}{f'   [{done}]' if done else ''}")
            case CallFailed(_, _, error):
                yield StoryLine(line, depth, f"{call} failed: {error}")
            case CallInDoubt(_, effects, reason):
                may = f"; it may have done {', '.join(map(effect_text, effects))}" if effects else ""
                yield StoryLine(line, depth, f"{call} has an unknown outcome: {reason}{may}")
            case Returned(instance) if instance is not None:
                yield StoryLine(None, 0, f"result: {shown(instance.value, 100)}")


def _outcome(test: Predicate[Instance]) -> str:
    values = [shown(instance.value, 80) for instance in test.of]
    return test.test.text(*values) if test.test.compares else f"{values[0]} {_TESTS[test.test]}"


def in_doubt(trace: Trace) -> dict[str, object] | None:
    """As data, the call that was running when the run was interrupted, and the effects that it may have had."""
    last = trace.events[-1] if trace.events else None
    if not isinstance(last, CallInDoubt):
        return None
    return {"subtask": last.subtask, "effects": [effect_text(e) for e in last.effects], "reason": last.reason}


def approvals(program: Program, trace: Trace) -> list[dict[str, object]]:
    """As data, the calls that somebody was asked about, with the answers; `approved` is `None` without an answer."""
    found: list[dict[str, object]] = []
    for event in trace.events:
        match event:
            case ApprovalAsked(name, arguments, rules, span, at):
                found.append(
                    {
                        "subtask": name,
                        "line": _line(program, span.start),
                        "call": _call(name, arguments),
                        "rules": list(rules),
                        "asked": at.isoformat(),
                        "approved": None,
                    }
                )
            case ApprovalAnswered(_, approved, by, why, at):
                found[-1] |= {"approved": approved, "by": by, "why": why, "answered": at.isoformat()}
    return found


def _call(name: str, arguments: Sequence[Instance | None]) -> str:
    return f"{name}({', '.join('default' if a is None else shown(a.value, 60) for a in arguments)})"


def effect_text(effect: tuple[str, tuple[object, ...]]) -> str:
    """An effect with its keys; a key that is unknown is `?`."""
    name, keys = effect
    return f"{name}({', '.join(key.value if isinstance(key, AnyKey) else shown(key) for key in keys)})"


def _line(program: Program, offset: int) -> int:
    return program.source.position(offset).line
