"""The complete solution: a composition of subtasks with each call replaced by the subtask's own solution.

A solution has one `return`, its last step, or none, so that putting it in the place of a call changes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from p2c_dsl.naming import free, reserved, stem_of
from p2c_dsl.program import (
    Branch,
    Call,
    ConstantOf,
    Create,
    FieldOf,
    Hole,
    ItemOf,
    Loop,
    Operand,
    Program,
    Return,
    Step,
    Test,
    Var,
    Write,
    steps,
)
from p2c_dsl.spec import EnumMember, Spec, Task
from p2c_dsl.syntax.text import quote


def inlined(program: Program, solutions: Mapping[str, Program], spec: Spec, task: Task) -> Program:
    """The program over the domain's own tools. `solutions` has one for each subtask that is called, by its name.

    Its slots are numbered as the machine numbers them. Raises `KeyError` for a subtask without a solution, and
    `ValueError` for a solution that returns anywhere but at its end.
    """
    for solution in solutions.values():
        if not fits_in(solution):
            raise ValueError(f"the solution of `{solution.task.name}` returns before its end")
    inputs = len(task.parameters)
    body = _Inlining(solutions).block(program.body, {n: Var(n) for n in range(inputs)}, inputs)[0]
    return Program(spec, task, body, {}, program.source, program.span)


def fits_in(solution: Program) -> bool:
    """Whether a solution can stand in the place of a call: it calls something, and returns at its end or not at all."""
    returns = [step for step in steps(solution.body) if isinstance(step, Return)]
    calls = any(isinstance(step, Call) for step in steps(solution.body))
    return calls and (not returns or (len(returns) == 1 and solution.body[-1] is returns[0]))


Names = Mapping[int, Operand]
"""What a program's slots stand for in the whole."""


@dataclass(frozen=True, slots=True)
class _Inlining:
    solutions: Mapping[str, Program]

    def block(self, body: Sequence[Step], names: Names, slot: int) -> tuple[tuple[Step, ...], Names, int]:
        """The steps in the place of a block's, what its slots stand for, and the next free slot of the whole."""
        found: list[Step] = []
        known = dict(names)
        for step in self._ordered(body):
            slot = self._step(step, known, slot, found)
        return tuple(found), known, slot

    def _ordered(self, body: Sequence[Step]) -> Sequence[Step]:
        """The steps, accumulators made just before the loop that fills them: one that a solution brings closes them."""
        made = [step for step in body if isinstance(step, Create)]
        found: list[Step] = [step for step in body if not isinstance(step, Create)]
        for accumulator in made:
            filled = (n for n, step in enumerate(found) if _writes(step, accumulator.slot))
            found.insert(next(filled, 0), accumulator)
        return found

    def _step(self, step: Step, names: dict[int, Operand], slot: int, out: list[Step]) -> int:
        match step:
            case Call():
                return self._call(step, names, slot, out)
            case Create(own):
                names[own] = Var(slot)
                out.append(replace(step, slot=slot))
                return slot + 1
            case Write(own, key, value, direct):
                written, place = _in(value, names), names[own]
                assert isinstance(place, Var)
                # Only the call that stands just before is written together with its result.
                last = out[-1] if out else None
                direct = (
                    direct
                    and isinstance(last, Call)
                    and written == Var(last.slot if last.slot is not None else -1)
                )
                key = None if key is None else _in(key, names)
                out.append(replace(step, slot=place.slot, key=key, value=written, direct=direct))
            case Loop(collection, own, body):
                inside, _, _ = self.block(body, {**names, own: Var(slot)}, slot + 1)
                out.append(replace(step, collection=_in(collection, names), slot=slot, body=inside))
            case Branch(operand, _, body, orelse):
                arms = [self.block(arm, names, slot)[0] for arm in (body, orelse)]
                out.append(replace(step, operand=_in(operand, names), body=arms[0], orelse=arms[1]))
            case Return(value):
                out.append(replace(step, value=None if value is None else _in(value, names)))
        return slot

    def _call(self, call: Call, names: dict[int, Operand], slot: int, out: list[Step]) -> int:
        given = tuple(None if a is None else _in(a, names) for a in call.arguments)
        solution = self.solutions[call.subtask.name]
        own = {n: argument for n, argument in enumerate(given) if argument is not None}
        body, _, slot = _Tools().block(solution.body, own, slot)
        if call.slot is not None:
            last = body[-1]
            assert isinstance(last, Return) and last.value is not None
            names[call.slot] = last.value
        out += body[:-1] if isinstance(body[-1], Return) else body
        return slot


