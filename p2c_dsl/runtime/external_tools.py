"""Converts between the language's values and the JSON of outside tools, which use their own names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from p2c_dsl.runtime.tools import LeftOut, Outcome, SparseTool
from p2c_dsl.runtime.values import WrongValue, conform, elements_of, field_of, shown, thaw
from p2c_dsl.spec import EnumMember, Spec, Subtask
from p2c_dsl.types import (
    BASES,
    Base,
    Bounded,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    Optional,
    Record,
    SetOf,
    Type,
    show,
)

WRAPPED = "result"
"""The only field of the object that servers wrap around a result that is not an object."""

Call = Callable[[str, dict[str, Any]], Any]
"""Calls a tool by its outside name with JSON arguments, and returns JSON, or an `Outcome` with JSON as its value."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Data of an opaque type: it can be passed on and compared."""

    type: str
    text: str
    data: Any = field(compare=False, hash=False)

    def __repr__(self) -> str:
        return self.text


def tool_for(subtask: Subtask, call: Call, spec: Spec) -> SparseTool:
    """The subtask as a callable that calls a tool outside.

    Parameters that the composition leaves out are left out of the call as well, whatever their defaults.
    The tool's report of its effects counts only if its possible effects have been signed off (not `may anything`).
    It raises `WrongValue` when the result does not have the declared type, and everything that `call` raises.
    """
    return _OutsideTool(subtask, call, spec)


@dataclass(frozen=True, slots=True)
class _OutsideTool(SparseTool):
    subtask: Subtask
    call: Call
    spec: Spec

    def __call__(self, *values: object) -> object:
        subtask, spec = self.subtask, self.spec
        arguments: dict[str, Any] = {}
        for parameter, value in zip(subtask.parameters, values, strict=True):
            # In the language, `None` where that is the default means that the parameter is omitted.
            omitted = parameter.optional and value is None and parameter.default is None
            if not (omitted or value is LeftOut.LEFT_OUT):
                name = spec.original(subtask.name, parameter.name)
                arguments[name] = outward(value, parameter.type, spec)
        given = self.call(spec.original(subtask.name), arguments)
        value = given.value if isinstance(given, Outcome) else given
        result = None if subtask.result is None else inward(_unwrapped(value, subtask.result), subtask.result, spec)
        believed = isinstance(given, Outcome) and not any(use.anything for use in subtask.effects)
        return Outcome(result, given.happened) if believed else result


def _unwrapped(given: Any, of: Type) -> Any:
    """The result that a server has wrapped in an object, because a structured result must be one."""
    if isinstance(of, Record) or not isinstance(given, Mapping) or list(given) != [WRAPPED]:
        return given
    return given if isinstance(of, MapOf) and not isinstance(given[WRAPPED], Mapping) else given[WRAPPED]


def outward(value: object, of: Type, spec: Spec) -> Any:
    """A value as JSON, under the names that the tool knows. Raises `WrongValue`."""
    match value, of:
        case (_, Optional(inner)):
            return None if value is None else outward(value, inner, spec)
        case (Opaque(), _):
            return deepcopy(value.data)
        case (EnumMember(enum, member), _):
            return spec.original(enum, member)
        case (_, Record(name)):
            fields = spec.records[name].items()
            pairs = ((spec.original(name, f), outward(field_of(value, f), t, spec), t) for f, t in fields)
            return {f: v for f, v, t in pairs if not (v is None and isinstance(t, Optional))}
        case (_, ListOf(element) | SetOf(element)):
            return [outward(v, element, spec) for v in elements_of(value)]
        case (Mapping(), MapOf(key, held)):
            return {str(outward(k, key, spec)): outward(v, held, spec) for k, v in value.items()}
        case (str() | bool() | int() | float() | None, _):
            return value
    raise WrongValue(f"{shown(value)} cannot be passed to a tool")


def inward(data: Any, of: Type, spec: Spec) -> object:
    """JSON as a value of a type. Raises `WrongValue` if it does not have the type."""
    return thaw(conform(_renamed(data, of, spec), of, spec))


def _renamed(data: Any, of: Type, spec: Spec) -> Any:
    """The data with the spec's names; data that does not fit is left for `conform` to reject."""
    match of:
        case Optional(inner):
            return None if data is None else _renamed(data, inner, spec)
        case Nominal(name):
            return Opaque(name, json.dumps(data, sort_keys=True, ensure_ascii=False, default=str), deepcopy(data))
        case Enum(name, members):
            by_original = {spec.original(name, m): EnumMember(name, m) for m in members}
            if not isinstance(data, str) or data not in by_original:
                raise WrongValue(f"{shown(data)} is not a valid {name}: expected one of {', '.join(by_original)}")
            return by_original[data]
        case Record(name) if isinstance(data, Mapping):
            return {f: _field(data, name, f, t, spec) for f, t in spec.records[name].items()}
        case ListOf(element) | SetOf(element) if isinstance(data, list):
            return [_renamed(v, element, spec) for v in data]
        case MapOf(key, held) if isinstance(data, Mapping):
            return {_renamed(k, key, spec): _renamed(v, held, spec) for k, v in data.items()}
        case Base() if of == BASES["Int"] and isinstance(data, float) and data.is_integer():
            # JSON has one kind of number.
            return int(data)
        case NewType(_, base) | Bounded(base):
            return _renamed(data, base, spec)
    return data


def _field(data: Mapping[str, Any], record: str, name: str, of: Type, spec: Spec) -> Any:
    original = spec.original(record, name)
    if original not in data:
        if isinstance(of, Optional):
            return None
        raise WrongValue(f"{record} must have the field `{original}`, of type {show(of)}")
    try:
        return _renamed(data[original], of, spec)
    except WrongValue as error:
        raise WrongValue(f"{record}.{original}: {error}") from None
