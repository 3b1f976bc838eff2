"""A spec as data: Pydantic models for JSON in and out.

Types and rules are written as in the language. Incoming data is turned into a `.p2c` text and resolved like any
other, so that data and text have the same meaning and are checked by the same code.
"""

from __future__ import annotations

import re
from pathlib import Path

from p2c_dsl import spec as resolved
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import ConstantValue, EnumMember, RuleText, Spec
from p2c_dsl.spec_data.models import (
    ConstantData,
    EffectData,
    EffectUseData,
    EnumData,
    EnumMemberData,
    FieldData,
    MemberData,
    ParameterData,
    Plain,
    RecordData,
    SpecData,
    SubtaskData,
    TaskData,
    TypeData,
)
from p2c_dsl.spec_data.text import to_text
from p2c_dsl.types import Enum, NewType, Nominal, Record, Type, show

__all__ = [
    "BadSpec",
    "EffectData",
    "EffectUseData",
    "ParameterData",
    "SpecData",
    "SubtaskData",
    "TaskData",
    "from_data",
    "to_data",
    "to_text",
]


class BadSpec(ValueError):
    """Data that is not a valid spec; the diagnostics refer to the text that was made from it."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = diagnostics


def to_data(spec: Spec) -> SpecData:
    """A spec's data, without places in files."""
    return SpecData(
        types=tuple(_type(t) for t in spec.types.values() if isinstance(t, Nominal | NewType)),
        enums=tuple(_enum(t, spec) for t in spec.types.values() if isinstance(t, Enum)),
        records=tuple(_record(t.name, spec) for t in spec.types.values() if isinstance(t, Record)),
        constants=tuple(map(_constant, spec.constants.values())),
        effects=tuple(
            EffectData(name=e.name, keys=tuple(map(show, e.keys)), labels=e.labels, irreversible=e.irreversible)
            for e in spec.effects.values()
        ),
        subtasks=tuple(_subtask(s, spec) for s in spec.subtasks.values()),
        tasks=tuple(map(_task, spec.tasks.values())),
        rules=tuple(map(_rule, spec.rules)),
    )


def from_data(data: SpecData) -> Spec:
    """The spec that the data describes. Raises `BadSpec`."""
    loaded = load_text(to_text(data), "<data>", Path())
    errors = tuple(d for d in loaded.diagnostics if d.severity is Severity.ERROR)
    if errors:
        raise BadSpec(errors)
    return loaded.spec


def _type(of: Nominal | NewType) -> TypeData:
    if isinstance(of, NewType):
        return TypeData(name=of.name, base=_type_text(of.base, of.literal))
    return TypeData(name=of.name, parent=of.parent.name if of.parent else None)


def _type_text(of: Type, literal: bool = False) -> str:
    return f"literal {show(of)}" if literal else show(of)


def _enum(of: Enum, spec: Spec) -> EnumData:
    members = (EnumMemberData(name=m, original=spec.originals.get((of.name, m))) for m in of.members)
    return EnumData(name=of.name, members=tuple(members))


def _record(name: str, spec: Spec) -> RecordData:
    fields = spec.records[name].items()
    originals = spec.originals
    data = (FieldData(name=f, type=show(of), original=originals.get((name, f))) for f, of in fields)
    return RecordData(name=name, fields=tuple(data))


def _constant(constant: resolved.Constant) -> ConstantData:
    return ConstantData(name=constant.name, type=show(constant.type), value=_value(constant.value))


def _value(value: ConstantValue) -> Plain | MemberData:
    return MemberData(enum=value.enum, member=value.member) if isinstance(value, EnumMember) else value


def _parameter(parameter: resolved.Parameter) -> ParameterData:
    return ParameterData(
        name=parameter.name,
        type=_type_text(parameter.type, parameter.literal),
        optional=parameter.optional,
        default=_value(parameter.default),
    )


def _subtask(subtask: resolved.Subtask, spec: Spec) -> SubtaskData:
    originals = spec.originals
    return SubtaskData(
        name=subtask.name,
        parameters=tuple(
            _parameter(p).model_copy(update={"original": originals.get((subtask.name, p.name))})
            for p in subtask.parameters
        ),
        result=None if subtask.result is None else show(subtask.result),
        effects=tuple(_effect_use(use, subtask) for use in subtask.effects if not use.anything),
        anything=any(use.anything for use in subtask.effects),
        claims=subtask.claims,
        original=originals.get((subtask.name,)),
        cost=subtask.cost,
        doc=subtask.doc,
    )


def _effect_use(use: resolved.EffectUse, subtask: resolved.Subtask) -> EffectUseData:
    paths = (".".join((subtask.parameters[a.parameter].name, *a.fields)) for a in use.arguments if a)
    return EffectUseData(effect=use.effect.name, arguments=tuple(paths), certain=use.certain)


def _task(task: resolved.Task) -> TaskData:
    return TaskData(
        name=task.name,
        parameters=tuple(map(_parameter, task.parameters)),
        result=None if task.result is None else show(task.result),
        constants=tuple(map(_constant, task.constants.values())),
        rules=tuple(map(_rule, task.rules)),
        doc=task.doc,
    )


def _rule(rule: RuleText) -> str:
    return re.sub(r" ?([.(]) ?| (?=[,)])", r"\1", " ".join(t.text for t in rule.tokens))
