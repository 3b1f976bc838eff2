"""Steps as lines of text, and a whole program as the text of a `compose`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from p2c_dsl.machine.moves import (
    BranchMove,
    CallMove,
    CreateMove,
    ElseMove,
    ListMove,
    LoopMove,
    Move,
    RecordMove,
    ReturnMove,
    TakeOutMove,
    WriteMove,
    move_of,
)
from p2c_dsl.naming import accumulator_stem, free, reserved, stem_of
from p2c_dsl.program import (
    Branch,
    Call,
    ConstantOf,
    Create,
    FieldOf,
    Hole,
    ItemOf,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Program,
    Step,
    TakeOut,
    Var,
    Write,
)
from p2c_dsl.program.conditions import condition_text
from p2c_dsl.spec import EnumMember
from p2c_dsl.syntax.text import quote

_INDENT = "    "

Variables = Callable[[int], str]
"""How the variable in a slot is written."""


def line_of(move: Move, name: str | None, variables: Variables, named: Set[str] = frozenset()) -> str:
    """A step's line; `name` is the variable that it binds, if any, and `named` is as in `call_text`."""
    match move:
        case CallMove() | ListMove() | RecordMove():
            written = value_text(move, variables, named)
            return written if name is None else f"{name} = {written}"
        case CreateMove(is_map):
            return f"{name} = {'{}' if is_map else '[]'}"
        case WriteMove(slot, key, value, inner):
            new = operand_text(value, variables) if inner is None else call_text(inner, variables)
            if key is None:
                return f"{variables(slot)}.append({new})"
            return f"{variables(slot)}[{operand_text(key, variables)}] = {new}"
        case LoopMove(collection):
            return f"for {name} in {operand_text(collection, variables)}:"
        case BranchMove(condition):
            return f"if {condition_text(condition, lambda operand: operand_text(operand, variables))}:"
        case ReturnMove(value):
            return "return" if value is None else f"return {operand_text(value, variables)}"
        case ElseMove():
            return "else:"
        case TakeOutMove():
            raise TypeError("a lookup has no line of its own")


def value_text(move: CallMove | ListMove | RecordMove, variables: Variables, named: Set[str] = frozenset()) -> str:
    """What a step makes, as it stands behind a name or in another step; `named` is as in `call_text`."""
    match move:
        case CallMove():
            return call_text(move, variables, named)
        case ListMove(elements):
            return f"[{', '.join(operand_text(element, variables) for element in elements)}]"
        case RecordMove(record, fields):
            given = (f"{field}={operand_text(value, variables)}" for field, value in fields)
            return f"{record.name}({', '.join(given)})"


def call_text(call: CallMove, variables: Variables, named: Set[str] = frozenset()) -> str:
    """A call. Arguments are named for parameters in `named`, and for all parameters after a named or omitted one."""
    parts, by_name = [], False
    for argument, parameter in zip(call.arguments, call.subtask.parameters, strict=True):
        by_name = by_name or argument is None or parameter.name in named
        if argument is None:
            continue
        text = operand_text(argument, variables)
        parts.append(f"{parameter.name}={text}" if by_name else text)
    return f"{call.subtask.name}({', '.join(parts)})"


def operand_text(operand: Operand | None, variables: Variables) -> str:
    """An operand; a question mark for one that did not resolve."""
    match operand:
        case Var(slot):
            return variables(slot)
        case FieldOf(base, name):
            return f"{operand_text(base, variables)}.{name}"
        case ItemOf(base, key):
            return f"{operand_text(base, variables)}[{operand_text(key, variables)}]"
        case ConstantOf():
            return constant_text(operand)
        case Hole() | None:
            return "?"


def constant_text(constant: ConstantOf) -> str:
    """A constant: its name, an enum's member, or a literal."""
    match constant:
        case ConstantOf(name=str(name)):
            return name
        case ConstantOf(EnumMember(enum, member)):
            return f"{enum}.{member}"
        case ConstantOf(str(value)):
            return quote(value)
    return repr(constant.value)


def text_of(program: Program) -> str:
    """A program as the text of a `compose`, calls one by one, variables named after their types where they have one."""
    return "\n".join(_Text(program).lines()) + "\n"


@dataclass
class _Text:
    program: Program
    used: set[str] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        task = self.program.task
        self.used |= reserved(self.program.spec, task)
        self.names |= {slot: p.name for slot, p in enumerate(task.parameters)}
        yield f"compose {task.name}({', '.join(p.name for p in task.parameters)}):"
        yield from self._block(self.program.body, _INDENT)

    def _block(self, body: Sequence[Step], indent: str) -> Iterator[str]:
        for step, before, following in zip(body, [None, *body], [*body[1:], None], strict=False):
            direct = isinstance(following, Write) and following.direct and isinstance(step, Call)
            if direct or isinstance(step, TakeOut):
                continue
            move = move_of(step)
            if isinstance(step, Write) and step.direct and isinstance(before, Call):
                move = WriteMove(step.slot, step.key, None, CallMove(before.subtask, before.arguments))
            yield indent + line_of(move, self._bound(step), self.names.__getitem__)
            match step:
                case Loop(body=inner):
                    yield from self._block(inner, indent + _INDENT)
                case Branch(body=then, orelse=orelse):
                    yield from self._block(then, indent + _INDENT)
                    if orelse:
                        yield f"{indent}else:"
                        yield from self._block(orelse, indent + _INDENT)

    def _bound(self, step: Step) -> str | None:
        """A new name for what a step makes."""
        match step:
            case Call(subtask, slot=int(slot)) if subtask.result is not None:
                stem = stem_of(subtask.result)
            case Create(slot, is_map):
                stem = accumulator_stem(is_map)
            case MakeList(slot=slot):
                stem = "listed"
            case MakeRecord(slot=slot, record=record):
                stem = stem_of(record)
            case Loop(slot=slot):
                stem = "each"
            case _:
                return None
        name = self.names[slot] = free(stem, self.used)
        self.used.add(name)
        return name
