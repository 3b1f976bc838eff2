"""The place of a schema in a tool, and a report of what was found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Schema
from p2c_dsl.importing.naming import singular, type_name

_DEEPEST = 40


@dataclass(slots=True)
class ImportReport:
    """Which constructs types express exactly, and which they cannot express, with the place and the reason."""

    exact: Counter[str] = field(default_factory=Counter)
    opaque: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """The place of a schema in a tool, for messages and for names.

    Attributes:
        tool: The tool's name in the spec.
        path: The way to the schema.
        defs: The definitions that references name.
        open: The definitions that the place is inside of.
        definition: The definition at this place, if there is one.
        record: The name that the record at this place must have, because a part of it already refers to it.
        inside: The records of which every value contains a value of this place.
    """

    tool: str
    path: tuple[str, ...] = ()
    defs: Mapping[str, Schema] = field(default_factory=dict)
    open: tuple[object, ...] = ()
    definition: str = ""
    record: str = ""
    inside: tuple[str, ...] = ()

    def to(self, step: str, *, always: bool = False) -> SchemaPlace:
        """A place further inside; `always` if every value has it. Raises `ImportProblem` if it is too deep."""
        if len(self.path) > _DEEPEST:
            raise ImportProblem(f"{self}: schemas are nested more than {_DEEPEST} levels deep")
        inside = self.inside if always else ()
        return replace(self, path=(*self.path, step), definition="", record="", inside=inside)

    def at(self, definition: str, key: object, record: str) -> SchemaPlace:
        """The place of a definition, whose record gets the name `record` unless that is empty."""
        inside = (*self.inside, record) if record else self.inside
        further = replace(self.to(definition), open=(*self.open, key), definition=definition)
        return replace(further, record=record, inside=inside)

    def names(self, fields: Sequence[str] = ()) -> Iterator[str]:
        """Candidate names for a type here, shortest first: by its definition, property, fields, whole path."""
        if self.definition:
            yield type_name(self.definition)
        steps = [step for step in self.path if step not in ("items", "values", "result")] or list(self.path)
        last = steps[-1] if steps else self.tool
        last = singular(last) if self.path and self.path[-1] == "items" else last
        if last != "result":
            yield type_name(last)
        elif 0 < len(fields) <= 2:
            yield type_name(*fields)
        yield type_name(self.tool, *steps)

    def __str__(self) -> str:
        return ".".join((self.tool, *self.path))


def reachable(name: str, defs: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions that `name` refers to, including itself only if it contains itself."""
    result: dict[str, Any] = {}
    todo: list[Any] = [defs.get(name)]
    while todo:
        part = todo.pop()
        if isinstance(part, Mapping):
            target = local(part.get("$ref"))
            if target in defs and target not in result:
                result[target] = defs[target]
                todo.append(defs[target])
            todo += part.values()
        elif isinstance(part, list):
            todo += part
    return result


def local(target: Any) -> str:
    """The definition that a reference names; empty for a reference to anything else."""
    for start in ("#/$defs/", "#/definitions/"):
        if isinstance(target, str) and target.startswith(start):
            return target[len(start) :].replace("~1", "/").replace("~0", "~")
    return ""
