"""The complete solution: a composition of subtasks with each call replaced by the subtask's own solution.

A solution has one `return`, its last step, or none, so that putting it in the place of a call changes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from p2c_dsl.program import (
    Branch,
    Call,
    Create,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Program,
    Return,
    Step,
    Var,
    Write,
    steps,
)
from p2c_dsl.spec import Spec, Task


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
        result: list[Step] = []
        known = dict(names)
        for step in self._ordered(body):
            slot = self._step(step, known, slot, result)
        return tuple(result), known, slot

    def _ordered(self, body: Sequence[Step]) -> Sequence[Step]:
        """The steps, accumulators made just before the loop that fills them: one that a solution brings closes them."""
        made = [step for step in body if isinstance(step, Create)]
        ordered: list[Step] = [step for step in body if not isinstance(step, Create)]
        for accumulator in made:
            filled = (n for n, step in enumerate(ordered) if _writes(step, accumulator.slot))
            ordered.insert(next(filled, 0), accumulator)
        return ordered

    def _step(self, step: Step, names: dict[int, Operand], slot: int, out: list[Step]) -> int:
        match step:
            case Call():
                return self._call(step, names, slot, out)
            case Create(own):
                names[own] = Var(slot)
                out.append(replace(step, slot=slot))
                return slot + 1
            case MakeList(own, elements):
                moved_elements = tuple(element.map(names.__getitem__) for element in elements)
                names[own] = Var(slot)
                out.append(replace(step, slot=slot, elements=moved_elements))
                return slot + 1
            case MakeRecord(own, _, fields):
                given = tuple((name, operand.map(names.__getitem__)) for name, operand in fields)
                names[own] = Var(slot)
                out.append(replace(step, slot=slot, fields=given))
                return slot + 1
            case Write(own, key, value, direct):
                written, place = value.map(names.__getitem__), names[own]
                assert isinstance(place, Var)
                # Only the call that stands just before is written together with its result.
                last = out[-1] if out else None
                direct = (
                    direct and isinstance(last, Call) and written == Var(last.slot if last.slot is not None else -1)
                )
                key = key and key.map(names.__getitem__)
                out.append(replace(step, slot=place.slot, key=key, value=written, direct=direct))
            case Loop(collection, own, body):
                inside, _, _ = self.block(body, {**names, own: Var(slot)}, slot + 1)
                out.append(replace(step, collection=collection.map(names.__getitem__), slot=slot, body=inside))
            case Branch(condition, body, orelse):
                arms = [self.block(arm, names, slot)[0] for arm in (body, orelse)]
                moved = condition.map(lambda operand: operand.map(names.__getitem__))
                out.append(replace(step, condition=moved, body=arms[0], orelse=arms[1]))
            case Return(value):
                out.append(replace(step, value=value and value.map(names.__getitem__)))
        return slot

    def _call(self, call: Call, names: dict[int, Operand], slot: int, out: list[Step]) -> int:
        given = tuple(a and a.map(names.__getitem__) for a in call.arguments)
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
        given = tuple(a and a.map(names.__getitem__) for a in call.arguments)
        has_result = call.subtask.result is not None
        out.append(replace(call, arguments=given, slot=slot if has_result else None, nested=False))
        if has_result and call.slot is not None:
            names[call.slot] = Var(slot)
        return slot + has_result


def _writes(step: Step, slot: int) -> bool:
    return any(isinstance(inner, Write) and inner.slot == slot for inner in steps((step,)))
