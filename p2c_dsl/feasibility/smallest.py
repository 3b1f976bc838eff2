"""Finds a smallest set of rules that conflict.

Rules are taken in one by one: a line of calls that the rules so far allow shows which rule to take in next, the first
that the line breaks. So the search sees few rules, however many there are. When no line is left, the rules conflict,
and those that the proof can do without are left out again.
"""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.feasibility import spending
from p2c_dsl.feasibility.line import Call, GivenUp, Lines
from p2c_dsl.feasibility.world import Problem
from p2c_dsl.rules import AnyRule
from p2c_dsl.rules.worst_run import Budget

_MOST_STEPS = 1_500
"""How many lines one search may go on from."""
Rules = tuple[AnyRule, ...]


def conflict(problem: Problem, rules: Sequence[AnyRule]) -> Rules | None:
    """A smallest set of rules that conflict, `None` where no conflict is proved."""
    found = _grown(problem, tuple(rules))
    if found is None:
        return None
    for rule in reversed(found):
        rest = tuple(r for r in found if r is not rule)
        if proved(problem, rest):
            found = rest
    return tuple(rule for rule in rules if rule in found)


def proved(problem: Problem, rules: Rules) -> bool:
    """Whether it is proved that no line keeps the rules."""
    return isinstance(_line(problem, rules), bool)


def _line(problem: Problem, rules: Rules) -> tuple[Call, ...] | bool | None:
    """A line that the rules allow, `True` where it is proved that there is none, `None` where nothing is known."""
    lines = Lines(problem, rules)
    if any(_overspent(lines, budget) for budget in _budgets(rules)):
        return True
    try:
        calls = lines.found(_MOST_STEPS)
    except GivenUp:
        return None
    return True if calls is None else _short(lines, calls)


def _budgets(rules: Rules) -> list[Budget]:
    return [budget for rule in rules if (budget := rule.budget()) is not None]


def _overspent(lines: Lines, budget: Budget) -> bool:
    if lines.unreachable():
        return True
    return spending.least(lines, budget) > budget.limit


def _short(lines: Lines, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """The line without calls that it does not need: halves are left out first, then smaller and smaller parts."""
    length = len(calls)
    while length > 1:
        length = (length + 1) // 2
        for start in reversed(range(0, len(calls), length)):
            rest = calls[:start] + calls[start + length :]
            if len(rest) < len(calls) and lines.allows(rest):
                calls = rest
    return calls


def _grown(problem: Problem, rules: Rules) -> Rules | None:
    """Rules that conflict, with some that need not be among them."""
    taken: Rules = ()
    while True:
        line = _line(problem, taken)
        if line is True:
            return taken
        if not isinstance(line, tuple):
            return None
        broken = _broken(problem, rules, taken, line)
        if not broken:
            return _all(problem, rules, taken, line)
        taken += broken


def _all(problem: Problem, rules: Rules, taken: Rules, line: tuple[Call, ...]) -> Rules | None:
    """All rules, if they limit what is spent to less than must be, though not those that were taken."""
    spent = any(_spent(problem, budget, line) > budget.limit for budget in _budgets(rules))
    return rules if spent and len(taken) < len(rules) and proved(problem, rules) else None


def _spent(problem: Problem, budget: Budget, line: tuple[Call, ...]) -> int:
    often = [call.times if budget.textual else call.often.high or call.often.low for call in line]
    returned = budget.returned if problem.task.result is not None else 0
    return returned + sum(budget.spends(call.subtask) * n for call, n in zip(line, often, strict=True))


def _broken(problem: Problem, rules: Rules, taken: Rules, line: tuple[Call, ...]) -> Rules:
    """The first rule that a line breaks, none if it keeps them all."""
    lines = Lines(problem, taken)
    left = [rule for rule in rules if rule not in taken]
    for rule in left:
        budget = rule.budget()
        if lines.breaks(rule, line) or (budget is not None and _spent(problem, budget, line) > budget.limit):
            return (rule,)
    if not left or Lines(problem, rules).allows(line):
        return ()
    alone = (rule for rule in left if not Lines(problem, (*taken, rule)).allows(line))
    return next(((rule,) for rule in alone), tuple(left))