class _Tools(_Inlining):
    """Within a solution a call is a tool's, and stays."""

    def __init__(self) -> None:
        super().__init__({})

    def _ordered(self, body: Sequence[Step]) -> Sequence[Step]:
        return body

    def _call(self, call: Call, names: dict[int, Operand], slot: int, out: list[Step]) -> int:
        given = tuple(None if a is None else _in(a, names) for a in call.arguments)
        has_result = call.subtask.result is not None
        out.append(replace(call, arguments=given, slot=slot if has_result else None, nested=False))
        if has_result and call.slot is not None:
            names[call.slot] = Var(slot)
        return slot + has_result


def _writes(step: Step, slot: int) -> bool:
    return any(isinstance(inner, Write) and inner.slot == slot for inner in steps((step,)))


def _in(operand: Operand, names: Names) -> Operand:
    match operand:
        case Var(slot):
            return names[slot]
        case FieldOf(base, name):
            return FieldOf(_in(base, names), name)
        case ItemOf(base, key):
            return ItemOf(_in(base, names), _in(key, names))
        case ConstantOf() | Hole():
            return operand


# ---------------------------------------------------------------- as a text


def text_of(program: Program) -> str:
    """A program as the text of a `compose`, calls one by one, variables named after their types where they have one."""
    return "\n".join(_Writing(program).lines()) + "\n"


_TESTS = {Test.TRUE: "{}", Test.FALSE: "not {}", Test.NONE: "{} is None", Test.SOME: "{} is not None"}


@dataclass
class _Writing:
    program: Program
    used: set[str] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        task = self.program.task
        self.used |= reserved(self.program.spec, task)
        self.names |= {slot: p.name for slot, p in enumerate(task.parameters)}
        yield f"compose {task.name}({', '.join(p.name for p in task.parameters)}):"
        yield from self._block(self.program.body, "    ")

    def _block(self, body: Sequence[Step], indent: str) -> Iterator[str]:
        for step, before, following in zip(body, [None, *body], [*body[1:], None], strict=False):
            match step:
                case Call() if isinstance(following, Write) and following.direct:
                    continue
                case Call(subtask, _, slot):
                    stem = "found" if subtask.result is None else stem_of(subtask.result)
                    yield indent + ("" if slot is None else f"{self._name(slot, stem)} = ") + self._call(step)
                case Create(slot, is_map):
                    yield f"{indent}{self._name(slot, 'table' if is_map else 'items')} = {'{}' if is_map else '[]'}"
                case Write():
                    value = (
                        self._call(before)
                        if step.direct and isinstance(before, Call)
                        else self._shown(step.value)
                    )
                    name = self.names[step.slot]
                    key = step.key and self._shown(step.key)
                    yield indent + (f"{name}.append({value})" if key is None else f"{name}[{key}] = {value}")
                case Loop(collection, slot, inner):
                    yield f"{indent}for {self._name(slot, 'each')} in {self._shown(collection)}:"
                    yield from self._block(inner, indent + "    ")
                case Branch(operand, test, inner, orelse):
                    yield f"{indent}if {_TESTS[test].format(self._shown(operand))}:"
                    yield from self._block(inner, indent + "    ")
                    if orelse:
                        yield f"{indent}else:"
                        yield from self._block(orelse, indent + "    ")
                case Return(value):
                    yield f"{indent}return" + ("" if value is None else f" {self._shown(value)}")

    def _name(self, slot: int, stem: str) -> str:
        name = free(stem, self.used)
        self.used.add(name)
        self.names[slot] = name
        return name

    def _call(self, call: Call) -> str:
        given: list[str] = []
        for place, (parameter, argument) in enumerate(
            zip(call.subtask.parameters, call.arguments, strict=True)
        ):
            if argument is not None:
                keyword = f"{parameter.name}=" if len(given) < place else ""
                given.append(keyword + self._shown(argument))
        return f"{call.subtask.name}({', '.join(given)})"

    def _shown(self, operand: Operand) -> str:
        match operand:
            case Var(slot):
                return self.names[slot]
            case FieldOf(base, name):
                return f"{self._shown(base)}.{name}"
            case ItemOf(base, key):
                return f"{self._shown(base)}[{self._shown(key)}]"
            case ConstantOf(value, _, name):
                if name is not None:
                    return name
                if isinstance(value, EnumMember):
                    return f"{value.enum}.{value.member}"
                return quote(value) if isinstance(value, str) else repr(value)
            case Hole():
                return "?"
