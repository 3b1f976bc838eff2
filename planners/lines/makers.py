"""Lists and records that lines make from values, each seen as a subtask that takes the parts and gives the whole.

They are offered where nothing else gives a value of the type: a record that is not part of an input, a constant or a
result; a list, if there is no collection at all that a loop could gather it from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from p2c_dsl.machine.moves import ListMove, RecordMove
from p2c_dsl.program import Operand
from p2c_dsl.spec import Parameter, Spec, Subtask, Task
from p2c_dsl.types import ListOf, MapOf, Optional, Record, SetOf, Size, Type, is_subtype, show

_MORE = 1
"""A list is offered with as many elements as its type asks for, at least one, and with up to so many more."""


@dataclass(frozen=True, slots=True)
class PartMaker(Subtask):
    """`[a, b]` or `R(f=a, g=b)`: one parameter for each element, or for each field."""

    @property
    def opening(self) -> str:
        """What stands before all parts."""
        return f"{self.result.name}(" if isinstance(self.result, Record) else "["

    def before(self, place: int) -> str:
        """What stands before a part and after the one before it."""
        comma = ", " if place else ""
        return f"{comma}{self.parameters[place].name}=" if isinstance(self.result, Record) else comma

    @property
    def closing(self) -> str:
        """What stands behind the last part."""
        return ")" if isinstance(self.result, Record) else "]"

    def move(self, parts: Sequence[Operand]) -> ListMove | RecordMove:
        """Makes it of these parts; of a record, the last fields may be left out."""
        if not isinstance(self.result, Record):
            return ListMove(tuple(parts))
        names = (parameter.name for parameter in self.parameters)
        return RecordMove(self.result, tuple(zip(names, parts, strict=False)))


def with_makers(spec: Spec, task: Task) -> Spec:
    """The spec with what is made among its subtasks, under names that no text can have."""
    makers = {maker.name: maker for maker in _makers(spec, task)}
    return replace(spec, subtasks={**spec.subtasks, **makers}) if makers else spec


def _makers(spec: Spec, task: Task) -> Iterator[PartMaker]:
    given = parts_of_all(spec, task)
    gathered = any(isinstance(of, ListOf | SetOf | MapOf) for of in given)
    pending = [p.type for s in spec.subtasks.values() for p in s.parameters]
    pending += [] if task.result is None else [task.result]
    seen = set[Type]()
    for wanted in pending:
        of = wanted.inner if isinstance(wanted, Optional) else wanted
        if of in seen or any(is_subtype(part, of) for part in given):
            continue
        seen.add(of)
        match of:
            case Record(name):
                yield _record(of, spec.records[name], task)
                pending += spec.records[name].values()
            case ListOf(element, size):
                pending.append(element)
                yield from () if gathered else _lists(element, size, task)


def _record(of: Record, fields: Mapping[str, Type], task: Task) -> PartMaker:
    ordered = sorted(fields.items(), key=lambda field: isinstance(field[1], Optional))
    parameters = (Parameter(n, t, task.location, optional=isinstance(t, Optional)) for n, t in ordered)
    return PartMaker(f"make {of.name}", tuple(parameters), of, (), 0, "", task.location)


def _lists(element: Type, size: Size, task: Task) -> Iterator[PartMaker]:
    fewest = max(size.low, 1)
    most = fewest + _MORE if size.high is None else min(fewest + _MORE, size.high)
    for count in range(fewest, most + 1):
        parameters = tuple(Parameter(f"_{place}", element, task.location) for place in range(count))
        of = ListOf(element, Size(count, count))
        yield PartMaker(f"make {show(of)}", parameters, of, (), 0, "", task.location)


def parts_of_all(spec: Spec, task: Task) -> tuple[Type, ...]:
    """The types of all that is given or made, and of all that is in it, in a fixed order."""
    constants = spec.constants_of(task).values()
    results = (s.result for s in spec.subtasks.values() if s.result is not None)
    pending = [*(p.type for p in task.parameters), *(c.type for c in constants), *results]
    found = dict[Type, None]()
    while pending:
        of = pending.pop()
        if of not in found:
            found[of] = None
            pending += parts_of(of, spec)
    return tuple(found)


def parts_of(of: Type, spec: Spec) -> Iterable[Type]:
    """The types of what a value consists of."""
    match of:
        case ListOf(element) | SetOf(element) | Optional(element):
            return (element,)
        case MapOf(key, value):
            return (key, value)
        case Record(name):
            return spec.records.get(name, {}).values()
    return ()
