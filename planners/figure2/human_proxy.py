"""The human-level AI H_φ: solves a subtask within `human_steps`, and judges the solution with its values φ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import tanh
from typing import Protocol

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.anytime.cheapest import cheapest
from p2c_dsl.planners.anytime.limits import SearchLimits
from p2c_dsl.planners.anytime.outcome import machine_of
from p2c_dsl.planners.anytime.space import SearchSpace
from p2c_dsl.planners.figure2.contracts import Contract
from p2c_dsl.planners.figure2.inlining import fits_in
from p2c_dsl.planners.figure2.parts import SolvedSubtask
from p2c_dsl.planners.figure2.rules_on_parts.call_keys import path_of
from p2c_dsl.planners.figure2.rules_on_parts.refusals import refused
from p2c_dsl.planners.preferences.features import Features
from p2c_dsl.planners.preferences.solution import PartialSolution, solution_of
from p2c_dsl.program import Branch, Call, Loop, Program, Step, operands, steps, variables
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.spec import EffectUse, KeyPath, Spec, Task
from p2c_dsl.spec_data import ParameterData, TaskData, from_data, to_data
from p2c_dsl.types import show

UNSOLVED = -1.0
"""The judgement of a subtask that has no solution within `human_steps`."""
_LEXEMES = 60
_LOOKED_AT = 32
_EFFORT = 2_000
"""How many lines are tried in the search for solutions of a subtask."""


class Values(Protocol):
    """φ: how good solutions are, as `RewardModel` judges them: in units of their spread around their mean."""

    def best(self, solutions: Sequence[PartialSolution]) -> int:
        """The index of the best solution, the first of equals."""

    def judge(self, solution: PartialSolution) -> float:
        """How good a solution is."""


@dataclass(frozen=True, slots=True)
class Indifferent:
    """φ before anyone has been asked: one solution is as good as another."""

    def best(self, solutions: Sequence[PartialSolution]) -> int:
        return 0

    def judge(self, solution: PartialSolution) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class Solved:
    """A subtask's solution: as people are shown it, and as a part of the whole. `None` where there is none."""

    contract: Contract
    solution: PartialSolution | None = None
    program: Program | None = None
    able: bool = False
    """Whether it can be a part of some composition under the domain's rules."""

    @property
    def part(self) -> SolvedSubtask | None:
        return None if self.program is None else SolvedSubtask(self.contract, self.program)

    @property
    def steps(self) -> int:
        """How many steps its program has, 0 where there is none."""
        return 0 if self.program is None else sum(1 for _ in steps(self.program.body))


