"""From JSON Schema to the language's types.

What a type of the language cannot say is told in the report: an opaque type stands for a schema that has no type
here, and a narrowing (a minimum, a pattern) that types do not carry is counted as dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Schema
from p2c_dsl.importing.naming import free, is_legal, legal, singular, type_name
from p2c_dsl.syntax.text import quote

_BASES = {"string": "Text", "integer": "Int", "number": "Float", "boolean": "Bool"}
_NARROWINGS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minProperties", "maxProperties", "not", "contentEncoding"),
)
_DEEPEST = 40
_MOST_DIGITS = 18


@dataclass(slots=True)
class Report:
    """What was met: constructs that a type says exactly, and what it could not say, with where and why."""

    exact: Counter[str] = field(default_factory=Counter)
    opaque: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a tool a schema stands, for messages and for names."""

    tool: str
    path: tuple[str, ...] = ()
    defs: Mapping[str, Schema] = field(default_factory=dict)
    open: tuple[str, ...] = ()

    def to(self, *steps: str) -> Place:
        """Further inside."""
        if len(self.path) > _DEEPEST:
            raise ImportProblem(f"{self}: schemas are nested more than {_DEEPEST} deep")
        return Place(self.tool, (*self.path, *steps), self.defs, self.open)

    def __str__(self) -> str:
        return ".".join((self.tool, *self.path))


class Types:
    """The types that a tool list needs, declared as they are met; equal schemas share one."""

    def __init__(self) -> None:
        self.report = Report()
        self.declarations: dict[str, list[str]] = {}
        self._known: dict[object, str] = {}

    def of(self, schema: Schema, place: Place) -> str:
        """The type that a schema stands for, as text. Raises `ImportProblem` for what is no schema."""
        if schema is True or schema == {}:
            return self.opaque(place, "it has no schema")
        if not isinstance(schema, Mapping):
            raise ImportProblem(f"{place}: a schema is an object, not {_shown(schema)}")
        self._note_dropped(schema, place)
        if "$ref" in schema:
            return self._reference(schema["$ref"], place)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self._union(_list(schema[word], place.to(word)), place)
        if "allOf" in schema:
            parts = _list(schema["allOf"], place.to("allOf"))
            return (
                self.of(parts[0], place) if len(parts) == 1 else self.opaque(place, "it is an intersection")
            )
        if "enum" in schema or "const" in schema:
            members = _list(schema["enum"], place.to("enum")) if "enum" in schema else [schema["const"]]
            return self._enum(members, place)
        kind = schema.get("type", "object" if "properties" in schema else None)
        if isinstance(kind, list):
            return self._union([{**schema, "type": one} for one in kind], place)
        match kind:
            case "string" if "format" in schema:
                return self._format(str(schema["format"]))
            case "string" | "integer" | "number" | "boolean":
                self.report.exact[kind] += 1
                return _BASES[kind]
            case "array":
                return self._array(schema, place)
            case "object":
                return self._object(schema, place)
            case "null":
                return self.opaque(place, "it is always null")
            case None:
                return self.opaque(place, "it says no type")
        return self.opaque(place, f"there is no type {_shown(kind)}")

    def opaque(self, place: Place, reason: str) -> str:
        """A type of which nothing is known but its name."""
        self.report.opaque.append((str(place), reason))
        name = self._name(_candidates(place, ()))
        self.declarations[name] = [f"# {_comment(str(place))}: {_comment(reason)}", f"type {name}"]
        return name

    # ------------------------------------------------------------ constructs

    def _reference(self, target: Any, place: Place) -> str:
        name = str(target).rsplit("/", 1)[-1]
        if not str(target).startswith(("#/$defs/", "#/definitions/")) or name not in place.defs:
            return self._unknown(name, place)
        if name in place.open:
            return self.opaque(place, "it contains itself")
        self.report.exact["$ref"] += 1
        return self.of(
            place.defs[name], Place(place.tool, (*place.path, name), place.defs, (*place.open, name))
        )

    def _unknown(self, name: str, place: Place) -> str:
        if ("unknown", name) not in self._known:
            self._known["unknown", name] = self.opaque(
                place.to(name), f"{_shown(name)} is not described here"
            )
        return self._known["unknown", name]

    def _union(self, parts: Sequence[Schema], place: Place) -> str:
        rest = [p for p in parts if not (isinstance(p, Mapping) and p.get("type") == "null")]
        if len(rest) == 1:
            inner = self.of(rest[0], place)
            self.report.exact["union with null" if len(parts) > 1 else "union of one"] += 1
            return optional(inner) if len(parts) > 1 else inner
        inner = (
            self.opaque(place, "it is one of several types")
            if rest
            else self.opaque(place, "it is always null")
        )
        return optional(inner) if len(rest) < len(parts) else inner

    def _enum(self, members: Sequence[Any], place: Place) -> str:
        words = [m for m in members if m is not None]
        if not words or not all(isinstance(m, str) for m in words):
            return self.opaque(place, "its values are no texts")
        lines = []
        taken: list[str] = []
        for word in dict.fromkeys(words):
            taken.append(free(legal(word), taken))
            lines.append(f"    {named(taken[-1], word)}")
        self.report.exact["enum"] += 1
        name = self._declared(("enum", *words), _candidates(place, ()), "enum", lines)
        return optional(name) if len(words) < len(members) else name

    def _format(self, kind: str) -> str:
        name = type_name(kind.replace("-", "_"))
        self.report.exact["format"] += 1
        if ("format", kind) not in self._known:
            name = self._name([name])
            self._known["format", kind] = name
            self.declarations[name] = [f"type {name} = Text"]
        return self._known["format", kind]

    def _array(self, schema: Mapping[str, Any], place: Place) -> str:
        if "prefixItems" in schema or isinstance(schema.get("items"), list):
            return self.opaque(place, "it is a tuple")
        items = schema.get("items", True)
        element = self.of(items, place.to("items"))
        unique = schema.get("uniqueItems") is True
        self.report.exact["set" if unique else "array"] += 1
        return f"{'Set' if unique else 'List'}[{element}]{_bounds(schema, place)}"

    def _object(self, schema: Mapping[str, Any], place: Place) -> str:
        properties = schema.get("properties") or {}
        if not isinstance(properties, Mapping):
            raise ImportProblem(f"{place}: properties are an object, not {_shown(properties)}")
        others = schema.get("additionalProperties")
        if properties:
            if isinstance(others, Mapping) and others:
                return self.opaque(place, "it has properties and others besides")
            return self._record(schema, properties, place)
        if isinstance(others, Mapping) and others:
            self.report.exact["map"] += 1
            return f"Map[Text, {self.of(others, place.to('values'))}]"
        return self.opaque(place, "it is an object of which no property is known")

    def _record(self, schema: Mapping[str, Any], properties: Mapping[str, Schema], place: Place) -> str:
        required = schema.get("required") or ()
        lines, shape = [], []
        taken: list[str] = []
        for original, inner in properties.items():
            of = self.of(inner, place.to(original))
            of = of if original in required else optional(of)
            taken.append(free(legal(original), taken))
            lines.append(f"    {named(taken[-1], original)}: {of}")
            shape.append((original, of))
        self.report.exact["object"] += 1
        title = schema.get("title")
        titled = [type_name(title)] if isinstance(title, str) and title.isidentifier() else []
        candidates = [*titled, *_candidates(place, [] if place.open else list(properties))]
        return self._declared(("record", *shape), candidates, "record", lines)

    # ------------------------------------------------------------ names

    def _declared(self, shape: object, candidates: Iterable[str], word: str, lines: list[str]) -> str:
        if shape not in self._known:
            name = self._name(candidates)
            self._known[shape] = name
            self.declarations[name] = [f"{word} {name}:", *lines]
        return self._known[shape]

    def _name(self, candidates: Iterable[str]) -> str:
        names = list(candidates)
        fresh = (n for n in names if free(n, self.declarations) == n)
        return next(fresh, free(names[-1], self.declarations))

    def _note_dropped(self, schema: Mapping[str, Any], place: Place) -> None:
        for word in _NARROWINGS:
            if word in schema:
                self.report.dropped.append((str(place), word))


