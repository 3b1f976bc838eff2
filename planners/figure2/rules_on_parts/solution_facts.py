"""Facts about a subtask's solution that rules depend on: what it breaks by itself, and what its callers must ensure.

The rules' own facets decide. To treat a solution's inputs as produced values, each is made the result of a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from p2c_dsl.containment import contains
from p2c_dsl.machine import Machine
from p2c_dsl.machine.fold import fold
from p2c_dsl.planners.preferences.features import Occurrences, count_of
from p2c_dsl.program import Branch, Call, Loop, Operand, Program, Return, Step, TakeOut, Var, Write, steps
from p2c_dsl.rules import AnyRule
from p2c_dsl.rules.checks import Alternative, ReadFor
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.flow import NoFlow
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.provenance import Provenance
from p2c_dsl.spec import Parameter, Subtask

_SINK = "sink of what is returned"


def breaks(program: Program, rule: AnyRule) -> bool:
    """Whether a program can break a rule by itself."""
    return any(v.facet is rule for v in fold(Machine(program.spec, program.task, [rule]), program))


def calls(program: Program, tool: str) -> bool:
    """Whether a program calls a tool."""
    return any(call.subtask.name == tool for call in _calls(program))


def count(program: Program, event: Event) -> Count:
    """How often an event happens in a run of a program, at least and at most."""
    tally = Occurrences(event=event)
    return count_of(list(fold(Machine(program.spec, program.task, [tally]), program)))


def cost_of(program: Program) -> int | None:
    """The most that a run costs, `None` where there is no bound."""

    def of(body: Sequence[Step]) -> int | None:
        total = 0
        for step in body:
            match step:
                case Call(subtask):
                    total += subtask.cost
                case Branch(body=then, orelse=orelse):
                    arms = of(then), of(orelse)
                    if arms[0] is None or arms[1] is None:
                        return None
                    total += max(arms[0], arms[1])
                case Loop(body=inner):
                    if of(inner) != 0:
                        return None
        return total

    return of(program.body)


def nesting(program: Program, kind: type[Loop] | type[Branch]) -> int:
    """How deep loops, or branches, are nested."""

    def deep(body: Sequence[Step]) -> int:
        inner = [deep(step.body) + isinstance(step, kind) for step in body if isinstance(step, Loop | Branch)]
        inner += [deep(step.orelse) + isinstance(step, kind) for step in body if isinstance(step, Branch)]
        return max(inner, default=0)

    return deep(program.body)


def loop_depth(program: Program) -> int:
    """How deep loops are nested."""
    return nesting(program, Loop)


def size_of(program: Program) -> int:
    """The most steps that a solution adds to the whole: all but its `return`, and one to assign what that returns."""
    every = [step for step in steps(program.body) if not isinstance(step, TakeOut)]
    own = len(every) - sum(isinstance(s, Return) or (isinstance(s, Write) and s.direct) for s in every)
    match program.body[-2:]:
        case (Call(slot=int(slot)), Return(value=Var(returned))) if slot == returned:
            return own
        case (*_, Return(value)) if value is not None:
            return own + 1
    return own


def is_tool(program: Program, tool: Subtask | None) -> bool:
    """Whether a solution is one call of a tool and nothing else, with its parameters passed on in order."""
    inputs: tuple[Operand, ...] = tuple(Var(n) for n in range(len(program.task.parameters)))
    call = program.body[0]
    if tool is None or not isinstance(call, Call) or (call.subtask.name, call.arguments) != (tool.name, inputs):
        return False
    match program.body:
        case (_,):
            return tool.result is None
        case (Call(slot=int(slot)), Return(value)):
            return value == Var(slot)
    return False


def gives(program: Program, tool: Subtask) -> bool:
    """Whether a solution always calls a tool once, with its inputs in order, and returns what the call returns."""
    own = [call for call in _calls(program) if call.subtask.name == tool.name]
    if len(own) != 1 or own[0] not in program.body:
        return False
    inputs = [Var(n) for n in range(len(program.task.parameters))]
    given = [argument for argument in own[0].arguments if argument is not None]
    last = program.body[-1]
    returned = isinstance(last, Return) and own[0].slot is not None and last.value == Var(own[0].slot)
    return given == inputs and returned


def does(program: Program, event: Event) -> bool:
    """Whether an event can happen in a run of a program."""
    return any(event.happens(call.subtask) for call in _calls(program))


def handed_on(program: Program, event: Event, name: str) -> str | None:
    """The input that every call that is the event passes to its parameter of that name, if it is one input."""
    found = set()
    for call in _calls(program):
        if event.happens(call.subtask):
            place = next(i for i, p in enumerate(call.subtask.parameters) if p.name == name)
            argument = call.arguments[place]
            is_input = isinstance(argument, Var) and argument.slot < len(program.task.parameters)
            found.add(program.task.parameters[argument.slot].name if is_input else None)  # type: ignore[union-attr]
    return found.pop() if len(found) == 1 else None


def handed_to_check(program: Program, event: Event, one: Alternative) -> dict[str, str] | None:
    """The inputs that a check has to be about, by the parameters of the event; `None` where some are not inputs."""
    given = {name: handed_on(program, event, name) for name in one.parameters}
    # What a part reads in between is not among its inputs.
    reads = any(isinstance(subject, ReadFor) for subject in one.subjects)
    known = {name: found for name, found in given.items() if found is not None}
    return None if reads or len(known) < len(given) else known


def taints(program: Program, rule: NoFlow) -> bool:
    """Whether a program itself produces data that a `no flow` rule guards, and its result may depend on them."""
    return any(_guards(call.subtask, rule, program) for call in _calls(program)) and _returns_guarded(program, rule)


def _guards(subtask: Subtask, rule: NoFlow, program: Program) -> bool:
    event, of = rule.origin.event, rule.origin.type
    if event is not None and event.happens(subtask):
        return True
    return of is not None and subtask.result is not None and contains(subtask.result, of, program.spec)


def _returns_guarded(program: Program, rule: NoFlow) -> bool:
    """Whether what is returned may depend on guarded data, the inputs apart."""
    sink = _sink(program)
    own = replace(rule, sink=Event(_SINK, False))
    return sink is not None and breaks(_given(program, _sources(program), sink), own)


# ---------------------------------------------------------------- inputs as produced values


def once_each(program: Program, tree: AnyRule) -> bool:
    """Whether a program uses its inputs, too, at most once each, as a tree does its values."""
    return not breaks(_given(program, _sources(program)), tree)


def sources_of(program: Program, rule: Provenance) -> tuple[str, ...] | None:
    """The inputs that must come from a `from` rule's sources, `None` where another value has another source."""
    given = _sources(program)
    names = frozenset(s.name for s in given)
    if breaks(_given(program, given), _allowing(rule, names)):
        return None
    needed = [s for s in given if breaks(_given(program, given), _allowing(rule, names - {s.name}))]
    return tuple(program.task.parameters[given.index(source)].name for source in needed)


