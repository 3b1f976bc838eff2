"""The types that have been declared for a tool list, and their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from p2c_dsl.importing.json_schema.numbers import bounds_text, number_range
from p2c_dsl.importing.json_schema.place import ImportReport
from p2c_dsl.importing.naming import BUILT_IN, free, type_name
from p2c_dsl.ranges import ANY_NUMBER, NumberRange
from p2c_dsl.syntax.text import quote

BASES = {"string": "Text", "integer": "Int", "number": "Float", "boolean": "Bool"}
"""The types of JSON Schema's scalars."""


@dataclass(slots=True)
class DeclaredTypes:
    """Names, lines and meanings of declared types.

    Attributes:
        lines: The lines of each declaration by its name, in the order of first use. A reserved name has none yet.
        members: The members of each enum by their outside names.
        references: The types of definitions, by what identifies these.
        known: The types of equal schemas, by their shapes.
        bases: The bases of new types and of types with bounds.
        numbers: The bounds of types of numbers.
    """

    lines: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, dict[str, str]] = field(default_factory=dict)
    references: dict[object, str] = field(default_factory=dict)
    known: dict[object, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, NumberRange] = field(default_factory=dict)
    report: ImportReport = field(default_factory=ImportReport)

    def copy(self) -> DeclaredTypes:
        """The same types, to go on with a tool that may turn out to be odd."""
        return replace(
            self,
            lines=dict(self.lines),
            members=dict(self.members),
            references=dict(self.references),
            known=dict(self.known),
            bases=dict(self.bases),
            numbers=dict(self.numbers),
            report=self.report.copy(),
        )

    def name(self, candidates: Iterable[str]) -> str:
        """The first candidate that is free, or else the last one with a number."""
        names, taken = list(candidates), {*self.lines, *BUILT_IN}
        return next((n for n in names if n not in taken), free(names[-1], taken))

    def reserve(self, candidates: Iterable[str]) -> str:
        """A name for a type whose parts need it before it is declared."""
        name = self.name(candidates)
        self.lines[name] = []
        return name

    def declare(self, shape: object, candidates: Iterable[str], word: str, lines: Sequence[str]) -> str:
        """The type of this shape, which is declared at first."""
        if shape not in self.known:
            name = self.known[shape] = self.name(candidates)
            self.lines[name] = [f"{word} {name}:", *lines]
        return self.known[shape]

    def opaque(self, candidates: Iterable[str], identity: str, place: str, reason: str) -> str:
        """A type of which only the name is known; equal schemas of one name share it."""
        names = list(candidates)
        key = ("opaque", names[0], identity)
        if key not in self.known:
            self.report.opaque.append((place, reason))
            name = self.known[key] = self.name(names)
            self.lines[name] = [f"# {comment(place)}: {comment(reason)}", f"type {name}"]
        return self.known[key]

    def scalar(self, kind: str, schema: Mapping[str, Any], place: str) -> str:
        """The type of a schema of texts, truth values or numbers, these with its bounds."""
        base = BASES[kind]
        if kind not in ("integer", "number"):
            return base
        numbers, dropped = number_range(schema, kind == "integer")
        self.report.dropped += [(place, word) for word in dropped]
        bounded = base + bounds_text(numbers)
        self.bases[bounded], self.numbers[bounded] = base, numbers
        return bounded

    def listed_numbers(self, kind: str, words: Sequence[Any], place: str) -> str:
        """The type of numbers that are listed one by one: those from the least to the greatest."""
        least, greatest = min(words), max(words)
        if kind == "integer" and len(set(words)) == greatest - least + 1:
            self.report.exact["enum"] += 1
        else:
            self.report.dropped.append((place, "enum"))
        return self.scalar(kind, {"minimum": least, "maximum": greatest}, place)

    def new_type(self, word: str, base: str) -> str:
        """The type of a format, or of what a schema calls a type of its own."""
        self.report.exact["format" if base == "Text" else "new type"] += 1
        if (word, base) not in self.known:
            name = self.known[word, base] = self.name([type_name(word.replace("-", "_"))])
            self.lines[name] = [f"type {name} = {base}"]
            self.bases[name], self.numbers[name] = self.base_of(base), self.numbers_of(base)
        return self.known[word, base]

    def base_of(self, name: str) -> str:
        """The base of a new type, or of one with bounds; any other type itself."""
        return self.bases.get(name, name)

    def numbers_of(self, name: str) -> NumberRange:
        """The bounds of a type of numbers."""
        return self.numbers.get(name, ANY_NUMBER)


def named(name: str, original: str) -> str:
    """A name followed by its outside name, if that is different."""
    return name if name == original else f"{name} as {quote(original)}"


def optional(of: str) -> str:
    """The type with `None`."""
    return of if of.startswith("Optional[") else f"Optional[{of}]"


def comment(text: str) -> str:
    """Foreign text on one line, so that it cannot end the comment that it is in."""
    return "".join(c if c.isprintable() else " " for c in text)
