"""`in S`: reads what a rule asks something for each element of."""

from __future__ import annotations

from p2c_dsl.machine.identity import Identity, field_of, slot
from p2c_dsl.rules.base import Names, RuleError
from p2c_dsl.rules.parts import Range
from p2c_dsl.rules.pattern import Tokens, span_of
from p2c_dsl.types import ListOf, MapOf, SetOf, Type, may_share, show


def read_range(path: Tokens, names: Names) -> Range:
    """What `in` names. Raises `RuleError`."""
    head, *fields = path
    inputs = {p.name: (number, p.type) for number, p in enumerate(names.task.parameters)}
    if head.text in inputs:
        number, whole = inputs[head.text]
        return Range(head.text, names.field(whole, fields), number, tuple(token.text for token in fields))
    if head.text not in names.spec.subtasks:
        raise names.unknown("task input or subtask", head, [*inputs, *names.spec.subtasks])
    if fields:
        message = "`in` takes all of a subtask's result, not a field of it"
        raise RuleError(message, span_of(path), f"write `in {head.text}`, with a subtask that returns the elements")
    subtask = names.subtask(head)
    if subtask.result is None:
        raise RuleError(f"`{head.text}` has no result", head.span, "name a subtask that returns the elements")
    return Range(head.text, subtask.result)


def check_elements(range_: Range, key: Type, path: Tokens) -> None:
    """Raises `RuleError` where no element can be a value of the key."""
    if isinstance(element := range_.element, ListOf | SetOf | MapOf):
        message = f"the elements of `{range_.name}` are collections themselves ({show(element)})"
        raise RuleError(message, span_of(path), "name a collection of the values that the key has")
    if not may_share(element, key):
        message = f"the elements of `{range_.name}` are of type {show(element)}, but the key is of type {show(key)}"
        raise RuleError(message, span_of(path), "name a collection whose elements the key can be")


def value_of(range_: Range) -> Identity | None:
    """The value number of the value that has the elements; `None` for a subtask, whose results are many."""
    if range_.slot is None:
        return None
    return field_of(slot(range_.slot), range_.fields)
