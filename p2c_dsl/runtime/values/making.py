"""How a run makes lists and records from values that it has."""

from __future__ import annotations

from collections.abc import Callable

from p2c_dsl.program import MakeList, MakeRecord, Operand
from p2c_dsl.runtime.trace import Instance, ListMade, RecordMade
from p2c_dsl.runtime.values.copies import composed
from p2c_dsl.runtime.values.frozen import FrozenList
from p2c_dsl.source import Span
from p2c_dsl.spec import Spec


def made(
    step: MakeList | MakeRecord,
    read: Callable[[Operand, Span], Instance],
    new: Callable[[object], Instance],
    spec: Spec,
) -> ListMade | RecordMade:
    """The event of making a value; its parts are read from left to right."""
    match step:
        case MakeList(_, operands, span):
            elements = tuple(read(operand, span) for operand in operands)
            return ListMade(elements, new(FrozenList(element.value for element in elements)))
        case MakeRecord(_, record, given, span):
            fields = tuple((name, read(operand, span)) for name, operand in given)
            values = {name: instance.value for name, instance in fields}
            return RecordMade(record.name, fields, new(composed(record.name, values, spec.records[record.name])))
