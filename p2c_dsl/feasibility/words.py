"""Why no composition can be accepted, in words."""

from __future__ import annotations

from collections.abc import Iterable

from p2c_dsl.feasibility import spending
from p2c_dsl.feasibility.line import WorstLines
from p2c_dsl.feasibility.world import Asked, Undecided
from p2c_dsl.names import listing
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Subtask
from p2c_dsl.types import show

_MOST_WORK = 100_000
"""How many calls are looked at to say what is in the way."""


def reason(asked: Asked, rules: tuple[AnyRule, ...]) -> str:
    """What stands in the way, where these rules are a smallest set that conflicts."""
    asked.left = _MOST_WORK
    try:
        why = _why(asked, rules)
    except Undecided:
        why = None
    if not rules:
        return why or "nothing gives the result"
    lines = lines_of(rules)
    named = listing((f"`{line}`" for line in lines), "and")
    kept = f"{named} cannot be kept" if len(lines) == 1 else f"{named} conflict"
    return f"{kept}, for {why}" if why else kept


def lines_of(rules: Iterable[AnyRule]) -> tuple[str, ...]:
    """The lines of rules, each once: one line can be several rules."""
    return tuple(dict.fromkeys(rule.text for rule in rules))


def _why(asked: Asked, rules: tuple[AnyRule, ...]) -> str | None:
    lines = WorstLines(asked, rules)
    demand = lines.unreachable()
    if demand is not None:
        return _out_of_reach(lines, demand.group)
    result = asked.task.result
    if result is not None and not lines.run.returns(lines.worst):
        found = lines.best.hands[0].level(result)
        return f"nothing gives {show(result)}" + ("" if found is None else f" {_bad(asked)}")
    for rule in rules:
        budget = rule.budget()
        if budget is not None and spending.overspends(lines, budget):
            return f"what is asked for takes more than `{rule.text}` allows"
    return None


def _out_of_reach(lines: WorstLines, group: frozenset[str]) -> str:
    """Why none of some subtasks can be called."""
    if not group:
        return "no subtask does this for certain"
    subtasks = [lines.asked.spec.subtasks[name] for name in sorted(group)]
    missing = {_missing(lines, subtask) for subtask in subtasks}
    lacking = sorted(name for name in missing if name)
    calls = listing((f"`{s.name}`" for s in subtasks), "or")
    if lacking and len(lacking) == len(missing):
        return f"{calls} cannot be called: nothing gives {listing(lacking, 'or')}"
    if group & lines.best.called:
        return f"{calls} cannot be called {_bad(lines.asked)}"
    return f"{calls} cannot be called"


def _missing(lines: WorstLines, subtask: Subtask) -> str | None:
    """The first type of a parameter that nothing gives."""
    for parameter in subtask.parameters[: subtask.required]:
        if lines.best.hands[0].level(parameter.type) is None:
            return show(parameter.type)
    return None


def _bad(asked: Asked) -> str:
    """The run that is looked at."""
    filled = [f"{c.filled.shown} has an element" for c in asked.chances if c.filled is not None]
    yes = [f"`{name}` says yes" for name in sorted(asked.yes)]
    checks = "other checks say no" if yes else "checks say no"
    collections = f"{'other ' if filled else ''}collections are as small as they may be"
    return f"in a run in which {listing([*filled, *yes, checks, collections], 'and')}"
