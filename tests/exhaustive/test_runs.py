"""The compiled runs are the oracle's own, and their worlds are all small ones up to renaming."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.resolve import load_text
from p2c_dsl.runtime.trace import CallFailed, CallFinished, InputGiven, Trace
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.types import Type
from tests.exhaustive.runs import Runs
from tests.exhaustive.subject import Subject, names, subject_of
from tests.exhaustive.worlds import LazyWorld, Values
from tests.generators.spans import with_own_spans
from tests.generators.worlds import all_choices
from tests.oracle.interpreter import Outcome, run


class Replayed:
    """The world that a trace tells of."""

    def __init__(self, trace: Trace) -> None:
        self._given = {e.name: e.instance.value for e in trace.events if isinstance(e, InputGiven)}
        self._calls = iter([e for e in trace.events if isinstance(e, CallFinished | CallFailed)])

    def inputs(self, task: Task) -> Mapping[str, Any]:
        return self._given

    def call(self, subtask: Subtask) -> Outcome:
        event = next(self._calls)
        left = Counter(name for name, _ in event.effects)
        # Where a call certainly has an effect and may have it once more, one happening is the certain one.
        left.subtract(use.effect.name for use in subtask.effects if use.certain)
        happened = tuple(use.certain or left[use.effect.name] > 0 for use in subtask.effects)
        result = event.result.value if isinstance(event, CallFinished) and event.result else None
        return Outcome(happened, result, failed=isinstance(event, CallFailed))


def assert_same_runs(subject: Subject, size: int, programs: int, worlds: int) -> None:
    total = subject.programs.count(size)
    for number in range(0, total, max(1, total // programs)):
        compose = with_own_spans(subject.programs.program(size, number))
        runs = Runs(subject.spec, subject.task, compose)
        for choose in all_choices(worlds):
            trace = runs.trace(LazyWorld(Values(subject.spec, subject.task), choose))
            other = run(subject.spec, subject.task, compose, Replayed(trace))
            assert [repr(e).replace("Seen(", "Instance(") for e in trace.events] == [repr(e) for e in other.events]


@pytest.mark.parametrize("name", names())
def test_a_compiled_run_is_the_run_of_the_oracle(name: str) -> None:
    assert_same_runs(subject_of(name), size=3, programs=15, worlds=12)


SPEC = """
type User
type Admin < User
enum Kind:
    a
    b
record Case:
    user: User
    kind: Kind
constant office: Text = "a"
task t():
    shape dag
"""


def spec_of() -> tuple[Spec, Task]:
    spec = load_text(SPEC, "spec.p2c", Path()).spec
    return spec, spec.tasks["t"]


def values(*written: str) -> list[tuple[Any, ...]]:
    """All that values of some types can be together."""
    spec = load_text(
        SPEC + f"subtask f({', '.join(f'p{i}: {t}' for i, t in enumerate(written))})", "s.p2c", Path()
    ).spec
    types: list[Type] = [p.type for p in spec.subtasks["f"].parameters]
    found = []
    for choose in all_choices(1000):
        world = LazyWorld(Values(spec, spec.tasks["t"]), choose)
        found.append(tuple(world.cell(of).whole() for of in types))
    return found


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (("Bool",), 2),
        (("Optional[Bool]",), 3),
        (("Kind",), 2),
        (("Admin",), 1),
        (("Admin", "Admin"), 2),
        (("User",), 2),
        (("Text",), 2),
        (("Set[Admin]",), 3),
        (("Set[Admin]", "Admin"), 5),
        (("List[Admin]",), 1 + 1 + 2),
        (("Set[Admin] >= 1 <= 1",), 1),
        (("Map[Admin, Bool]",), 1 + 2 + 4),
        (("Map[Admin, Set[Kind]] <= 1",), 1 + 1 + 2 + 2),
        (("Case",), 2 * 2),
    ],
)
def test_worlds_that_differ_in_names_alone_are_one(written: tuple[str, ...], number: int) -> None:
    found = values(*written)
    assert len(found) == number
    assert len(set(map(repr, found))) == number


def test_nothing_is_chosen_for_what_nobody_looks_at() -> None:
    spec, task = spec_of()
    asked: list[int] = []

    def choose(options: int) -> int:
        asked.append(options)
        return 0

    cell = LazyWorld(Values(spec, task), choose).cell(spec.types["Kind"])
    assert asked == []
    cell.whole()
    assert asked == [2]
