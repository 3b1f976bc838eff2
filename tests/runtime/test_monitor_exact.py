"""The monitor, rule by rule, against the oracle: it stops what breaks the rule, just before that, and nothing else.

Every `may` effect happens here. Where it does not, the monitor has to stop more: it decides before the call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from p2c_dsl.program import Program
from p2c_dsl.rules import Rule, read_rules
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.interpreter import Outcome, Run, run
from p2c_dsl.runtime.monitor import RuleMonitor
from p2c_dsl.runtime.trace import CallFinished, CallStarted, Trace
from p2c_dsl.spec import RuleText, Subtask, Task
from p2c_dsl.types import Nominal
from tests.generators.text import rule_text
from tests.generators.worlds import SmallWorld
from tests.oracle import interpreter as oracle
from tests.oracle.judge import is_broken, words
from tests.properties.soundness import Case, accepted_part, random_case

SEEDS = range(260)


class Eventful:
    """A world in which all happens that may."""

    def __init__(self, case: Case, number: int) -> None:
        self._world = SmallWorld(case.spec, Random(number).randrange)

    def inputs(self, task: Task) -> Any:
        return self._world.inputs(task)

    def call(self, subtask: Subtask) -> oracle.Outcome:
        return replace(self._world.call(subtask), happened=(True,) * len(subtask.effects))

    def tool(self, subtask: Subtask) -> Callable[..., Any]:
        happened = frozenset(use.effect.name for use in subtask.effects)
        return lambda *_: Outcome(self.call(subtask).result, happened)


def watched(case: Case, program: Program, number: int, rules: Sequence[Rule]) -> Run:
    world = Eventful(case, number)
    inputs = world.inputs(case.task)
    tools = {name: world.tool(subtask) for name, subtask in case.spec.subtasks.items()}
    return run(program, inputs, tools, RuleMonitor(program, rules), simulated)


def cases() -> Iterator[tuple[int, Case, Program]]:
    for seed in SEEDS:
        case = random_case(seed)
        if accepted_part(case) is not None:
            program = case.analysis().program
            assert program is not None
            yield seed, case, program


def rules(case: Case) -> Iterator[tuple[RuleText, list[Rule]]]:
    """The task's lines that are about runs and can be broken, and of which the machine knows all that it needs.

    A line can be two rules: `exactly … per … in` is one for each of its halves.
    """
    by_text: dict[str, list[Rule]] = {}
    for rule in read_rules(case.spec, case.task)[0]:
        by_text.setdefault(rule.text.replace(" ", ""), []).append(rule)
    for text in case.task.rules:
        of_line = by_text[rule_text(text).replace(" ", "")]
        if of_line[0].codes and not of_line[0].textual and not _unknowable(words(text), case):
            yield text, of_line


def _unknowable(line: list[str], case: Case) -> bool:
    """Whether a rule is about keys left to their defaults, which the machine takes for any value of their type,
    or about a subtype, of which a value of its supertype may be one."""
    match line:
        case ["at", "most", _, event, "per", _] if event in case.spec.subtasks:
            return any(p.optional for p in case.spec.subtasks[event].parameters)
        case ["no", "flow", "from", source, *_]:
            of = case.spec.types.get(source)
            return isinstance(of, Nominal) and of.parent is not None
    return False


def first_breach(text: RuleText, trace: Trace, case: Case) -> int | None:
    """How many events it takes to break a rule."""
    for length in range(1, len(trace.events) + 1):
        if is_broken(words(text), Trace(trace.events[:length]), case.spec, case.task, case.compose):
            return length
    return None


def started(events: tuple[object, ...]) -> int:
    return sum(isinstance(e, CallStarted) for e in events)


def test_a_run_is_stopped_exactly_where_it_would_break_the_rule() -> None:
    stopped: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for seed, case, program in cases():
        trace = oracle.run(case.spec, case.task, case.compose, Eventful(case, seed))
        for text, of_line in rules(case):
            rule = of_line[0]
            done = watched(case, program, seed, of_line)
            breach = first_breach(text, trace, case)
            where = f"seed {seed}: `{rule.text}`, {done.error}\n{case.text}"
            assert (breach is not None) == (done.error or "").startswith("stopped by"), where
            if breach is None:
                kept[rule.name] += 1
                continue
            before = trace.events[: breach - 1]
            if isinstance(trace.events[breach - 1], CallFinished):
                before = before[:-1]
            assert started(done.trace.events) == started(before), where
            stopped[rule.name] += 1
    assert min(stopped[name] for name in kept) > 0
    assert min(kept[name] for name in stopped) > 0
    assert sum(stopped.values()) > 400
