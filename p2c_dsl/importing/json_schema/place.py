"""The place of a schema in a tool, and a report of what was found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from p2c_dsl.importing.json_schema.documents import Document
from p2c_dsl.importing.model import ImportProblem
from p2c_dsl.importing.naming import singular, type_name

_DEEPEST = 40


@dataclass(slots=True)
class ImportReport:
    """Which constructs types express exactly, and which they cannot express, with the place and the reason."""

    exact: Counter[str] = field(default_factory=Counter)
    opaque: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def copy(self) -> ImportReport:
        """The same report, to go on with."""
        return ImportReport(Counter(self.exact), list(self.opaque), list(self.dropped))


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """The place of a schema in a tool, for messages and for names.

    Attributes:
        tool: The tool's name in the spec.
        path: The way to the schema.
        document: What references point into.
        open: The definitions that the place is inside of.
        definition: The definition at this place, if there is one.
        record: The name that the record at this place must have, because a part of it already refers to it.
        inside: The records of which every value contains a value of this place.
        given: Whether only the composition makes its values, as arguments: it need not make all that the schema allows.
    """

    tool: str
    path: tuple[str, ...] = ()
    document: Document = field(default_factory=lambda: Document({}))
    open: tuple[object, ...] = ()
    definition: str = ""
    record: str = ""
    inside: tuple[str, ...] = ()
    given: bool = False

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
        return replace(further, record=record, inside=inside, given=False)

    def names(self, fields: Sequence[str] = ()) -> Iterator[str]:
        """Candidate names for a type here, shortest first: by its definition, property, fields, whole path."""
        if self.definition:
            yield type_name(self.definition)
        steps = [step for step in self.path if step not in ("items", "values", "result", "allOf")] or list(self.path)
        last = steps[-1] if steps else self.tool
        last = singular(last) if self.path and self.path[-1] == "items" else last
        if last != "result":
            yield type_name(last)
        elif 0 < len(fields) <= 2:
            yield type_name(*fields)
        yield type_name(self.tool, *steps)

    def __str__(self) -> str:
        return ".".join((self.tool, *self.path))
