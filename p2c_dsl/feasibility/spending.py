"""What every line of calls must spend at least, for the rules that limit a sum."""

from __future__ import annotations

from p2c_dsl.feasibility.line import WorstLines
from p2c_dsl.feasibility.relevant import relevant
from p2c_dsl.feasibility.world import LineState, RunKind
from p2c_dsl.rules.worst_run import Budget, Demand
from p2c_dsl.spec import Subtask


def overspends(lines: WorstLines, budget: Budget) -> bool:
    """Whether every line of calls that meets all demands and has the result spends more than a budget."""
    limit = budget.limit - (budget.returned if lines.asked.task.result is not None else 0)
    if repeated(lines, budget) > limit:
        return True
    if not budget.textual:
        return landmarks(lines, budget, lines.run, lines.callable, limit) > limit
    limit -= _loop_steps(lines)
    if landmarks(lines, budget, lines.run, lines.callable, limit) > limit:
        return True
    # The text holds the calls of all runs, also those whose results the worst run looks up.
    alive = relevant(lines.asked, lines.rules, lines.any_run, lines.any_run, lines.alive)
    return landmarks(lines, budget, lines.any_run, tuple(alive), limit) > limit


def _loop_steps(lines: WorstLines) -> int:
    """The steps of a loop, and of a new list or map, where a line needs them for values."""
    without = RunKind(lines.asked, lines.rules, worst=False, loops=False)
    line = without.closure(lines.asked.spec.subtasks.values())
    if not without.returns(line):
        # The result is in a list or map, or was looked up in one.
        return 2
    return 0 if _reached(lines, without, line) else 1


def landmarks(lines: WorstLines, budget: Budget, run: RunKind, subtasks: tuple[Subtask, ...], limit: int) -> int:
    """A lower bound on what the calls of every line of one kind of run spend; not more exact than the limit needs.

    Landmarks are found one after the other: a smallest set of calls of which every line makes one. Each is paid at the
    price of its cheapest call, which all its calls have then paid.
    """
    prices = {s.name: budget.spends(s) for s in subtasks}
    total = 0
    while total <= limit:
        line = run.closure(s for s in subtasks if not prices[s.name])
        if _reached(lines, run, line):
            return total + _again(lines, budget)
        border = {s.name for s in subtasks if prices[s.name] and run.level(line, s) is not None}
        for name in sorted(border):
            # None of a smallest set can be left out.
            barred = border - {name}
            if not _reached(lines, run, run.closure(s for s in subtasks if s.name not in barred)):
                border = barred
        price = min((prices[name] for name in border), default=0)
        if not price:
            return total
        total += price
        for name in border:
            prices[name] -= price
    return total


def _reached(lines: WorstLines, run: RunKind, line: LineState) -> bool:
    return run.returns(line) and not any(line.called.isdisjoint(demand.group) for demand in lines.demands)


def _again(lines: WorstLines, budget: Budget) -> int:
    """What is spent on second calls of one subtask, where more calls are demanded than there are subtasks."""
    further = [_calls(lines, demand, group) - len(group) for demand, group in _apart(lines)]
    if budget.textual and lines.run.loops:
        # One loop can repeat all of them, and is itself a step.
        return int(any(more > 0 for more in further))
    prices = [_cheapest(lines, budget, group) for _, group in _apart(lines)]
    return sum(max(more, 0) * price for more, price in zip(further, prices, strict=True))


def repeated(lines: WorstLines, budget: Budget) -> int:
    """Another lower bound: what the demanded calls spend, each time that they are demanded."""
    if budget.textual and lines.run.loops:
        return 0
    return sum(_calls(lines, d, group) * _cheapest(lines, budget, group) for d, group in _apart(lines))


def _apart(lines: WorstLines) -> list[tuple[Demand, frozenset[str]]]:
    """Demands that no call can meet two of, with the subtasks that can meet them."""
    callable_, seen = {s.name for s in lines.callable}, set[str]()
    chosen = []
    for demand in sorted(lines.demands, key=lambda d: -d.times):
        group = demand.group & callable_
        if group and seen.isdisjoint(group):
            seen |= group
            chosen.append((demand, group))
    return chosen


def _calls(lines: WorstLines, demand: Demand, group: frozenset[str]) -> int:
    """How many calls meet a demand: one call may be the event more than once."""
    events = max(max(len(lines.asked.spec.subtasks[name].effects), 1) for name in group)
    return -(-demand.times // events)


def _cheapest(lines: WorstLines, budget: Budget, group: frozenset[str]) -> int:
    return min(budget.spends(lines.asked.spec.subtasks[name]) for name in group)
