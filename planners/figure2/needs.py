"""Which tools compositions of a task need, and what they use each tool's results for."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.anytime.first import first
from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.outcome import Unplannable, machine_of, none_found
from p2c_dsl.planners.anytime.space import SearchSpace
from p2c_dsl.planners.automaton.automaton import DEFAULT_BUDGET
from p2c_dsl.program import (
    Branch,
    Call,
    Create,
    FieldOf,
    ItemOf,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Program,
    Return,
    Step,
    Var,
    Write,
    operands,
    steps,
)
from p2c_dsl.spec import Spec, Task
from p2c_dsl.spec_data import from_data, to_data

_PLANS, _EFFORT, _LESS = 32, 1_500, 150
"""How many compositions are looked for to find which tools a task needs; how many lines are tried for the first one,
and for each of the others, of which some do not exist."""
_RETURNED = "return"
"""Who uses what the task returns; no tool has a keyword's name."""


@dataclass(frozen=True, slots=True)
class Need:
    """The tools of a composition.

    Attributes:
        users: For each tool, those whose calls depend on its results: by an argument, a test, or a loop over them.
    """

    tools: frozenset[str]
    users: Mapping[str, frozenset[str]]


def needs(spec: Spec, task: Task, known: Container[str]) -> Iterator[Need]:
    """The smallest sets of tools that some composition needs, of those whose tools can all be asked for.

    The cheapest compositions differ in the order of their lines. What else would do shows where a tool is taken away.

    Raises `Unplannable` where there are none.
    """
    found: list[Need] = []
    pending, vital, tried = deque([frozenset[str]()]), list[frozenset[str]](), 0
    seen = set(pending)
    while pending and tried < _PLANS:
        away = pending.popleft()
        if any(others <= away for others in vital):
            continue
        tried += 1
        try:
            need = need_of(_composition(*without(spec, task, away), _LESS if away else _EFFORT))
        except Unplannable:
            if not away:
                raise
            vital.append(away)
            continue
        more = [one for tool in sorted(need.tools) if (one := away | {tool}) not in seen]
        seen.update(more)
        pending += more
        if not any(other.tools <= need.tools for other in found):
            found = [other for other in found if not need.tools < other.tools] + [need]
    able = [need for need in found if all(tool in known for tool in need.tools)]
    if not able:
        listed = ", ".join(sorted(found[0].tools))
        raise Unplannable(f"`{task.name}` needs {listed}, and not all of these can be subtasks of a decomposition")
    yield from able


def without(spec: Spec, task: Task, tools: Iterable[str]) -> tuple[Spec, Task]:
    """The task where some tools must not be called."""
    data = to_data(spec)
    own = next(t for t in data.tasks if t.name == task.name)
    own = own.model_copy(update={"rules": (*own.rules, *(f"at most 0 {tool}" for tool in sorted(tools)))})
    made = from_data(data.model_copy(update={"tasks": (own,)}))
    return made, made.tasks[task.name]


def _composition(spec: Spec, task: Task, effort: int) -> Program:
    """Some short composition. Raises `Unplannable`, also where none is found."""
    space = SearchSpace.of(machine_of(spec, task))
    try:
        found = first(space, [space.start], DEFAULT_BUDGET, SearchLimits(effort=effort))
    except Stopped:
        raise none_found(space.machine, DEFAULT_BUDGET, f"{effort} lines") from None
    return read_composition(spec, found.text)


def need_of(program: Program) -> Need:
    """The tools that a program calls, and who uses what they find."""
    uses = _Uses()
    uses.block(program.body)
    tools = _called(program.body)
    return Need(tools, {tool: frozenset(uses.users.get(tool, ())) for tool in tools})


@dataclass
class _Uses:
    """A walk over a program, with the tools that each value may depend on."""

    made_by: dict[int, frozenset[str]] = field(default_factory=dict)
    users: dict[str, set[str]] = field(default_factory=dict)

    def block(self, body: Sequence[Step]) -> None:
        for step in body:
            self._step(step)

    def _step(self, step: Step) -> None:
        sources = frozenset[str]().union(*map(self._sources, operands(step)))
        match step:
            case Call(subtask, slot=slot):
                self._use(sources, {subtask.name})
                if slot is not None:
                    self.made_by[slot] = frozenset({subtask.name})
            case Create(slot):
                self.made_by[slot] = frozenset()
            case MakeList(slot) | MakeRecord(slot):
                self.made_by[slot] = sources
            case Write(slot):
                self.made_by[slot] = self.made_by.get(slot, frozenset()) | sources
            case Loop(slot=slot, body=body):
                self._use(sources, _called(body))
                self.made_by[slot] = sources
                self.block(body)
            case Branch(body=then, orelse=orelse):
                self._use(sources, _called((*then, *orelse)))
                self.block(then)
                self.block(orelse)
            case Return():
                self._use(sources, {_RETURNED})

    def _use(self, sources: frozenset[str], users: set[str] | frozenset[str]) -> None:
        for source in sources:
            self.users.setdefault(source, set()).update(users)

    def _sources(self, operand: Operand) -> frozenset[str]:
        match operand:
            case Var(slot):
                return self.made_by.get(slot, frozenset())
            case FieldOf(base):
                return self._sources(base)
            case ItemOf(base, key):
                return self._sources(base) | self._sources(key)
        return frozenset()


def _called(body: tuple[Step, ...]) -> frozenset[str]:
    return frozenset(step.subtask.name for step in steps(body) if isinstance(step, Call))
