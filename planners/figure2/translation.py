"""From a decomposition and its solutions to the space of their compositions: a spec with rules of its own.

The complete solution has to keep the domain's rules, but the planner writes a composition of subtasks. So each rule is
translated into rules about subtasks. A subtask's declaration says what it *does* to the world; here it also says which
tools it calls, by an effect for each tool that a rule names. Rules on effects, counts and order then hold unchanged.
The others are stated for each subtask whose solution does not keep them by itself. A subtask for which a rule cannot
be stated is left out. The translation may refuse what is harmless. That nothing harmful is accepted does not depend on
it: the complete solution is linted against the domain's own rules in the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from p2c_dsl.planners.figure2.contracts import Contract
from p2c_dsl.planners.figure2.decomposition import subtasks_of
from p2c_dsl.planners.figure2.solution_facts import (
    always_from,
    breaks,
    calls,
    cost_of,
    count,
    handed_on,
    is_tool,
    loop_depth,
    nesting,
    once_each,
    size_of,
    sources_of,
    taints,
)
from p2c_dsl.planners.figure2.whole_limits import WholeBranches, WholeLoops, WholeSteps
from p2c_dsl.program import Branch, Call, Program, steps
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.rules.at_least import AtLeast
from p2c_dsl.rules.at_most import AtMost
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.before import Before
from p2c_dsl.rules.branches import Branches
from p2c_dsl.rules.cost import Cost
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.exactly import Exactly
from p2c_dsl.rules.flow import NoFlow
from p2c_dsl.rules.loops import Loops
from p2c_dsl.rules.no_after import NoAfter
from p2c_dsl.rules.not_both import NotBoth
from p2c_dsl.rules.only_if import OnlyIf
from p2c_dsl.rules.provenance import Provenance
from p2c_dsl.rules.shape import Shape
from p2c_dsl.rules.steps import Steps
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.spec_data import EffectData, EffectUseData, SpecData, from_data, to_data

CALLED = "calls_"
"""The prefix of the effect of calling a tool."""


@dataclass(frozen=True, slots=True)
class SolvedSubtask:
    """A subtask that was asked for, and its solution over the domain's tools."""

    contract: Contract
    program: Program

    @property
    def name(self) -> str:
        return self.contract.name


@dataclass(frozen=True, slots=True)
class Recomposition:
    """The space in which parts are composed.

    Attributes:
        limits: The rules that cannot be lines of the spec, because they measure solutions.
        left_out: The parts that cannot be used, by their names, and why.
    """

    spec: Spec
    task: Task
    limits: tuple[AnyRule, ...]
    parts: Mapping[str, SolvedSubtask]
    left_out: Mapping[str, str]


def recomposition(spec: Spec, task: Task, parts: Sequence[SolvedSubtask]) -> Recomposition:
    """The spec in which the parts' subtasks stand for tools, under the task's rules."""
    rules = read_rules(spec, task)[0]
    usable: dict[str, SolvedSubtask] = {}
    left_out: dict[str, str] = {}
    for part in parts:
        why = refused(part, rules)
        if why is None:
            usable[part.name] = part
        else:
            left_out[part.name] = why
    return _Translation(spec, task, rules, usable, left_out).recomposition()


# ---------------------------------------------------------------- rules that a solution must keep by itself


def refused(part: SolvedSubtask, rules: Sequence[AnyRule]) -> str | None:
    """Why a solution cannot be part of any composition that keeps the rules; `None` if it can."""
    return next((why for rule in rules if (why := _refused(part.program, rule)) is not None), None)


def _refused(program: Program, rule: AnyRule) -> str | None:
    match rule:
        case Shape(kind="tree") if not once_each(program, rule):
            return f"it uses something twice, but the rule is `{rule.text}`"
        case Shape(kind="sequence") if any(isinstance(step, Branch) for step in steps(program.body)):
            return f"it branches, but the rule is `{rule.text}`"
        case AtMost() | AtLeast() | Exactly() if not rule.event.is_effect and count(program, rule.event).high is None:
            return f"it calls `{rule.event.name}` in a loop, but the rule is `{rule.text}`"
        case AtMostPer() if not rule.event.is_effect and calls(program, rule.event.name):
            return f"it calls `{rule.event.name}` with arguments that are not visible from outside: `{rule.text}`"
        case NoAfter() | NotBoth() | NoFlow() if breaks(program, rule):
            return f"it breaks `{rule.text}`"
        case Cost() if cost_of(program) is None:
            return f"its cost has no bound, but the rule is `{rule.text}`"
        case Provenance() if sources_of(program, rule) is None:
            return f"it breaks `{rule.text}`"
    return None


# ---------------------------------------------------------------- rules about subtasks


