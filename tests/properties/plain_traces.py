"""Traces of the interpreter in the terms of the oracle, which has values of its own."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from p2c_dsl.program.conditions import Predicate
from p2c_dsl.runtime.trace import Instance, Trace
from p2c_dsl.runtime.values.frozen import Distinct, FrozenList, FrozenMap, FrozenRecord, Handle
from p2c_dsl.source import Span
from tests.oracle.values import Rec, SmallSet


def plain_trace(trace: Trace) -> Trace:
    """The trace with the oracle's values."""
    return Trace(tuple(map(_plain_event, trace.events)))


def _plain_event(part: Any) -> Any:
    match part:
        case Instance(id, value):
            return Instance(id, plain(value))
        case Predicate(test, of):
            return Predicate(test, tuple(map(_plain_event, of)))
        case Span() | FrozenList():
            return plain(part)
        case tuple():
            return tuple(map(_plain_event, part))
    if is_dataclass(part) and not isinstance(part, type | Handle) and type(part).__module__.endswith("trace"):
        return replace(part, **{f.name: _plain_event(getattr(part, f.name)) for f in fields(part)})
    return plain(part)


def plain(value: object) -> Any:
    """A value of a run as the oracle has it."""
    match value:
        case Handle():
            return value.held
        case FrozenRecord():
            return Rec(value.type, tuple((name, plain(v)) for name, v in value.items()))
        case FrozenMap():
            return {plain(k): plain(v) for k, v in value.items()}
        case FrozenList():
            return tuple(map(plain, value))
        case Distinct():
            return SmallSet(map(plain, value))
    return value