@dataclass
class HumanProxy:
    """H_φ for one domain. Which programs solve a subtask does not depend on φ, so they are searched for once.

    Attributes:
        values: φ; `align` replaces it as the humans' values change.
        human_steps: The most steps of a program that it writes: what *human-level* means here.
        candidates: How many programs of a kind it considers for a subtask, the shortest first.
        found: The programs for the subtasks that it was asked for so far.
    """

    spec: Spec
    task: Task
    values: Values = field(default_factory=Indifferent)
    human_steps: int = 4
    candidates: int = 8
    found: dict[Contract, tuple[Solved, ...]] = field(default_factory=dict)
    features: Features = field(init=False)
    _rules: tuple[AnyRule, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.features = Features(self.spec)
        self._rules = read_rules(self.spec, self.task)[0]

    def solve(self, subtask: Contract) -> Solved:
        """The candidate that φ likes best; the shortest of equals."""
        found = self.options(subtask)
        if not found:
            return Solved(subtask)
        return found[self.values.best([s.solution for s in found if s.solution is not None])]

    def judge(self, solved: Solved) -> float:
        """φ's judgement, between −1 and 1: how much better it is than an average solution."""
        return UNSOLVED if solved.solution is None else self.judged(solved.solution)

    def judged(self, solution: PartialSolution) -> float:
        """φ's judgement of any solution that people could be shown."""
        return tanh(self.values.judge(solution) / 2)

    def with_values(self, values: Values) -> HumanProxy:
        """The same with other values; what it has found is kept."""
        return replace(self, values=values)

    def options(self, subtask: Contract) -> tuple[Solved, ...]:
        """The programs that it chooses from: those that can be part of a composition, if there are any."""
        found = self.considered(subtask)
        return tuple(s for s in found if s.able) or found

    def considered(self, subtask: Contract) -> tuple[Solved, ...]:
        """All programs that it considers, which people can be asked about."""
        found = self.found.get(subtask)
        if found is None:
            found = self.found[subtask] = tuple(self._solutions(subtask))
        return found

    def _solutions(self, subtask: Contract) -> Iterator[Solved]:
        """The shortest programs, and the shortest of those that can be part of a composition.

        Those that look something up in vain come last: they are short, and would keep out what people would write.
        """
        spec = self.asked(subtask)
        counts = {True: 0, False: 0}
        looked_at = islice(self._programs(spec, subtask), _LOOKED_AT)
        for program in sorted(looked_at, key=lambda p: looks_up_in_vain(p.body)):
            able = refused(SolvedSubtask(subtask, program), self._rules) is None
            counts[able] += 1
            if counts[able] <= self.candidates:
                solution = solution_of(spec, program.source.text, self.features, subtask.text)
                yield Solved(subtask, solution, program, able)

    def _programs(self, spec: Spec, subtask: Contract) -> Iterator[Program]:
        task = spec.tasks[subtask.name]
        space = SearchSpace.of(machine_of(spec, task))
        for found in cheapest(space, [space.start], _LEXEMES, SearchLimits(effort=_EFFORT)):
            program = read_composition(spec, found.text)
            if fits_in(program) and keyed_as_declared(program, subtask):
                yield program

    def asked(self, subtask: Contract) -> Spec:
        """The domain with the subtask as a task: in `human_steps`, with the declared effects and no others."""
        rules = [f"steps <= {self.human_steps}", *self._effects(subtask)]
        parameters = tuple(ParameterData(name=s.name, type=show(s.type)) for s in subtask.parameters)
        result = None if subtask.result is None else show(subtask.result)
        task = TaskData(name=subtask.name, parameters=parameters, result=result, rules=tuple(rules), doc=subtask.doc)
        return from_data(to_data(self.spec).model_copy(update={"tasks": (task,), "rules": ()}))

    def _effects(self, subtask: Contract) -> Iterator[str]:
        most = Counter(clause.effect for clause in subtask.effects)
        least = Counter(clause.effect for clause in subtask.effects if clause.certain)
        for effect in self.spec.effects:
            yield f"at most {most[effect]} {effect}"
            if least[effect]:
                yield f"at least {least[effect]} {effect}"


def keyed_as_declared(program: Program, subtask: Contract) -> bool:
    """Whether each effect happens with keys that the subtask declares, as often as it declares them."""
    left = Counter((clause.effect, clause.keys) for clause in subtask.effects)
    names = [slot.name for slot in subtask.parameters]
    for call in (step for step in steps(program.body) if isinstance(step, Call)):
        for use in call.subtask.effects:
            done = (use.effect.name, tuple(_path(call, use, key, names) for key in use.arguments))
            if not any(effect == done[0] and keys == done[1] for effect, keys in left):
                return False
    return True


def looks_up_in_vain(body: Sequence[Step]) -> bool:
    """Whether a call has no effect and nothing after it in its block takes its result."""
    for place, step in enumerate(body):
        match step:
            case Call(subtask, slot=int(slot)) if not subtask.effects:
                after = (operand for later in steps(tuple(body[place + 1 :])) for operand in operands(later))
                if not any(slot in variables(operand) for operand in after):
                    return True
            case Loop(body=inner) if looks_up_in_vain(inner):
                return True
            case Branch(body=then, orelse=orelse) if looks_up_in_vain(then) or looks_up_in_vain(orelse):
                return True
    return False


def _path(call: Call, use: EffectUse, key: KeyPath | None, names: Sequence[str]) -> str | None:
    """An effect's key in terms of the program's inputs, where it is one of them or a field of one."""
    operand = None if key is None else call.arguments[key.parameter]
    path = None if operand is None else path_of(operand, names)
    return None if path is None or key is None else ".".join((path, *key.fields))