def always_from(program: Program, sources: frozenset[str]) -> bool:
    """Whether what a program returns always comes from the sources of a rule."""
    sink = _sink(program)
    if sink is None:
        return False
    own = Provenance(_SINK, 0, sources=sources - {"inputs"}, others=True)
    given = _sources(program)
    whole = _given(program, given, sink)
    return not breaks(whole, own)


def _allowing(rule: Provenance, more: frozenset[str]) -> Provenance:
    """The rule with further sources; `inputs` means the task's own ones, which a solution does not have."""
    tools_or_constants = frozenset(s for s in rule.sources if s != "inputs")
    return Provenance(rule.sink, rule.parameter, sources=tools_or_constants | more, others=True)


def _sources(program: Program) -> tuple[Subtask, ...]:
    return tuple(Subtask(f"source of {p.name}", (), p.type, (), 0, "", p.location) for p in program.task.parameters)


def _sink(program: Program) -> Subtask | None:
    """A subtask that takes what a program returns."""
    if program.task.result is None:
        return None
    returned = Parameter("returned", program.task.result, program.task.location)
    return Subtask(_SINK, (returned,), None, (), 0, "", program.task.location)


def _given(program: Program, sources: Sequence[Subtask], sink: Subtask | None = None) -> Program:
    """The program as that of a task without inputs: calls produce them, and a call of `sink` takes what is returned."""
    before = tuple(Call(s, (), slot, False, program.span) for slot, s in enumerate(sources))
    body = program.body
    task = replace(program.task, parameters=())
    if sink is not None and isinstance(body[-1], Return):
        body = (*body[:-1], Call(sink, (body[-1].value,), None, False, program.span))
        task = replace(task, result=None)
    spec = replace(program.spec, subtasks={**program.spec.subtasks, **{s.name: s for s in sources}})
    return replace(program, spec=spec, task=task, body=(*before, *body))


def _calls(program: Program) -> Iterator[Call]:
    return (step for step in steps(program.body) if isinstance(step, Call))
