"""A composition with its names resolved: the steps that the machine folds and the interpreter runs.

Variables are numbered slots in order of creation; slots 0 … n-1 are the task's inputs. Nothing
here knows a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from p2c_dsl.program.conditions import Condition, values_of
from p2c_dsl.program.conditions import Test as Test
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import ConstantValue, Spec, Subtask, Task
from p2c_dsl.types import Record, Type


@dataclass(frozen=True, slots=True)
class Var:
    """A variable: a task input, a call's result, a loop's variable or an accumulator."""

    slot: int

    def map(self, variable: Callable[[int], Operand]) -> Operand:
        """The operand with `variable(slot)` in the place of each variable."""
        return variable(self.slot)


@dataclass(frozen=True, slots=True)
class FieldOf:
    """`order.customer`."""

    base: Operand
    name: str

    def map(self, variable: Callable[[int], Operand]) -> Operand:
        """See `Var.map`."""
        return FieldOf(self.base.map(variable), self.name)


@dataclass(frozen=True, slots=True)
class ItemOf:
    """`prefs[user]`; a run fails here if the key is missing."""

    base: Operand
    key: Operand

    def map(self, variable: Callable[[int], Operand]) -> Operand:
        """See `Var.map`."""
        return ItemOf(self.base.map(variable), self.key.map(variable))


@dataclass(frozen=True, slots=True)
class ConstantOf:
    """A named constant (`name`), an enum's member, `None`, or a free literal (`free`)."""

    value: ConstantValue
    type: Type
    name: str | None = None
    free: bool = False

    def map(self, variable: Callable[[int], Operand]) -> Operand:
        """See `Var.map`."""
        return self


@dataclass(frozen=True, slots=True)
class Hole:
    """An operand that an error left unresolved; a run fails when it reaches it."""

    def map(self, variable: Callable[[int], Operand]) -> Operand:
        """See `Var.map`."""
        return self


Operand = Var | FieldOf | ItemOf | ConstantOf | Hole


def variables(operand: Operand) -> list[int]:
    """The variables in an operand, in the order of the text."""
    match operand:
        case Var(slot):
            return [slot]
        case FieldOf(base, _):
            return variables(base)
        case ItemOf(base, key):
            return [*variables(base), *variables(key)]
    return []


def lookups(operand: Operand) -> list[ItemOf]:
    """What an operand takes out of maps, in the order in which a run looks it up."""
    match operand:
        case FieldOf(base, _):
            return lookups(base)
        case ItemOf(base, key):
            return [*lookups(base), *lookups(key), operand]
    return []


@dataclass(frozen=True, slots=True)
class Call:
    """One subtask call. An argument is `None` if its default is used; `slot` takes the result."""

    subtask: Subtask
    arguments: tuple[Operand | None, ...]
    slot: int | None
    nested: bool
    span: Span


@dataclass(frozen=True, slots=True)
class TakeOut:
    """The lookups of an operand, made here although it is used later: a missing key fails the run at this point.

    An alias makes its lookups where it is written, and so does an operand that precedes a call in its statement.
    """

    value: Operand
    span: Span


@dataclass(frozen=True, slots=True)
class Create:
    """`m = {}` (`is_map`) or `xs = []`."""

    slot: int
    is_map: bool
    span: Span


@dataclass(frozen=True, slots=True)
class MakeList:
    """`[a, b]`: a list of values, in `slot`."""

    slot: int
    elements: tuple[Operand, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MakeRecord:
    """`Passenger(first=a, last=b)`: a record with these fields, in `slot`. Fields that are left out are `None`."""

    slot: int
    record: Record
    fields: tuple[tuple[str, Operand], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Write:
    """`m[k] = v`, or with no key `xs.append(v)`; `slot` is the accumulator's.

    `direct` when the value is a call written in this statement (its `Call` comes just before).
    """

    slot: int
    key: Operand | None
    value: Operand
    direct: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Loop:
    """`for x in collection:`; `slot` is the loop variable's."""

    collection: Operand
    slot: int
    body: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """`if`; `body` runs when the condition holds, `orelse` (may be empty) when not."""

    condition: Condition[Operand]
    body: tuple[Step, ...]
    orelse: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Return:
    """`return`; nothing follows it in its block."""

    value: Operand | None
    span: Span


Step = Call | TakeOut | Create | MakeList | MakeRecord | Write | Loop | Branch | Return


def steps(body: tuple[Step, ...]) -> Iterator[Step]:
    """The steps of a block and all steps nested in them, in the order of the text."""
    pending = list(reversed(body))
    while pending:
        step = pending.pop()
        yield step
        match step:
            case Loop(body=inner):
                pending += reversed(inner)
            case Branch(body=then, orelse=orelse):
                pending += reversed(then + orelse)


def operands(step: Step) -> Iterator[Operand]:
    """A step's own operands, without those of nested steps."""
    match step:
        case Call(arguments=arguments):
            yield from (a for a in arguments if a is not None)
        case MakeList(elements=elements):
            yield from elements
        case MakeRecord(fields=fields):
            yield from (operand for _, operand in fields)
        case Write(key=key, value=value):
            yield from (o for o in (key, value) if o is not None)
        case Loop(collection=operand) | TakeOut(value=operand):
            yield operand
        case Branch(condition=condition):
            yield from values_of(condition)
        case Return(value) if value is not None:
            yield value


@dataclass(frozen=True, slots=True)
class Program:
    """A resolved composition.

    `names` maps the span of a step to the name in the text of what the step makes (a call's result, a loop's variable,
    an accumulator), if it has one. Spans are used as keys because slots are reused after each block.
    """

    spec: Spec
    task: Task
    body: tuple[Step, ...]
    names: Mapping[Span, str]
    source: Source
    span: Span
