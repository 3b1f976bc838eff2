"""A spec as data: Pydantic models for JSON in and out.

Types and rules are written as in the language. Incoming data is turned into a `.p2c` text and resolved like any
other, so that data and text have the same meaning and are checked by the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from p2c_dsl import spec as resolved
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import ConstantValue, EnumMember, RuleText, Spec
from p2c_dsl.syntax.text import quote
from p2c_dsl.types import Enum, NewType, Nominal, Record, Type, show

# One line each, so that data cannot smuggle in further declarations.
Identifier = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]
Path_ = Annotated[str, Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*$")]
TypeText = Annotated[str, Field(pattern=r"^[\w\[\], <>=]+$")]
RuleLine = Annotated[str, Field(pattern=r"^[\w.,()<>= ]+$")]
Plain = StrictBool | StrictInt | StrictFloat | StrictStr | None


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MemberData(_Model):
    """An enum's member as a value."""

    enum: Identifier
    member: Identifier


class TypeData(_Model):
    """A nominal type (perhaps with a parent), or a new type over a base."""

    name: Identifier
    parent: Identifier | None = None
    base: TypeText | None = None


class EnumMemberData(_Model):
    """A line of an enum; `original` is the outside name."""

    name: Identifier
    original: str | None = None


class EnumData(_Model):
    name: Identifier
    members: tuple[EnumMemberData, ...]


class FieldData(_Model):
    name: Identifier
    type: TypeText
    original: str | None = None


class RecordData(_Model):
    name: Identifier
    fields: tuple[FieldData, ...]


class ConstantData(_Model):
    name: Identifier
    type: TypeText
    value: Plain | MemberData


class EffectData(_Model):
    """An effect, the types of its keys, and (for all of them or none) the keys' names."""

    name: Identifier
    keys: tuple[TypeText, ...] = ()
    labels: tuple[Identifier | None, ...] = ()
    irreversible: bool = False


class ParameterData(_Model):
    """`default` counts only where `optional`."""

    name: Identifier
    type: TypeText
    optional: bool = False
    default: Plain | MemberData = None
    original: str | None = None


class EffectUseData(_Model):
    """An effect that a subtask does, or with `certain` false may do, and the parameters that are its keys."""

    effect: Identifier
    arguments: tuple[Path_, ...] = ()
    certain: bool = True


class SubtaskData(_Model):
    """A subtask; `anything` says that it may have any effect, and `claims` have not been signed off."""

    name: Identifier
    parameters: tuple[ParameterData, ...] = ()
    result: TypeText | None = None
    effects: tuple[EffectUseData, ...] = ()
    anything: bool = False
    claims: tuple[Identifier, ...] = ()
    original: str | None = None
    cost: int = Field(default=0, ge=0)
    doc: str = ""


class TaskData(_Model):
    name: Identifier
    parameters: tuple[ParameterData, ...] = ()
    result: TypeText | None = None
    constants: tuple[ConstantData, ...] = ()
    rules: tuple[RuleLine, ...] = ()
    doc: str = ""


class SpecData(_Model):
    """A whole spec. `model_validate_json` and `model_dump_json` read and write it."""

    types: tuple[TypeData, ...] = ()
    enums: tuple[EnumData, ...] = ()
    records: tuple[RecordData, ...] = ()
    constants: tuple[ConstantData, ...] = ()
    effects: tuple[EffectData, ...] = ()
    subtasks: tuple[SubtaskData, ...] = ()
    tasks: tuple[TaskData, ...] = ()
    rules: tuple[RuleLine, ...] = ()


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
            EffectData(
                name=e.name, keys=tuple(map(show, e.keys)), labels=e.labels, irreversible=e.irreversible
            )
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


def to_text(data: SpecData) -> str:
    """The data as a `.p2c` file."""
    return "\n".join(_lines(data)) + "\n"


# ---------------------------------------------------------------- from a spec


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


# ---------------------------------------------------------------- to text


def _lines(data: SpecData) -> Iterator[str]:
    for of in data.types:
        yield (
            f"type {of.name}"
            + (f" < {of.parent}" if of.parent else "")
            + (f" = {of.base}" if of.base else "")
        )
    for enum in data.enums:
        yield from _block(f"enum {enum.name}", (_named(m) for m in enum.members))
    for record in data.records:
        yield from _block(f"record {record.name}", (f"{_named(f)}: {f.type}" for f in record.fields))
    yield from map(_constant_text, data.constants)
    for effect in data.effects:
        yield f"effect {effect.name}({_keys(effect)})" + " irreversible" * effect.irreversible
    for subtask in data.subtasks:
        clauses = [
            f"{'does' if use.certain else 'may'} {use.effect}({', '.join(use.arguments)})"
            for use in subtask.effects
        ]
        clauses += ["may anything"] if subtask.anything else []
        clauses += [f"claims {', '.join(subtask.claims)}"] if subtask.claims else []
        clauses += [f"cost {subtask.cost}"] if subtask.cost else []
        yield from _block(_signature("subtask", subtask), [*_doc(subtask.doc), *clauses])
    yield from _block("rules", data.rules)
    for task in data.tasks:
        body = [*_doc(task.doc), *map(_constant_text, task.constants), *task.rules]
        yield from _block(_signature("task", task), body)


def _block(head: str, lines: Iterable[str]) -> Iterator[str]:
    body = [f"    {line}" for line in lines]
    if body:
        yield f"{head}:"
        yield from body
    elif head != "rules":
        yield head


def _doc(doc: str) -> list[str]:
    return [quote(doc)] if doc else []


def _named(data: SubtaskData | ParameterData | FieldData | EnumMemberData) -> str:
    return data.name if data.original is None else f"{data.name} as {quote(data.original)}"


def _keys(effect: EffectData) -> str:
    labels = effect.labels or (None,) * len(effect.keys)
    return ", ".join(
        of if label is None else f"{label}: {of}" for label, of in zip(labels, effect.keys, strict=True)
    )


def _signature(word: str, declared: SubtaskData | TaskData) -> str:
    name = _named(declared) if isinstance(declared, SubtaskData) else declared.name
    parameters = ", ".join(
        f"{_named(p)}: {p.type}" + (f" = {_value_text(p.default)}" if p.optional else "")
        for p in declared.parameters
    )
    result = f" -> {declared.result}" if declared.result else ""
    return f"{word} {name}({parameters}){result}"


def _constant_text(constant: ConstantData) -> str:
    return f"constant {constant.name}: {constant.type} = {_value_text(constant.value)}"


def _value_text(value: Plain | MemberData) -> str:
    if isinstance(value, MemberData):
        return f"{value.enum}.{value.member}"
    return quote(value) if isinstance(value, str) else repr(value)
