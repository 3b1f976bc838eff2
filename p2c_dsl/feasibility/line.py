"""Looks for a line of calls that some rules allow in the worst run; where there is none, they conflict."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.bounds import times
from p2c_dsl.feasibility.distinct import distinct
from p2c_dsl.feasibility.hand import Level
from p2c_dsl.feasibility.relevant import relevant
from p2c_dsl.feasibility.world import Asked, LineState, RunKind, Undecided
from p2c_dsl.rules import AnyRule
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.worst_run import Demand
from p2c_dsl.spec import Subtask

ONCE = Count(1, 1)


class Call(NamedTuple):
    """A call on a line: how often it stands there, and how often the loop runs that it is in."""

    subtask: Subtask
    times: int = 1
    size: Count = ONCE

    @property
    def often(self) -> Count:
        """How often it happens."""
        return Count(self.times * self.size.low, times(self.times, self.size.high))


class WorstLines:
    """The lines of calls that some rules allow."""

    def __init__(self, asked: Asked, rules: Sequence[AnyRule]) -> None:
        self.asked, self.rules = asked, tuple(rules)
        self.demands = tuple(demand for rule in rules for demand in rule.demands())
        everything = tuple(asked.spec.subtasks.values())
        self.any_run, self.best = asked.best(self.rules, everything)
        self.starts = tuple(map(self.start_of, self.rules))
        self._strict = {
            s.name: [(r, own) for r, own in zip(self.rules, self.starts, strict=True) if r.line_harms(s)]
            for s in everything
        }
        alive = tuple(s for s in everything if s.name in self.best.called and not self._is_dead(s))
        if len(alive) < len(self.best.called):
            self.any_run, self.best = asked.best(self.rules, alive)
            alive = tuple(s for s in alive if s.name in self.best.called)
        self.alive = alive
        self.run = RunKind(asked, rules, worst=True, elsewhere=self.best.hands)
        useful = relevant(asked, rules, self.run, self.any_run, alive)
        self.worst = self.run.closure(useful)
        self.callable = tuple(s for s in useful if s.name in self.worst.called)
        self._harmful = {s.name for s in self.callable if self._strict[s.name]}
        self._minding = {
            s.name: [place for place, rule in enumerate(self.rules) if rule.line_minds(s)] for s in self.callable
        }

    def start_of(self, rule: AnyRule) -> Hashable:
        """A rule's state before the first call."""
        hand = self.best.hands[0]
        return rule.line_start(lambda of: distinct(self.asked, hand, of))

    def _is_dead(self, subtask: Subtask) -> bool:
        """Whether no run that completes can make the call: it goes with none of the calls of some demand."""
        if not self._strict[subtask.name]:
            # Only the other call could object, and it is one of those that are judged here.
            return False
        if not self._may_follow((subtask,)):
            return True
        subtasks = self.asked.spec.subtasks
        return any(all(not self._together(subtask, subtasks[name]) for name in demand.group) for demand in self.demands)

    def _together(self, one: Subtask, other: Subtask) -> bool:
        orders = ((one,),) if one.name == other.name else ((one, other), (other, one))
        return any(map(self._may_follow, orders))

    def _may_follow(self, order: Sequence[Subtask]) -> bool:
        """Whether no rule objects to calls in this order."""
        rules = {id(rule): (rule, own) for subtask in order for rule, own in self._strict[subtask.name]}
        return all(_allows(rule, own, order) for rule, own in rules.values())

    # ------------------------------------------------------------ the search

    def unreachable(self) -> Demand | None:
        """A demand that no line meets, whatever the order and number of its calls."""
        return next((d for d in self.demands if self.worst.called.isdisjoint(d.group)), None)

    def found(self, limit: int) -> tuple[Call, ...] | None:
        """A line that all rules allow, `None` if there is none. Raises `Undecided`."""
        if self.unreachable() or not self.run.returns(self.worst):
            return None
        order = count()
        line, calls = self._saturated(self.run.start(self.starts), ())
        pending, seen = [(self._missing(line), 0, line, calls)], {line}
        while pending:
            missing, _, line, calls = heappop(pending)
            if not missing:
                return calls
            limit -= 1
            if limit < 0:
                raise Undecided
            for after, further in self._harmful_after(line, calls):
                reached, so_far = self._saturated(after, further)
                if reached not in seen:
                    seen.add(reached)
                    # The newest first among equals.
                    heappush(pending, (self._missing(reached), -next(order), reached, so_far))
        return None

    def _missing(self, line: LineState) -> int:
        """How many rules are not satisfied yet, and whether the result is missing."""
        ended = sum(not r.line_ends(own) for r, own in zip(self.rules, line.owns, strict=True))
        return ended + (not self.run.returns(line))

    def _harmful_after(self, line: LineState, calls: tuple[Call, ...]) -> Iterator[tuple[LineState, tuple[Call, ...]]]:
        for subtask in reversed(self.callable):
            if subtask.name in self._harmful:
                level = self.run.level(line, subtask)
                for size in () if level is None else self.run.sizes(line, level):
                    call = Call(subtask, 1, size)
                    after = self.after(line, call, level)
                    if after is not None and after != line:
                        yield after, (*calls, call)

    def _saturated(self, line: LineState, calls: tuple[Call, ...]) -> tuple[LineState, tuple[Call, ...]]:
        """The line with all calls that do no harm."""
        harmless = [s for s in self.callable if s.name not in self._harmful]
        while True:
            made, owns, more = list[tuple[Subtask, Level]](), line.owns, calls
            for subtask in harmless:
                level = self.run.level(line, subtask)
                if level is None:
                    continue
                call = Call(subtask, self._many(subtask), self.run.sizes(line, level)[0])
                moved = self._moved(owns, call)
                if moved is not None:
                    made.append((subtask, level))
                    owns, more = moved, (*more, call)
            after = self.run.plus(line, made)._replace(owns=owns)
            if after == line:
                return line, calls
            line, calls = after, more

    def _many(self, subtask: Subtask) -> int:
        """As often as any rule can demand."""
        return max((d.times for d in self.demands if subtask.name in d.group), default=1)

    def after(self, line: LineState, call: Call, level: Level | None) -> LineState | None:
        """The line after a call at a level, `None` if it is not allowed."""
        owns = None if level is None else self._moved(line.owns, call)
        if level is None or owns is None:
            return None
        return self.run.plus(line, [(call.subtask, level)])._replace(owns=owns)

    def _moved(self, owns: tuple[Hashable, ...], call: Call) -> tuple[Hashable, ...] | None:
        """The rules' states after a call."""
        after, often = list(owns), call.often
        for place in self._minding[call.subtask.name]:
            moved = self.rules[place].line_call(after[place], call.subtask, often)
            if moved is None:
                return None
            after[place] = moved
        return tuple(after)

    def allows(self, calls: Sequence[Call]) -> bool:
        """Whether a line of calls is allowed."""
        line = self.run.start(self.starts)
        names = {s.name for s in self.callable}
        for call in calls:
            level = self.run.level(line, call.subtask) if call.subtask.name in names else None
            sizes = () if level is None else self.run.sizes(line, level)
            if sizes and call.size not in sizes:
                call = call._replace(size=sizes[0])
            after = self.after(line, call, level)
            if after is None:
                return False
            line = after
        return not self._missing(line)

    def breaks(self, rule: AnyRule, calls: Sequence[Call]) -> bool:
        """Whether a line breaks a further rule, apart from what its values may come from."""
        own, called = self.start_of(rule), set[str]()
        for call in calls:
            if any(called.isdisjoint(group) for group in rule.line_needs(call.subtask, checked=False)):
                return True
            after = rule.line_call(own, call.subtask, call.often)
            if after is None:
                return True
            own = after
            called.add(call.subtask.name)
        return not rule.line_ends(own)


def _allows(rule: AnyRule, own: Hashable | None, order: Sequence[Subtask]) -> bool:
    for subtask in order:
        own = rule.line_call(own, subtask, ONCE)
        if own is None:
            return False
    return True
