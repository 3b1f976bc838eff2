"""Data as the text of a `.p2c` file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from p2c_dsl.spec_data.models import (
    ConstantData,
    EffectData,
    EnumMemberData,
    FieldData,
    MemberData,
    ParameterData,
    Plain,
    SpecData,
    SubtaskData,
    TaskData,
)
from p2c_dsl.syntax.text import quote


def to_text(data: SpecData) -> str:
    """The data as a `.p2c` file."""
    return "\n".join(_lines(data)) + "\n"


def _lines(data: SpecData) -> Iterator[str]:
    for of in data.types:
        yield (f"type {of.name}" + (f" < {of.parent}" if of.parent else "") + (f" = {of.base}" if of.base else ""))
    for enum in data.enums:
        yield from _block(f"enum {enum.name}", (_named(m) for m in enum.members))
    for record in data.records:
        yield from _block(f"record {record.name}", (f"{_named(f)}: {f.type}" for f in record.fields))
    yield from map(_constant_text, data.constants)
    for effect in data.effects:
        yield f"effect {effect.name}({_keys(effect)})" + " irreversible" * effect.irreversible
    for subtask in data.subtasks:
        clauses = [
            f"{'does' if use.certain else 'may'} {use.effect}({', '.join(use.arguments)})" for use in subtask.effects
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
    return ", ".join(of if label is None else f"{label}: {of}" for label, of in zip(labels, effect.keys, strict=True))


def _signature(word: str, declared: SubtaskData | TaskData) -> str:
    name = _named(declared) if isinstance(declared, SubtaskData) else declared.name
    parameters = ", ".join(
        f"{_named(p)}: {p.type}" + (f" = {_value_text(p.default)}" if p.optional else "") for p in declared.parameters
    )
    result = f" -> {declared.result}" if declared.result else ""
    return f"{word} {name}({parameters}){result}"


def _constant_text(constant: ConstantData) -> str:
    return f"constant {constant.name}: {constant.type} = {_value_text(constant.value)}"


def _value_text(value: Plain | MemberData) -> str:
    if isinstance(value, MemberData):
        return f"{value.enum}.{value.member}"
    return quote(value) if isinstance(value, str) else repr(value)
