"""From JSON Schema to the language's types.

The report lists what the language's types cannot express: an opaque type stands for a schema without a corresponding
type, and a constraint (a pattern, a length) that types cannot express is counted as dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from p2c_dsl.importing.json_schema.declared import BASES, DeclaredTypes, named, optional
from p2c_dsl.importing.json_schema.documents import definition_name, is_definition
from p2c_dsl.importing.json_schema.merging import resolved, union_of_records, whole
from p2c_dsl.importing.json_schema.place import SchemaPlace
from p2c_dsl.importing.json_schema.schemas import (
    NEW_TYPE,
    UNIONS,
    bound,
    described,
    ignored,
    is_record,
    listed,
    nullable,
    required,
    scalar_kind,
    shown,
    split_null,
    texts,
    without_null,
)
from p2c_dsl.importing.model import ImportProblem, Schema
from p2c_dsl.importing.naming import distinct, type_name
from p2c_dsl.syntax.text import quote

_COLLECTIONS = ("List[", "Set[", "Map[")
_Waiting = tuple[Schema, SchemaPlace]


class ImportedTypes:
    """The types that a tool list needs, declared when first used; equal schemas share one.

    Args:
        declared: What is declared already, and is added to.
        returned: The unions in results, by their identities: as arguments, they have to stay what they are.
    """

    def __init__(self, declared: DeclaredTypes, returned: frozenset[str] = frozenset()) -> None:
        self.declared, self.report = declared, declared.report
        self._returned = returned
        self._waiting: list[_Waiting] = []

    def of(self, schema: Schema, place: SchemaPlace) -> str:
        """The type that a schema stands for, as text. Raises `ImportProblem` if it is not a schema."""
        found = self._of(schema, place)
        while self._waiting and not place.open:
            # Definitions of a shared document are declared one after the other, however deep they are nested.
            self._of(*self._waiting.pop())
        return found

    def _of(self, schema: Schema, place: SchemaPlace) -> str:
        if schema is True or schema == {}:
            return self.opaque(schema, place, "it has no schema")
        if not isinstance(schema, Mapping):
            raise ImportProblem(f"{place}: a schema must be an object, not {shown(schema)}")
        if nullable(schema):
            return optional(self._of(without_null(schema), replace(place, inside=())))
        if isinstance(kinds := schema.get("type"), list):
            return self._union([{**schema, "type": one} for one in kinds], place, "type")
        if "allOf" in schema:
            listed(schema["allOf"], place.to("allOf"))
            if (merged := whole(schema, place.document)) is not schema:
                return self._of(merged, place.to("allOf") if len(schema) == 1 else place)
        self.note_dropped(schema, place)
        if "$ref" in schema:
            return self._reference(schema["$ref"], place)
        if "properties" not in schema:
            for word in UNIONS:
                if word in schema:
                    return self._union(listed(schema[word], place.to(word)), place, word)
            if "allOf" in schema:
                return self.opaque(schema, place, "it is an intersection")
        if "enum" in schema or "const" in schema:
            members = listed(schema["enum"], place.to("enum")) if "enum" in schema else [schema["const"]]
            return self._enum(members, schema, place)
        return self._plain(schema, place)

    def _plain(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        kind = schema.get("type", "object" if "properties" in schema else None)
        match kind:
            case str() if kind in BASES and isinstance(schema.get(NEW_TYPE), str):
                return self.declared.new_type(schema[NEW_TYPE], self.declared.scalar(kind, schema, str(place)))
            case "string" if isinstance(schema.get("format"), str):
                return self.declared.new_type(schema["format"], "Text")
            case "string" | "integer" | "number" | "boolean":
                self.report.exact[kind] += 1
                return self.declared.scalar(kind, schema, str(place))
            case "array":
                return self._array(schema, place)
            case "object":
                return self._object(schema, place)
            case "null":
                return self.opaque(schema, place, "it is always null")
            case None:
                return self.opaque(schema, place, "it has no type")
        return self.opaque(schema, place, f"there is no type {shown(kind)}")

    def opaque(self, schema: Schema, place: SchemaPlace, reason: str) -> str:
        """Declares a type of which only the name is known."""
        return self.declared.opaque(place.names(), place.document.identity(schema), str(place), reason)

    # ------------------------------------------------------------ constructs

    def _reference(self, target: Any, place: SchemaPlace) -> str:
        document = place.document
        schema = document.find(target)
        if schema is None:
            return self._unknown(definition_name(target), place)
        # The same definition in two tools is one type.
        key = (definition_name(target), target if document.shared else document.identity(schema))
        known = self.declared.references.get(key)
        if known is None:
            if key in place.open:
                return self.opaque({"$ref": target}, place, "it contains itself")
            known = self._defined(target, key, schema, place)
            self.declared.references[key] = known
        elif known in place.inside or (place.inside and document.shared and document.needs(schema, place.inside[-1])):
            return self.opaque({"$ref": target}, place, "a value of it would contain itself endlessly")
        self.report.exact["$ref"] += 1
        return known

    def _defined(self, target: Any, key: object, schema: Schema, place: SchemaPlace) -> str:
        document, name, record = place.document, definition_name(target), ""
        schema, has_null = split_null(whole(schema, document))
        makes_record = is_record(schema) or self._is_union_of_records(schema, place)
        if makes_record and (document.shared or target in document.reachable(schema)):
            # A record can contain itself: its parts need its name before it is declared.
            record = self.declared.reserve([type_name(name), type_name(place.tool, name)])
            self.declared.references[key] = optional(record) if has_null else record
        if record and document.shared:
            inner = SchemaPlace(name, (), document, (key,), name, record, (str(target),))
            self._waiting.append((schema, inner))
            return self.declared.references[key]
        inner = place.at(name, key, record)
        of = self._of(schema, inner if is_definition(target) else replace(inner, definition=""))
        return optional(of) if has_null else of

    def _is_union_of_records(self, schema: Schema, place: SchemaPlace) -> bool:
        parts = next((schema[w] for w in UNIONS if w in schema), None) if isinstance(schema, Mapping) else None
        if not isinstance(parts, list) or len(parts) < 2 or "properties" in schema:
            return False
        return union_of_records(parts, place.document) is not None

    def _unknown(self, name: str, place: SchemaPlace) -> str:
        known = self.declared.known
        if ("unknown", name) not in known:
            known["unknown", name] = self.opaque({"$ref": name}, place.to(name), f"{shown(name)} is not defined")
        return known["unknown", name]

    def _union(self, parts: Sequence[Schema], place: SchemaPlace, word: str) -> str:
        rest = [p for p in parts if not (isinstance(p, Mapping) and p.get("type") == "null")]
        if len(rest) == 1:
            inner = self._of(rest[0], place if len(parts) == 1 else replace(place, inside=()))
            self.report.exact["union with null" if len(parts) > 1 else "union of one"] += 1
            return optional(inner) if len(parts) > 1 else inner
        if not rest:
            return optional(self.opaque({"type": "null"}, place, "it is always null"))
        inner = self._alternatives(rest, place if len(rest) == len(parts) else replace(place, inside=()), word)
        return optional(inner) if len(rest) < len(parts) else inner

    def _alternatives(self, parts: Sequence[Schema], place: SchemaPlace, word: str) -> str:
        document = place.document
        found = [resolved(part, document) for part in parts]
        if all(map(texts, found)):
            members = [member for part in found for member in texts(part)]
            return self._enum(members, {"enum": members}, place)
        kinds = set(map(scalar_kind, found))
        for base in ("string", "number", "integer", "boolean"):
            if base in kinds and kinds <= {base, "integer" if base == "number" else base}:
                # What one alternative says of its values, such as a format, does not hold of the others.
                self.report.exact["union of one base"] += 1
                return BASES[base]
        record = union_of_records(parts, document)
        if record is not None:
            self.report.dropped.append((str(place), word))
            return self._merged(record, place)
        union = {"anyOf": list(parts)}
        if place.given and document.identity(union) not in self._returned:
            simple = [part for part, of in zip(parts, found, strict=True) if scalar_kind(of) or _is_simple_list(of)]
            if simple:
                # An argument need not be all that it might be; what stands first is what the tool's author prefers.
                self.report.dropped.append((str(place), word))
                return self._of(simple[0], place)
        return self.opaque(union, place, "it is one of several types")

    def _merged(self, record: Mapping[str, Any], place: SchemaPlace) -> str:
        """The record that stands for several, which may contain this union again."""
        if place.record:
            return self._of(record, place)
        key = ("merged", place.document.identity(record))
        if key in self.declared.references:
            return self.declared.references[key]
        name = self.declared.references[key] = self.declared.reserve(place.names(list(record["properties"])))
        return self._of(record, replace(place, record=name, inside=(*place.inside, name), given=False))

    def _enum(self, members: Sequence[Any], schema: Schema, place: SchemaPlace) -> str:
        words = [m for m in members if m is not None]
        kind = scalar_kind({"enum": words})
        if kind in ("integer", "number", "boolean"):
            of = self.declared.listed_numbers(kind, words, str(place))
            return optional(of) if len(words) < len(members) else of
        if kind != "string":
            return self.opaque(schema, place, "its values are not strings")
        known = distinct(dict.fromkeys(words))
        lines = [f"    {named(member, word)}" for word, member in known.items()]
        self.report.exact["enum"] += 1
        name = self.declared.declare(("enum", place.definition, *words), place.names(), "enum", lines)
        self.declared.members[name] = known
        return optional(name) if len(words) < len(members) else name

    def _array(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        if schema.get("prefixItems") is not None or isinstance(schema.get("items"), list):
            return self._tuple(schema, place)
        element = self._of(schema.get("items", True), place.to("items"))
        unique = schema.get("uniqueItems") is True
        if unique and element.removeprefix("Optional[").startswith(_COLLECTIONS):
            self.report.dropped.append((str(place), "uniqueItems"))
            unique = False
        self.report.exact["set" if unique else "array"] += 1
        return f"{'Set' if unique else 'List'}[{element}]{self._bounds(schema, place)}"

    def _tuple(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        parts = schema.get("prefixItems", schema.get("items"))
        is_whole = isinstance(parts, list) and schema.get("minItems") == schema.get("maxItems") == len(parts)
        # Without bounds, a tuple may have fewer elements than are listed, and any others behind these.
        if is_whole and parts and all(part == parts[0] for part in parts):
            return self._array({**schema, "prefixItems": None, "items": parts[0]}, place)
        return self.opaque(schema, place, "it is a tuple")

    def _object(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        properties = schema.get("properties") or {}
        if not isinstance(properties, Mapping):
            raise ImportProblem(f"{place}: `properties` must be an object, not {shown(properties)}")
        others = schema.get("additionalProperties")
        if properties:
            return self._record(schema, properties, place)
        if isinstance(others, Mapping) and others:
            self.report.exact["map"] += 1
            return f"Map[Text, {self._of(others, place.to('values'))}]"
        return self.opaque(schema, place, "it is an object without known properties")

    def _record(self, schema: Mapping[str, Any], properties: Mapping[str, Schema], place: SchemaPlace) -> str:
        needed = required(schema, place)
        lines, shape = [], []
        for original, name in distinct(properties).items():
            inner = replace(place.to(original, always=original in needed), given=False)
            of = self._of(properties[original], inner)
            of = of if original in needed else optional(of)
            lines.append(f"    {named(name, original)}: {of}")
            shape.append((original, of))
        self.report.exact["object"] += 1
        doc = described(schema, properties)
        lines = [f"    {quote(doc)}", *lines] if doc else lines
        if place.record:
            self.declared.lines[place.record] = [f"record {place.record}:", *lines]
            return place.record
        title = schema.get("title")
        titled = [type_name(title)] if isinstance(title, str) and title.isidentifier() else []
        candidates = [*titled, *place.names(list(properties))]
        # Equal records are merged unless they have different names.
        called = place.definition or (title if titled else "")
        return self.declared.declare(("record", called, *shape), candidates, "record", lines)

    def _bounds(self, schema: Mapping[str, Any], place: SchemaPlace) -> str:
        low, high = bound("minItems", schema, place) or 0, bound("maxItems", schema, place)
        if high is not None and low > high:
            self.report.dropped.append((str(place), "minItems"))
            low = 0
        return (f" >= {low}" if low else "") + ("" if high is None else f" <= {high}")

    def note_dropped(self, schema: Mapping[str, Any], place: SchemaPlace) -> None:
        """Reports the keywords of a schema that types cannot express."""
        self.report.dropped += [(str(place), word) for word in ignored(schema)]


def _is_simple_list(schema: Schema) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "array" and bool(scalar_kind(schema.get("items")))