@dataclass
class _Translation:
    """The translation of the rules, one after the other."""

    spec: Spec
    task: Task
    rules: Sequence[AnyRule]
    parts: dict[str, SolvedSubtask]
    left_out: dict[str, str]
    named: set[str] = field(default_factory=set)
    tainted: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    def recomposition(self) -> Recomposition:
        lines: list[str] = []
        limits: list[AnyRule] = []
        for rule in self.rules:
            limits += self._limits(rule)
            lines += self._lines(rule)
        made = from_data(self._data(list(dict.fromkeys(lines))))
        return Recomposition(made, made.tasks[self.task.name], tuple(limits), dict(self.parts), self.left_out)

    def _limits(self, rule: AnyRule) -> Iterator[AnyRule]:
        programs = {name: part.program for name, part in self.parts.items()}
        match rule:
            case Loops(most=most):
                yield WholeLoops(most, {n: loop_depth(p) for n, p in programs.items()}, text=rule.text)
            case Branches(most=most):
                yield WholeBranches(most, {n: nesting(p, Branch) for n, p in programs.items()}, text=rule.text)
            case Steps(most=most):
                yield WholeSteps(most, {n: size_of(p) for n, p in programs.items()}, text=rule.text)

    def _lines(self, rule: AnyRule) -> Iterator[str]:
        match rule:
            case Before():
                yield from self._before(rule)
            case OnlyIf():
                yield from self._only_if(rule)
            case Provenance():
                yield from self._from(rule)
            case NoFlow():
                yield from self._no_flow(rule)
            case AtMost() | AtLeast() | Exactly() | AtMostPer() | NoAfter() | NotBoth():
                yield self._renamed(rule.text)
            case _:
                yield rule.text

    def _renamed(self, line: str) -> str:
        """The line with tools as the effects of calling them."""
        return re.sub(r"\w+", lambda word: self._event(word.group()), line)

    def _event(self, word: str) -> str:
        if word not in self.spec.subtasks or word in self.spec.effects:
            return word
        self.named.add(word)
        return CALLED + word

    def _before(self, rule: Before) -> Iterator[str]:
        """A part that does the second thing without doing the first before it needs the first done before."""
        for name, part in self.parts.items():
            if breaks(part.program, rule):
                yield f"{self._event(rule.first.name)} before {name}"

    def _only_if(self, rule: OnlyIf) -> Iterator[str]:
        check = next((n for n, p in self.parts.items() if is_tool(p.program, rule.check)), None)
        for name, part in self.parts.items():
            if not breaks(part.program, rule):
                continue
            given = [handed_on(part.program, rule, place) for place in range(len(rule.positions))]
            if check is None or None in given:
                yield from self._never(name)
                continue
            shown = ["_"] * (max(rule.positions, default=-1) + 1)
            for position, parameter in zip(rule.positions, given, strict=True):
                shown[position] = str(parameter)
            yield f"{name} only if {check}({', '.join(shown)})"

    def _from(self, rule: Provenance) -> Iterator[str]:
        sources = [n for n, p in self.parts.items() if always_from(p.program, rule)]
        sources += sorted(rule.sources - self.spec.subtasks.keys())
        for name, part in self.parts.items():
            for parameter in sources_of(part.program, rule) or ():
                if sources:
                    yield f"{name}.{parameter} from {', '.join(sources)}"
                else:
                    yield from self._never(name)

    def _no_flow(self, rule: NoFlow) -> Iterator[str]:
        via = next(
            (n for n, p in self.parts.items() if is_tool(p.program, self.spec.subtasks.get(rule.origin.via or ""))),
            None,
        )
        through = f" except via {via}" if via else ""
        taint = f"taint_{len(self.tainted)}"
        tainted = frozenset(n for n, p in self.parts.items() if n != via and taints(p.program, rule))
        self.tainted.append((taint, tainted))
        sinks = [n for n, p in self.parts.items() if any(rule.sink.happens(s) for s in _called(p.program))]
        for sink in sinks:
            if rule.origin.event is None:
                yield f"no flow from {rule.origin.name} to {sink}{through}"
            if tainted:
                yield f"no flow from {taint} to {sink}{through}"

    def _never(self, name: str) -> Iterator[str]:
        yield f"at most 0 {name}"

    # ------------------------------------------------------------ as a spec

    def _data(self, lines: Sequence[str]) -> SpecData:
        data = to_data(self.spec)
        own = next(t for t in data.tasks if t.name == self.task.name)
        subtasks = subtasks_of("".join(p.contract.text for p in self.parts.values()), self.spec)
        more = [EffectData(name=CALLED + tool) for tool in sorted(self.named)]
        more += [EffectData(name=name) for name, by in self.tainted if by]
        return data.model_copy(
            update={
                "effects": (*data.effects, *more),
                "subtasks": tuple(
                    s.model_copy(
                        update={
                            "effects": (*s.effects, *self._more(self.parts[s.name])),
                            "cost": cost_of(self.parts[s.name].program) or 0,
                        }
                    )
                    for s in subtasks
                ),
                "rules": (),
                "tasks": (own.model_copy(update={"rules": tuple(lines)}),),
            }
        )

    def _more(self, part: SolvedSubtask) -> Iterator[EffectUseData]:
        """The calls of tools that rules name, as effects: `does` as often as they happen in every run, then `may`."""
        for tool in sorted(self.named):
            often = count(part.program, Event(tool, False))
            high = max(often.low, 1) if often.high is None else often.high
            for number in range(high):
                yield EffectUseData(effect=CALLED + tool, certain=number < often.low)
        for name, by in self.tainted:
            if part.name in by:
                yield EffectUseData(effect=name, certain=False)


def _called(program: Program) -> Iterator[Subtask]:
    return (step.subtask for step in steps(program.body) if isinstance(step, Call))
