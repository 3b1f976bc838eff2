"""The names and values that the compositions of a task are written with, as expressions of a grammar.

Canonical names follow from types (`p2c_dsl.naming`), so the variables of all compositions are the stems of the
types that a value can have, with a number where one is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from p2c_dsl.machine.typing import as_written
from p2c_dsl.naming import reserved, stem_of
from p2c_dsl.spec import Parameter, Spec, Task
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
    Bounded,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Type,
    allows_literal,
    element_of,
    is_subtype,
    supertypes,
)

Expression = str | None
"""The right side of a rule; `None` is what cannot be written at all."""
_LITERALS = ((TEXT, "TEXT"), (INT, "INTEGER"), (FLOAT, "FLOAT"), (BOOL, "TRUTH"))


def text(words: str) -> str:
    """Words as they stand."""
    return json.dumps(words, ensure_ascii=False)


def choice(options: Iterable[Expression]) -> Expression:
    """One of those that can be written."""
    found = list(dict.fromkeys(option for option in options if option is not None))
    if len(found) < 2:
        return found[0] if found else None
    return f"({' | '.join(found)})"


def sequence(*parts: Expression) -> Expression:
    """One after the other, if all can be written."""
    found = [part for part in parts if part is not None]
    return " ".join(part for part in found if part) if len(found) == len(parts) else None


def optional(part: Expression) -> str:
    """The part or nothing."""
    if not part:
        return ""
    return f"{part}?" if part.isidentifier() else f"({part})?"


class GrammarNames:
    """The names of a task: what each kind of name is, as an expression."""

    def __init__(self, spec: Spec, task: Task, loops: bool) -> None:
        self._spec, self._task, self._loops = spec, task, loops
        self._reserved = reserved(spec, task)
        self._types = _reachable(spec, task)

    def numbered(self, stem: str) -> str:
        """A variable's name: its stem, with a number where that is taken."""
        return f"{text(stem)} NUMBER" if stem in self._reserved else f"{text(stem)} NUMBER?"

    def loop_variable(self) -> Expression:
        """What the variable of a loop may be called."""
        if not self._loops or not self._types:
            return None
        # Accumulators hold what there is, and accumulators of accumulators nest without end.
        stems = dict.fromkeys(stem_of(t) for known in self._types for t in (known, ListOf(known)))
        single = dict.fromkeys(stem_of(t) for t in self._types if element_of(t) is None)
        nested = sequence(choice(map(text, single)), '"s"? ("_map" "s"?)+ NUMBER?')
        return choice([*map(self.numbered, stems), nested])

    def variable(self) -> Expression:
        """What any variable may be called."""
        inputs = [text(p.name) for p in self._task.parameters]
        results = (s.result for s in self._spec.subtasks.values() if s.result is not None)
        made = [self.numbered(stem_of(result)) for result in results]
        filled = [self.numbered("table"), self.numbered("items")] if self._loops and self._types else []
        each = None if self.loop_variable() is None else "EACH"
        return choice([*inputs, *made, *filled, each])

    def field(self) -> Expression:
        """A field with its dot."""
        records = (self._spec.records[t.name] for t in self._types if isinstance(t, Record))
        return choice(text(f".{name}") for fields in records for name in fields)

    def has_maps(self) -> bool:
        """Whether anything can be looked up."""
        return self._loops or any(isinstance(t, MapOf) for t in self._types)

    def constant(self) -> Expression:
        """A constant or an enum's member."""
        members = (f"{t.name}.{m}" for t in self._spec.types.values() if isinstance(t, Enum) for m in t.members)
        return choice(map(text, [*self._spec.constants_of(self._task), *members]))


def literals(parameter: Parameter) -> Iterator[str]:
    """What a parameter takes besides names."""
    if isinstance(parameter.type, Optional):
        yield '"None"'
    if parameter.literal or allows_literal(parameter.type):
        # A grammar cannot say of a number how great it may be.
        wanted = as_written(parameter.type)
        wanted = wanted.inner if isinstance(wanted, Optional) else wanted
        wanted = wanted.base if isinstance(wanted, Bounded) else wanted
        yield from (name for of, name in _LITERALS if is_subtype(of, wanted))


def _reachable(spec: Spec, task: Task) -> list[Type]:
    """The types of all values that a composition can name, accumulators apart."""
    found: dict[Type, None] = {}
    pending = [p.type for p in task.parameters]
    pending += [s.result for s in spec.subtasks.values() if s.result is not None]
    while pending:
        of = pending.pop()
        if of not in found:
            found[of] = None
            pending += _parts(spec, of)
    return list(found)


def _parts(spec: Spec, of: Type) -> Iterator[Type]:
    """What is in a value of a type, and what it may be taken for when it is put together with others."""
    yield from supertypes(of)[1:]
    match of:
        case Record(name):
            yield from spec.records[name].values()
        case ListOf(element):
            yield from (element, *map(ListOf, supertypes(element)[1:]))
        case SetOf(element):
            yield from (element, *map(SetOf, supertypes(element)[1:]))
        case MapOf(key, value):
            yield from (key, value, *(MapOf(key, above) for above in supertypes(value)[1:]))
        case Optional(inner):
            yield from (inner, *map(Optional, supertypes(inner)[1:]))
