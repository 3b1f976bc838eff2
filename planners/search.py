"""The planner without a model: a first plan soon, then cheaper ones, until the cheapest is proved or time is up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from p2c_dsl.planners.anytime.cheapest import cheapest
from p2c_dsl.planners.anytime.first import NotFound, first, greedy
from p2c_dsl.planners.anytime.improve import improve
from p2c_dsl.planners.anytime.lead import lead_of
from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped, Watch
from p2c_dsl.planners.anytime.outcome import Unplannable, machine_of, none_found
from p2c_dsl.planners.anytime.preference import by_name
from p2c_dsl.planners.anytime.space import Beginning, Found, SearchSpace
from p2c_dsl.planners.anytime.tidying import tidied
from p2c_dsl.planners.automaton.automaton import DEFAULT_BUDGET, Automaton
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.automaton.resume import NoContinuation, Start, resume
from p2c_dsl.planners.deadline import TIMEOUT, Deadline
from p2c_dsl.planners.distinct import distinct
from p2c_dsl.rules import proving
from p2c_dsl.spec import Spec, Task

_EFFORT = 2000
"""How many lines are tried before a start is taken to have no continuation."""
_PROVED = 5000
"""How many lines are tried for a plan of which nothing is left to the run-time monitor."""
_SHARE = 0.5
"""Where several plans are wanted, the best one gets this share of the time, and the next cheapest this of the rest."""


@dataclass(frozen=True, slots=True)
class FoundPlan:
    """An accepted composition, with its cost and a bound that no composition is below, in lexemes (words)."""

    text: str
    cost: int
    at_least: int

    @property
    def proved(self) -> bool:
        """Whether it is proved to be the cheapest."""
        return self.at_least >= self.cost


@dataclass(frozen=True, slots=True)
class SearchPlanner:
    """Plans an accepted composition with few lexemes: the fewest, if that is found in time.

    Enforced rules are proved where a plan of that is soon found. Only otherwise is something left to the monitor.

    Attributes:
        budget: The most lexemes of a composition.
        timeout: The most seconds of a search, `None` without a limit.
        watch: Is told from time to time how far the search is.
    """

    budget: int = DEFAULT_BUDGET
    timeout: float | None = TIMEOUT
    watch: Watch | None = None

    def plan(self, spec: Spec, task: Task, partial: str = "") -> str:
        """The cheapest composition that is found in time. Raises `Unplannable` and `NoContinuation`."""
        *_, best = self.improving(spec, task, partial)
        return best.text

    def improving(self, spec: Spec, task: Task, partial: str = "") -> Iterator[FoundPlan]:
        """Ever cheaper compositions; the last one is `proved`, unless the time ran out. Raises what `plan` raises."""
        return self._improving(*self._start(spec, task, partial))

    def plans(self, spec: Spec, task: Task, n: int | None = None, partial: str = "") -> Iterator[str]:
        """Different ones: the best that is found in time, and then others, the cheapest first as far as time allows.

        Raises what `plan` raises.
        """
        if n == 1:
            return iter((self.plan(spec, task, partial),))
        return distinct(self._several(spec, task, partial), n)

    def _start(self, spec: Spec, task: Task, partial: str) -> tuple[_Task, Deadline]:
        """The task with its enforced rules proved if such a plan is soon found, or else at least what they ask for."""
        started: Deadline | None = None
        for proved in (proving(spec, task), proving(spec, task, lambda rule: rule.is_goal)):
            if proved != (spec, task):
                with suppress(Unplannable, NoContinuation):
                    its = _Task(self, *proved, partial)
                    started = started or Deadline.after(self.timeout)
                    its.first(SearchLimits(started.sooner(_SHARE), _PROVED, self.watch))
                    return its, started
        return _Task(self, spec, task, partial), started or Deadline.after(self.timeout)

    def _improving(self, task: _Task, deadline: Deadline) -> Iterator[FoundPlan]:
        limits = SearchLimits(deadline, watch=self.watch)
        known = task.first(limits)
        least = task.space.least(task.beginnings)
        yield FoundPlan(known.text, known.cost, least)
        with suppress(Stopped):
            for tidier in tidied(task.space, known, limits):
                known = tidier
                yield FoundPlan(known.text, known.cost, least)
        for found, at_least in improve(task.space, task.beginnings, known, limits):
            yield FoundPlan(found.text, found.cost, at_least)

    def _several(self, spec: Spec, task: Task, partial: str) -> Iterator[str]:
        its, deadline = self._start(spec, task, partial)
        *_, best = self._improving(its, deadline.sooner(_SHARE))
        yield best.text
        for further in (cheapest, greedy):
            limits = SearchLimits(deadline.sooner(_SHARE) if further is cheapest else deadline, watch=self.watch)
            with suppress(Stopped):
                for found in further(its.space, its.beginnings, self.budget, limits):
                    yield found.text


class _Task:
    """One task to plan for, from one start."""

    def __init__(self, planner: SearchPlanner, spec: Spec, task: Task, partial: str) -> None:
        self._first: Found | None = None
        self._planner, self.space = planner, SearchSpace.of(machine_of(spec, task), by_name)
        if partial.strip():
            # The search for a continuation of a start that has none might never end.
            automaton = Automaton(spec, task, planner.budget, effort=_EFFORT)
            self.beginnings = tuple(_line_ends(automaton, resume(automaton, partial)))
        else:
            self.beginnings = (self.space.start,)

    def first(self, limits: SearchLimits) -> Found:
        """A first plan. Raises `Unplannable`."""
        planner, space = self._planner, self.space
        try:
            if self._first is None:
                self._first = first(space, self.beginnings, planner.budget, limits)
            return self._first
        except NotFound as stopped:
            limit = f"{planner.timeout:g} s ({space.tried:,} lines tried)"
            lead = lead_of(space, self.beginnings[0].node, stopped.closest)
            raise none_found(space.machine, planner.budget, limit, lead) from None


def _line_ends(automaton: Automaton, start: Start) -> Iterator[Beginning]:
    """Where the line that `start` is in can end."""
    pending = [start]
    while pending:
        reached = pending.pop()
        position = reached.position
        if not position.words and not reached.rest:
            yield Beginning(position.node, automaton.start.left - position.left, reached.text)
            continue
        words = (word for word in reversed(reached.lexemes(automaton)) if word != END)
        pending += [Start(reached.text + word, automaton.step(position, word)) for word in words]
