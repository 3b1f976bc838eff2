"""How the benchmark of planning calls the planner and the search for conflicts."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from types import FrameType

from p2c_dsl.planners import SearchPlanner, Unplannable
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.spec import Spec, Task
from tests.generators.planning.parts import cost_of

BUDGET = 200
WALL = 20
"""How much longer the planner's own clock is than that of this benchmark."""
TIME = " lines tried"
"""What the planner says where it has found no plan in time, and does not know that there is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What planning came to, in CPU seconds and lexemes.

    Attributes:
        first: When the first plan was there.
        first_text: The first plan; `text` is the last one.
        denied: Whether the planner says that there is no plan.
        stopped: What ended the search; `proved` if the last plan is known to be the cheapest.
    """

    stopped: str
    first: float | None = None
    first_cost: int | None = None
    first_text: str = ""
    last: float | None = None
    cost: int | None = None
    text: str = ""
    end: float = 0.0
    denied: bool = False

    @property
    def proved(self) -> bool:
        """Whether the plan is known to be the cheapest."""
        return self.stopped == "proved"


class OutOfTime(Exception):
    """The time is over, and what was called has not returned."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises `OutOfTime` in what has used that many seconds of CPU."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def plan_within(spec: Spec, task: Task, seconds: float, budget: int = BUDGET, *, first: bool = False) -> Outcome:
    """Plans, and notes the times. What does not stop by itself is stopped after that much CPU time.

    `first`: stops at the first plan.

    The planner's own clock is on the wall. It gets more, as other work may slow this process down.
    """
    started = time.process_time()
    outcome = Outcome("time")
    try:
        with within(seconds):
            for plan in SearchPlanner(budget, WALL * seconds).improving(spec, task):
                now = time.process_time() - started
                assert plan.cost == cost_of(plan.text), plan
                if outcome.first is None:
                    outcome = replace(outcome, first=now, first_cost=plan.cost, first_text=plan.text)
                stopped = "proved" if plan.proved else "time"
                changed = now if plan.cost != outcome.cost else outcome.last
                outcome = replace(outcome, stopped=stopped, last=changed, cost=plan.cost, text=plan.text)
                if first:
                    break
    except OutOfTime:
        pass
    except Unplannable as error:
        outcome = replace(outcome, stopped=str(error), denied=TIME not in str(error))
    return replace(outcome, end=time.process_time() - started)


def conflicts_known() -> bool:
    """Whether there is a search for conflicts."""
    return find_spec("p2c_dsl.feasibility") is not None


def conflict_of(spec: Spec, task: Task, rules: Sequence[AnyRule] | None = None) -> tuple[AnyRule, ...] | None:
    """The rules of a conflict; `None` if none is known. `rules` take the place of the task's own."""
    from p2c_dsl.feasibility.conflict import find_conflict  # type: ignore[import-not-found, unused-ignore]

    found = find_conflict(spec, task, read_rules(spec, task)[0] if rules is None else rules)
    return None if found is None else tuple(found.rules)