def named(name: str, original: str) -> str:
    """A name with what it stands for outside, where that is another."""
    return name if name == original else f"{name} as {quote(original)}"


def optional(of: str) -> str:
    """The type with `None`."""
    return of if of.startswith("Optional[") else f"Optional[{of}]"


def _candidates(place: Place, fields: Sequence[str]) -> list[str]:
    """Names for a type, the shortest first: by its definition, its property, its fields, its whole path."""
    names = [type_name(place.open[-1])] if place.open and place.path[-1] == place.open[-1] else []
    steps = [step for step in place.path if step not in ("items", "values", "result")] or list(place.path)
    last = steps[-1] if steps else place.tool
    last = singular(last) if place.path and place.path[-1] == "items" else last
    if last != "result":
        names.append(type_name(last))
    elif 0 < len(fields) <= 2:
        names.append(type_name(*fields))
    return [*names, type_name(place.tool, *steps)]


def _bounds(schema: Mapping[str, Any], place: Place) -> str:
    found = ""
    for word, op in (("minItems", ">="), ("maxItems", "<=")):
        bound = schema.get(word)
        if bound is None or (word == "minItems" and bound == 0):
            continue
        if not isinstance(bound, int) or isinstance(bound, bool) or not 0 <= bound < 10**_MOST_DIGITS:
            raise ImportProblem(f"{place}: {word} is a number of items, not {_shown(bound)}")
        found += f" {op} {bound}"
    return found


def _list(value: Any, place: Place) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ImportProblem(f"{place}: this is a list with something in it, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _comment(text: str) -> str:
    """Foreign text on one line that cannot end the comment it stands in."""
    return "".join(c if c.isprintable() else " " for c in text)


__all__ = ["Place", "Report", "Types", "is_legal", "named", "optional"]
