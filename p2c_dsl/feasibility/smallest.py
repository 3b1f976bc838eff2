"""Finds a smallest set of rules that conflict.

Rules are taken in step by step: a line of calls that the rules so far allow shows which to take in next, the first that
the line breaks. At first that is one rule, later half as many as there are already. So the search sees few rules,
however many there are. When no line is left, the rules conflict, and those that the proof can do without are left out
again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar

from p2c_dsl.feasibility import spending
from p2c_dsl.feasibility.line import Call, WorstLines
from p2c_dsl.feasibility.world import Asked, Undecided
from p2c_dsl.rules import AnyRule
from p2c_dsl.rules.worst_run import Budget

_MOST_STEPS = 1_500
"""How many lines one search may go on from."""
_MOST_WORK = 100_000
"""How many calls are looked at before the search for a conflict is given up; a million of them take some seconds."""
_MOST_FOR_ONE = 50_000
"""How many, to find out whether the proof can do without some rules."""
Rules = tuple[AnyRule, ...]


def conflict(asked: Asked, rules: Sequence[AnyRule]) -> Rules | None:
    """A smallest set of rules that conflict, `None` where no conflict is proved."""
    asked.left = _MOST_WORK
    try:
        found = _grown(asked, tuple(rules))
    except Undecided:
        return None
    if found is None:
        return None
    found = _without_parts(found, lambda rest: proved(asked, rest))
    return tuple(rule for rule in rules if rule in found)


_T = TypeVar("_T")


def _without_parts(whole: tuple[_T, ...], will_do: Callable[[tuple[_T, ...]], bool]) -> tuple[_T, ...]:
    """What will do without any single one of its parts being needless: halves are left out first, then less and less.

    Once something will not do, less of it must not do either.
    """
    length = 2 * len(whole)
    while length > 1:
        length = (length + 1) // 2
        for start in reversed(range(0, len(whole), length)):
            rest = whole[:start] + whole[start + length :]
            if len(rest) < len(whole) and will_do(rest):
                whole = rest
    return whole


def proved(asked: Asked, rules: Rules) -> bool:
    """Whether it is proved that no line keeps the rules."""
    asked.left = _MOST_FOR_ONE
    try:
        return isinstance(_line(WorstLines(asked, rules)), bool)
    except Undecided:
        return False


def _line(lines: WorstLines) -> tuple[Call, ...] | bool | None:
    """A line that the rules allow, `True` where it is proved that there is none, `None` where nothing is known."""
    asked, rules = lines.asked, lines.rules
    try:
        calls = lines.found(_MOST_STEPS)
    except Undecided:
        return True if any(_overspent(lines, budget) for budget in _budgets(rules)) else None
    if calls is None:
        return True
    calls = _without_parts(calls, lines.allows)
    # What the line does not overspend, no proof can show to be overspent.
    dear = [budget for budget in _budgets(rules) if _spent(asked, budget, calls) > budget.limit]
    return True if any(_overspent(lines, budget) for budget in dear) else calls


def _budgets(rules: Rules) -> list[Budget]:
    return [budget for rule in rules if (budget := rule.budget()) is not None]


def _overspent(lines: WorstLines, budget: Budget) -> bool:
    if lines.unreachable():
        return True
    return spending.overspends(lines, budget)


def _grown(asked: Asked, rules: Rules) -> Rules | None:
    """Rules that conflict, with some that need not be among them."""
    taken: Rules = ()
    while True:
        lines = WorstLines(asked, taken)
        line = _line(lines)
        if line is True:
            return taken
        if not isinstance(line, tuple):
            return None
        broken = _broken(lines, rules, line)
        if not broken:
            return _all(asked, rules, taken, line)
        taken += broken


def _all(asked: Asked, rules: Rules, taken: Rules, line: tuple[Call, ...]) -> Rules | None:
    """All rules, if they limit what is spent to less than must be, though not those that were taken."""
    spent = any(_spent(asked, budget, line) > budget.limit for budget in _budgets(rules))
    return rules if spent and len(taken) < len(rules) and proved(asked, rules) else None


def _spent(asked: Asked, budget: Budget, line: tuple[Call, ...]) -> int:
    often = [call.times if budget.textual else call.often.high or call.often.low for call in line]
    returned = budget.returned if asked.task.result is not None else 0
    return returned + sum(budget.spends(call.subtask) * n for call, n in zip(line, often, strict=True))


def _broken(lines: WorstLines, rules: Rules, line: tuple[Call, ...]) -> Rules:
    """The first rules that a line breaks, none if it keeps them all."""
    asked, taken = lines.asked, lines.rules
    left = [rule for rule in rules if rule not in taken]
    broken = (rule for rule in left if _breaks(lines, rule, line))
    first = tuple(islice(broken, max(len(taken) // 2, 1)))
    if first:
        return first
    if not left or WorstLines(asked, rules).allows(line):
        return ()
    alone = (rule for rule in left if not WorstLines(asked, (*taken, rule)).allows(line))
    return next(((rule,) for rule in alone), tuple(left))


def _breaks(lines: WorstLines, rule: AnyRule, line: tuple[Call, ...]) -> bool:
    budget = rule.budget()
    return lines.breaks(rule, line) or (budget is not None and _spent(lines.asked, budget, line) > budget.limit)
