"""`p2c plan --verified`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.failure import fail, report
from p2c_dsl.cli.planner_options import SearchOptions, Watch, planning_errors, plans_of
from p2c_dsl.cli.progress import once_slow
from p2c_dsl.cli.signals import Interruption, signals_as_interrupts, status_of
from p2c_dsl.diagnostics.plain import printable

if TYPE_CHECKING:
    from p2c_dsl.planners import Planner
    from p2c_dsl.planners.verified import TriedPlan, Verification
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task


def verified_plan(
    loaded: Loaded,
    task: Task,
    made: Callable[[Watch | None, SearchOptions], Planner],
    seeds: Sequence[int],
    timeout: float | None,
    beginning: str,
) -> str:
    """A plan that the worlds of all seeds verify; ends the command if none is found in time, or it is interrupted."""
    from p2c_dsl.planners.deadline import TIMEOUT, Deadline
    from p2c_dsl.planners.verified import Verification, verify_candidates
    from p2c_dsl.runtime.domain import DomainError, load_world
    from p2c_dsl.runtime.interpreter import BindingError

    seconds = TIMEOUT if timeout is None else timeout
    search = _Verifying(seeds, task.name, Verification())
    try:
        # What tools print must not end up in the plan.
        with planning_errors(), redirect_stdout(sys.stderr), signals_as_interrupts() as search.interruption:
            world = load_world(Path(task.location.source.name).parent)
            planner = made(None, SearchOptions(seconds))
            deadline = Deadline.after(seconds)
            with once_slow() as search.show:
                plans = plans_of(planner, loaded.spec, task, None, beginning)
                found = verify_candidates(plans, loaded.spec, world, seeds, timeout=deadline, watch=search.watch)
    except (DomainError, BindingError) as error:
        fail(f"plans are verified in the spec's world, but {printable(str(error))}")
    except KeyboardInterrupt as interrupt:
        search.fail("interrupted", status_of(interrupt))
    if found.plan is None:
        search.found = found
        why = f"time is up after {seconds:g} s" if found.stop == "time" else "the planner has no more candidates"
        search.fail(why, EXIT_FINDINGS)
    report(f"verified in {_worlds(len(seeds))}; {_candidates(found.tried)} tried")
    return found.plan


class _Verifying:
    """What is known of a search, and what is said about it."""

    def __init__(self, seeds: Sequence[int], task: str, found: Verification) -> None:
        self.seeds, self.task, self.found = seeds, task, found
        self.show: Callable[[str], None] | None = None
        self.interruption: Interruption | None = None

    def watch(self, found: Verification) -> None:
        """Keeps how far the search is, and shows it."""
        self.found = found
        if self.interruption is not None:
            # A tool may have swallowed the interrupt.
            self.interruption.raise_again()
        if self.show is not None and found.best is not None:
            best = f"the best is verified in {found.best.verified} of {_worlds(len(self.seeds))}"
            self.show(f"verifying plans of `{self.task}`: {_candidates(found.tried)} tried, {best}")

    def fail(self, why: str, status: int) -> NoReturn:
        """Ends the command without a verified plan, and shows what came closest to one."""
        told = f"{why}: no plan of `{self.task}` was verified; {_candidates(self.found.tried)} tried"
        best = self.found.best
        if best is None:
            fail(told, status)
        fail(f"{told}\n{_closest(best)}", status)


def _closest(best: TriedPlan) -> str:
    assert best.problem is not None
    seed, problem = best.problem
    share = f"verified in {best.verified} of {_worlds(len(best.worlds))}"
    return f"the best was {share}; in the world of seed {seed}: {printable(problem)}\n\n{best.text}"


def _worlds(number: int) -> str:
    return f"{number} world{'s' * (number != 1)}"


def _candidates(number: int) -> str:
    return f"{number} candidate{'s' * (number != 1)}"
