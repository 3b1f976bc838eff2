"""From a decomposition and its solutions to the space of their compositions: a spec with rules of its own.

The complete solution has to keep the domain's rules, but the planner writes a composition of subtasks. So each rule is
translated into rules about subtasks. A subtask's declaration says what it *does* to the world; here it also says which
tools it calls, by an effect for each tool that a rule names, with its inputs as keys where the rule has keys. Rules on
effects, counts and order then hold unchanged. The others are stated for each subtask whose solution does not keep them
by itself. A subtask for which a rule cannot be stated is left out. The translation may refuse what is harmless. That
nothing harmful is accepted does not depend on it: the complete solution is linted against the domain's own rules in
the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from p2c_dsl.planners.figure2.decomposition import subtasks_of
from p2c_dsl.planners.figure2.parts import SolvedSubtask
from p2c_dsl.planners.figure2.rules_on_parts.named_tools import NamedTools
from p2c_dsl.planners.figure2.rules_on_parts.refusals import refused
from p2c_dsl.planners.figure2.rules_on_parts.solution_facts import (
    always_from,
    breaks,
    cost_of,
    does,
    handed_to_check,
    is_tool,
    loop_depth,
    nesting,
    size_of,
    sources_of,
    taints,
)
from p2c_dsl.planners.figure2.rules_on_parts.tool_events import ToolEvents
from p2c_dsl.planners.figure2.rules_on_parts.whole_limits import WholeBranches, WholeLoops, WholeSteps
from p2c_dsl.program import Branch, Program
from p2c_dsl.rules import AnyRule, proving, read_rules
from p2c_dsl.rules.at_least_per import AtLeastPer
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.before import Before
from p2c_dsl.rules.branches import Branches
from p2c_dsl.rules.check_then import CheckThen
from p2c_dsl.rules.checks import Alternative
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.flow import NoFlow
from p2c_dsl.rules.loops import Loops
from p2c_dsl.rules.only_if import OnlyIf
from p2c_dsl.rules.provenance import Provenance
from p2c_dsl.rules.return_from import ReturnFrom
from p2c_dsl.rules.steps import Steps
from p2c_dsl.rules.then import Then
from p2c_dsl.rules.values import ArgumentValue
from p2c_dsl.spec import Spec, Task
from p2c_dsl.spec_data import EffectData, EffectUseData, SpecData, from_data, to_data


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
    # An enforced rule can be kept here as any other: planners prove it where they can.
    spec, task = proving(spec, task)
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


# ---------------------------------------------------------------- rules about subtasks


@dataclass
class _Translation:
    """The translation of the rules, one after the other."""

    spec: Spec
    task: Task
    rules: Sequence[AnyRule]
    parts: dict[str, SolvedSubtask]
    left_out: dict[str, str]
    tainted: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    events: ToolEvents = field(init=False)
    tools: NamedTools = field(init=False)

    def __post_init__(self) -> None:
        self.events = ToolEvents(self.spec, self.parts)
        self.tools = NamedTools(self.spec, self.task, self.parts, self.events)

    def recomposition(self) -> Recomposition:
        lines: list[str] = []
        limits: list[AnyRule] = []
        for rule in self.rules:
            limits += self._limits(rule)
            lines += self._lines(rule)
        made = from_data(self._data(list(dict.fromkeys(lines))))
        return Recomposition(made, made.tasks[self.task.name], tuple(limits), dict(self.parts), self.left_out)

    def _limits(self, rule: AnyRule) -> Iterator[AnyRule]:
        programs = self._programs()
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
                yield from self.tools.before(rule)
            case OnlyIf():
                yield from self._only_if(rule)
            case Provenance():
                yield from self._from(rule)
            case ReturnFrom():
                yield from self._return_from(rule)
            case NoFlow():
                yield from self._no_flow(rule)
            case AtMostPer() | AtLeastPer():
                yield from self.tools.per_element(rule)
            case Then():
                yield from self.tools.then(rule)
            case CheckThen():
                yield from self.tools.check_then(rule)
            case ArgumentValue():
                yield from self.tools.value(rule)
            case _:
                yield self.events.said(rule.text)

    def _programs(self) -> dict[str, Program]:
        return {name: part.program for name, part in self.parts.items()}

    def _only_if(self, rule: OnlyIf) -> Iterator[str]:
        """A part that does the event without checking by itself needs one of the checks, of what it hands on."""
        for name, part in self.parts.items():
            if not breaks(part.program, rule):
                continue
            texts = [text for one in rule.alternatives for text in self._checked(part.program, rule, one)]
            if texts:
                yield f"{name} only if {' or '.join(texts)}"
            else:
                yield from self._never(name)

    def _checked(self, program: Program, rule: OnlyIf, one: Alternative) -> Iterator[str]:
        """An outcome of a check as one of each part that gives it, about the inputs that a program hands on."""
        given = handed_to_check(program, rule.event, one)
        if given is not None:
            for check in self.tools.giving(one.check):
                yield replace(one, check=check, listed=1).text(lambda name: str(given[name]))

    def _from(self, rule: Provenance) -> Iterator[str]:
        sources = self._sources(rule.sources)
        for name, part in self.parts.items():
            for parameter in sources_of(part.program, rule) or ():
                if sources:
                    yield f"{name}.{parameter} from {', '.join(sources)}"
                else:
                    yield from self._never(name)

    def _return_from(self, rule: ReturnFrom) -> Iterator[str]:
        sources = self._sources(rule.sources)
        if sources:
            yield f"return from {', '.join(sources)}"
        else:
            # There is nothing to return: an effect that no part has is asked for.
            missing = Event(min(rule.sources), False)
            yield f"at least 1 {self.events.done_by(missing, 'missing_', frozenset())}"

    def _sources(self, sources: frozenset[str]) -> list[str]:
        """The parts whose result always comes from these sources, and those of the sources that are no tools."""
        own = [name for name, part in self.parts.items() if always_from(part.program, sources)]
        return own + sorted(sources - self.spec.subtasks.keys())

    def _no_flow(self, rule: NoFlow) -> Iterator[str]:
        via = next(
            (n for n, p in self.parts.items() if is_tool(p.program, self.spec.subtasks.get(rule.origin.via or ""))),
            None,
        )
        through = f" except via {via}" if via else ""
        taint = f"taint_{len(self.tainted)}"
        tainted = frozenset(n for n, p in self.parts.items() if n != via and taints(p.program, rule))
        self.tainted.append((taint, tainted))
        sinks = [n for n, p in self.parts.items() if does(p.program, rule.sink)]
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
        more = list(self.events.effects())
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
        yield from self.events.of(part)
        for name, by in self.tainted:
            if part.name in by:
                yield EffectUseData(effect=name, certain=False)
