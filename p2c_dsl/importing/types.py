"""From JSON Schema to the language's types.

The report lists what the language's types cannot express: an opaque type stands for a schema without a corresponding
type, and a constraint (a pattern, a length) that types cannot express is counted as dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from p2c_dsl.importing.model import ImportProblem, Schema
from p2c_dsl.importing.naming import BUILT_IN, distinct, free, type_name
from p2c_dsl.importing.numbers import bounds_text, number_range
from p2c_dsl.importing.place import ImportReport, SchemaPlace, local, reachable
from p2c_dsl.importing.schemas import (
    NEW_TYPE,
    UNIONS,
    bound,
    ignored,
    is_record,
    listed,
    required,
    shown,
    texts,
)
from p2c_dsl.ranges import ANY_NUMBER, NumberRange
from p2c_dsl.syntax.text import quote

_BASES = {"string": "Text", "integer": "Int", "number": "Float", "boolean": "Bool"}
_COLLECTIONS = ("List[", "Set[", "Map[")


class ImportedTypes:
    """The types that a tool list needs, declared when first used; equal schemas share one."""

    def __init__(self) -> None:
        self.report = ImportReport()
        self.declarations: dict[str, list[str]] = {}
        self.members: dict[str, dict[str, str]] = {}
        """The members of each enum by their outside names."""
        self._references: dict[object, str] = {}
        self._bases: dict[str, str] = {}
        self._numbers: dict[str, NumberRange] = {}
        self._known: dict[object, str] = {}

    def of(self, schema: Schema, place: SchemaPlace) -> str:
        """The type that a schema stands for, as text. Raises `ImportProblem` if it is not a schema."""
        if schema is True or schema == {}:
            return self.opaque(place, "it has no schema")
        if not isinstance(schema, Mapping):
            raise ImportProblem(f"{place}: a schema must be an object, not {shown(schema)}")
        if isinstance(kinds := schema.get("type"), list):
            return self._union([{**schema, "type": one} for one in kinds], place)
        self.note_dropped(schema, place)
        if "$ref" in schema:
            return self._reference(schema["$ref"], place)
        if "properties" not in schema:
            for word in UNIONS:
                if word in schema:
                    return self._union(listed(schema[word], place.to(word)), place)
            if "allOf" in schema:
                parts = listed(schema["allOf"], place.to("allOf"))
                whole = len(parts) == 1
                return self.of(parts[0], place) if whole else self.opaque(place, "it is an intersection")
        if "enum" in schema or "const" in schema:
            members = listed(schema["enum"], place.to("enum")) if "enum" in schema else [schema["const"]]
            return self._enum(members, place)
        kind = schema.get("type", "object" if "properties" in schema else None)
        match kind:
            case str() if kind in _BASES and isinstance(schema.get(NEW_TYPE), str):
                return self._new_type(schema[NEW_TYPE], self._scalar(kind, schema, place))
            case "string" if isinstance(schema.get("format"), str):
                return self._new_type(schema["format"], "Text")
            case "string" | "integer" | "number" | "boolean":
                self.report.exact[kind] += 1
                return self._scalar(kind, schema, place)
            case "array":
                return self._array(schema, place)
            case "object":
                return self._object(schema, place)
            case "null":
                return self.opaque(place, "it is always null")
            case None:
                return self.opaque(place, "it has no type")
        return self.opaque(place, f"there is no type {shown(kind)}")

    def opaque(self, place: SchemaPlace, reason: str) -> str:
        """Declares a type of which only the name is known."""
        self.report.opaque.append((str(place), reason))
        name = self._name(place.names())
        self.declarations[name] = [f"# {_comment(str(place))}: {_comment(reason)}", f"type {name}"]
        return name

    # ------------------------------------------------------------ constructs

    def _reference(self, target: Any, place: SchemaPlace) -> str:
        name = local(target)
        if name not in place.defs:
            return self._unknown(name or str(target).rsplit("/", 1)[-1], place)
        parts = reachable(name, place.defs)
        # The same definition in two tools is one type.
        key = (name, json.dumps([place.defs[name], parts], sort_keys=True, default=str))
        known = self._references.get(key)
        if known is None:
            if key in place.open:
                return self.opaque(place, "it contains itself")
            self._references[key] = known = self._defined(name, key, parts, place)
        elif known in place.inside:
            return self.opaque(place, "a value of it would contain itself endlessly")
        self.report.exact["$ref"] += 1
        return known

    def _defined(self, name: str, key: object, parts: Mapping[str, Schema], place: SchemaPlace) -> str:
        schema, record = place.defs[name], ""
        if name in parts and is_record(schema):
            # A record can contain itself: its parts need its name before it is declared.
            record = self._references[key] = self._name([type_name(name), type_name(place.tool, name)])
            self.declarations[record] = []
        return self.of(schema, place.at(name, key, record))

    def _unknown(self, name: str, place: SchemaPlace) -> str:
        if ("unknown", name) not in self._known:
            self._known["unknown", name] = self.opaque(place.to(name), f"{shown(name)} is not defined")
        return self._known["unknown", name]

    def _union(self, parts: Sequence[Schema], place: SchemaPlace) -> str:
        rest = [p for p in parts if not (isinstance(p, Mapping) and p.get("type") == "null")]
        if len(rest) == 1:
            inner = self.of(rest[0], place if len(parts) == 1 else replace(place, inside=()))
            self.report.exact["union with null" if len(parts) > 1 else "union of one"] += 1
            return optional(inner) if len(parts) > 1 else inner
        words = [word for part in rest for word in texts(part)]
        if rest and all(map(texts, rest)):
            return self._enum([*words, *([None] if len(rest) < len(parts) else [])], place)
        inner = self.opaque(place, "it is one of several types") if rest else self.opaque(place, "it is always null")
        return optional(inner) if len(rest) < len(parts) else inner

    def _enum(self, members: Sequence[Any], place: SchemaPlace) -> str:
        words = [m for m in members if m is not None]
        if not words or not all(isinstance(m, str) for m in words):
            return self.opaque(place, "its values are not strings")
        known = distinct(dict.fromkeys(words))
        lines = [f"    {named(member, word)}" for word, member in known.items()]
        self.report.exact["enum"] += 1
        name = self._declared(("enum", place.definition, *words), place.names(), "enum", lines)
        self.members[name] = known
        return optional(name) if len(words) < len(members) else name

    def _scalar(self, kind: str, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        base = _BASES[kind]
        if kind not in ("integer", "number"):
            return base
        numbers, dropped = number_range(schema, kind == "integer")
        self.report.dropped += [(str(place), word) for word in dropped]
        bounded = base + bounds_text(numbers)
        self._bases[bounded], self._numbers[bounded] = base, numbers
        return bounded

    def _new_type(self, word: str, base: str) -> str:
        self.report.exact["format" if base == "Text" else "new type"] += 1
        if (word, base) not in self._known:
            name = self._known[word, base] = self._name([type_name(word.replace("-", "_"))])
            self.declarations[name] = [f"type {name} = {base}"]
            self._bases[name], self._numbers[name] = self.base_of(base), self.numbers_of(base)
        return self._known[word, base]

    def base_of(self, name: str) -> str:
        """The base of a new type, or of one with bounds; any other type itself."""
        return self._bases.get(name, name)

    def numbers_of(self, name: str) -> NumberRange:
        """The bounds of a type of numbers."""
        return self._numbers.get(name, ANY_NUMBER)

    def _array(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        if "prefixItems" in schema or isinstance(schema.get("items"), list):
            return self.opaque(place, "it is a tuple")
        items = schema.get("items", True)
        element = self.of(items, place.to("items"))
        unique = schema.get("uniqueItems") is True
        if unique and element.removeprefix("Optional[").startswith(_COLLECTIONS):
            self.report.dropped.append((str(place), "uniqueItems"))
            unique = False
        self.report.exact["set" if unique else "array"] += 1
        return f"{'Set' if unique else 'List'}[{element}]{self._bounds(schema, place)}"

    def _object(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        properties = schema.get("properties") or {}
        if not isinstance(properties, Mapping):
            raise ImportProblem(f"{place}: `properties` must be an object, not {shown(properties)}")
        others = schema.get("additionalProperties")
        if properties:
            if isinstance(others, Mapping) and others:
                return self.opaque(place, "it has both listed and additional properties")
            return self._record(schema, properties, place)
        if isinstance(others, Mapping) and others:
            self.report.exact["map"] += 1
            return f"Map[Text, {self.of(others, place.to('values'))}]"
        return self.opaque(place, "it is an object without known properties")

    def _record(self, schema: Mapping[str, Any], properties: Mapping[str, Schema], place: SchemaPlace) -> str:
        needed = required(schema, place)
        lines, shape = [], []
        for original, name in distinct(properties).items():
            of = self.of(properties[original], place.to(original, always=original in needed))
            of = of if original in needed else optional(of)
            lines.append(f"    {named(name, original)}: {of}")
            shape.append((original, of))
        self.report.exact["object"] += 1
        if place.record:
            self.declarations[place.record] = [f"record {place.record}:", *lines]
            return place.record
        title = schema.get("title")
        titled = [type_name(title)] if isinstance(title, str) and title.isidentifier() else []
        candidates = [*titled, *place.names(list(properties))]
        # Equal records are merged unless they have different names.
        called = place.definition or (title if titled else "")
        return self._declared(("record", called, *shape), candidates, "record", lines)

    # ------------------------------------------------------------ names

    def _declared(self, shape: object, candidates: Iterable[str], word: str, lines: list[str]) -> str:
        if shape not in self._known:
            name = self._name(candidates)
            self._known[shape] = name
            self.declarations[name] = [f"{word} {name}:", *lines]
        return self._known[shape]

    def _name(self, candidates: Iterable[str]) -> str:
        names, taken = list(candidates), {*self.declarations, *BUILT_IN}
        return next((n for n in names if n not in taken), free(names[-1], taken))

    def _bounds(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        low, high = bound("minItems", schema, place) or 0, bound("maxItems", schema, place)
        if high is not None and low > high:
            self.report.dropped.append((str(place), "minItems"))
            low = 0
        return (f" >= {low}" if low else "") + ("" if high is None else f" <= {high}")

    def note_dropped(self, schema: Mapping[str, Any], place: SchemaPlace) -> None:
        """Reports the keywords of a schema that types cannot express."""
        self.report.dropped += [(str(place), word) for word in ignored(schema)]


def named(name: str, original: str) -> str:
    """A name followed by its outside name, if that is different."""
    return name if name == original else f"{name} as {quote(original)}"


def optional(of: str) -> str:
    """The type with `None`."""
    return of if of.startswith("Optional[") else f"Optional[{of}]"


def _comment(text: str) -> str:
    """Foreign text on one line, so that it cannot end the comment that it is in."""
    return "".join(c if c.isprintable() else " " for c in text)
