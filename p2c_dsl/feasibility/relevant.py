"""The subtasks that can be of use on a line of calls, found backwards from what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from p2c_dsl.feasibility.hand import Level
from p2c_dsl.feasibility.world import Asked, LineState, RunKind
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Collection, ListOf, MapOf, Optional, Type


def relevant(
    asked: Asked, rules: Sequence[AnyRule], run: RunKind, any_run: RunKind, alive: Sequence[Subtask]
) -> list[Subtask]:
    """Those of the subtasks that are demanded, that others need, and that give values or make loops possible.

    What is at hand from the start need not be given by anything.
    """
    start, subtasks = run.start(), {s.name: s for s in alive}
    pending = [name for rule in rules for demand in rule.demands() for name in demand.group]
    pending += _enablers(any_run, start)
    result = asked.task.result
    wanted = set(_components([] if result is None or run.returns(start) else [result]))
    pending += _makers(any_run, wanted)
    kept = set[str]()
    while pending:
        name = pending.pop()
        if name in kept or name not in subtasks:
            continue
        kept.add(name)
        subtask = subtasks[name]
        pending += (other for group in run.needs(subtask) for other in group)
        pending += (other for rule in rules for other in rule.brings(subtask))
        lacking = (
            p.type
            for index, p in enumerate(subtask.parameters[: subtask.required])
            if run.argument(start, subtask, index) is not Level.OUTSIDE
        )
        news = set(_components(lacking)) - wanted
        wanted |= news
        pending += _makers(any_run, news)
        # A result that is only pure if the arguments are can make any of them wanted.
        pending += _makers(any_run, _for_purity(run, subtask, wanted))
    return [s for s in alive if s.name in kept]


def _for_purity(run: RunKind, subtask: Subtask, wanted: set[Type]) -> set[Type]:
    """The types of a subtask's parameters, where rules judge what values come from."""
    news = set(_components(p.type for p in subtask.parameters[: subtask.required])) - wanted if run.judges else set()
    wanted |= news
    return news


def _components(types: Iterable[Type]) -> Iterator[Type]:
    """Types, and those of the values from which an accumulator of the type can be made."""
    for of in types:
        yield of
        match of:
            case Optional(inner):
                yield from _components([inner])
            case ListOf(element):
                yield from _components([element])
            case MapOf(_, value):
                yield from _components([value])


def _makers(any_run: RunKind, wanted: Iterable[Type]) -> list[str]:
    return [name for of in wanted for name in any_run.makers(of)]


def _enablers(any_run: RunKind, start: LineState) -> list[str]:
    """The subtasks whose results make loops and look-ups possible, so far as the inputs do not."""
    gives, around = any_run.gives, start.hands[0].around
    if around.keys is not Level.OUTSIDE:
        return list(gives)
    # What can be looked up is at hand already. A loop over what is never empty can still be missing.
    return [n for n, parts in gives.items() if any(isinstance(p, Collection) and p.size.low for p in parts)]
