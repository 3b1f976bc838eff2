"""Type declarations and type expressions: from what is written to the lattice's types."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from p2c_dsl.diagnostics.model import Location
from p2c_dsl.resolve.bounds import BadBounds, with_bounds
from p2c_dsl.resolve.records import endless
from p2c_dsl.resolve.reporter import Reporter
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.types import (
    BASES,
    UNKNOWN,
    Base,
    Bounded,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    Optional,
    Record,
    SetOf,
    Type,
    is_comparable,
    show,
    supertypes,
)

GENERICS = {"List": 1, "Set": 1, "Map": 2, "Optional": 1}
MOST_CHAINED = 24

TypeNode = nodes.TypeDecl | nodes.RecordDecl | nodes.EnumDecl


class Types:
    """The declared types by name, each resolved on first use."""

    def __init__(self, declared: Mapping[str, tuple[Source, TypeNode]], reporter: Reporter) -> None:
        self._declared, self._reporter = declared, reporter
        self._resolved: dict[str, Type] = {}
        self._open: list[str] = []
        self._depth_reported = False
        self.records: dict[str, dict[str, Type]] = {}

    def resolve_all(self) -> dict[str, Type]:
        """All declared types; fields of records are in `records` afterwards, as declared."""
        for name in self._declared:
            self._named(name)
        for name, (source, node) in self._declared.items():
            if isinstance(node, nodes.RecordDecl):
                self.records[name] = self._fields(node, source)
        return dict(self._resolved)

    def check_endless(self) -> None:
        """Reports records whose values would contain themselves endlessly."""
        for name in endless(self.records):
            source, node = self._declared[name]
            message = f"a value of `{name}` would contain itself endlessly"
            help_ = "break the cycle with an Optional or a List"
            self._reporter.report("P2C206", source, node.name.span, message, help_)

    def of(self, expr: nodes.TypeExpr, source: Source, *, literal: bool = False) -> Type:
        """The type that an expression stands for, `UNKNOWN` after an error. `literal` says if that word is allowed."""
        if expr.literal and not literal:
            help_ = "remove it: only the type of a parameter or the base of a new type can have it"
            self._reporter.report("P2C204", source, expr.span, "`literal` is not allowed here", help_)
        name = expr.name.text
        if name in GENERICS:
            found = self._generic(expr, source)
        else:
            if expr.arguments:
                message = f"`{name}` takes no type arguments"
                self._reporter.report("P2C200", source, expr.span, message, "remove the brackets")
            found = BASES.get(name) or self._named(name) or self._unknown(expr.name, source)
        return self._bounded(found, expr, source)

    # ------------------------------------------------------------ expressions

    def _unknown(self, name: Name, source: Source) -> Type:
        # Lazy, because only a few unknown names are compared with the known ones.
        known = chain(self._declared, BASES, GENERICS)
        message = f"there is no type `{name.text}`"
        self._reporter.unknown("P2C138", source, name.span, message, name.text, known)
        return UNKNOWN

    def _generic(self, expr: nodes.TypeExpr, source: Source) -> Type:
        name, wanted = expr.name.text, GENERICS[expr.name.text]
        arguments = [self.of(a, source) for a in expr.arguments]
        if len(arguments) != wanted:
            shape = {"Map": "Map[K, V]"}.get(name, f"{name}[T]")
            message = f"`{name}` takes {wanted} type argument{'s' * (wanted > 1)}, but got {len(arguments)}"
            self._reporter.report("P2C200", source, expr.span, message, f"write `{shape}`")
            return UNKNOWN
        if name in ("Set", "Map"):
            self.check_comparable(arguments[0], source, expr.arguments[0].span)
        match name:
            case "List":
                return ListOf(arguments[0])
            case "Set":
                return SetOf(arguments[0])
            case "Map":
                return MapOf(arguments[0], arguments[1])
        if isinstance(arguments[0], Optional):
            message = "an Optional cannot contain another Optional"
            self._reporter.report("P2C203", source, expr.span, message, f"write `{show(arguments[0])}`")
            return arguments[0]
        return Optional(arguments[0])

    def check_comparable(self, key: Type, source: Source, span: Span) -> None:
        """Reports a collection where values are compared."""
        if not is_comparable(key):
            message = f"{show(key)} cannot be a key or an element of a set"
            self._reporter.report("P2C202", source, span, message, "use a type that is not a collection")

    def _bounded(self, found: Type, expr: nodes.TypeExpr, source: Source) -> Type:
        if not expr.bounds or found == UNKNOWN:
            return found
        try:
            return with_bounds(found, expr.bounds)
        except BadBounds as bad:
            span = expr.bounds[0].span.to(expr.bounds[-1].span)
            self._reporter.report("P2C201", source, span, bad.message, bad.help)
            return found

    # ------------------------------------------------------------ declarations

    def _named(self, name: str) -> Type | None:
        if name in self._resolved:
            return self._resolved[name]
        if name not in self._declared:
            return None
        if name in self._open:
            self._report_circle(name)
            return UNKNOWN
        if len(self._open) > MOST_CHAINED:
            self._report_depth(name)
            return UNKNOWN
        source, node = self._declared[name]
        self._open.append(name)
        found = self._declare(node, source)
        self._open.pop()
        if len(supertypes(found)) > MOST_CHAINED:
            self._report_depth(name)
            found = UNKNOWN
        return self._resolved.setdefault(name, found)

    def _report_circle(self, name: str) -> None:
        source, node = self._declared[name]
        circle = " is a ".join(f"`{n}`" for n in [*self._open[self._open.index(name) :], name])
        message = f"these types form a cycle: {circle}"
        self._reporter.report("P2C206", source, node.name.span, message, "remove the parent or base of one of them")

    def _report_depth(self, name: str) -> None:
        if self._depth_reported:
            return
        self._depth_reported = True
        source, node = self._declared[name]
        message = f"this chain has more than {MOST_CHAINED} types"
        self._reporter.report("P2C207", source, node.name.span, message, "shorten the chain")

    def _declare(self, node: TypeNode, source: Source) -> Type:
        name = node.name.text
        match node:
            case nodes.RecordDecl():
                return Record(name)
            case nodes.EnumDecl(members=members):
                return Enum(name, tuple(dict.fromkeys(m.name.text for m in members)))
        if node.base is not None:
            return self._new_type(name, node.base, source)
        return Nominal(name, self._parent(name, node.parent, source) if node.parent is not None else None)

    def _new_type(self, name: str, written: nodes.TypeExpr, source: Source) -> Type:
        base = self.of(written, source, literal=True)
        if base == UNKNOWN or isinstance(base, Base | NewType | Bounded):
            return NewType(name, base, written.literal) if base != UNKNOWN else UNKNOWN
        message = f"the base of a new type must be {', '.join(BASES)} or another new type, but this is {show(base)}"
        help_ = f"write `type {name} < {show(base)}`" if isinstance(base, Nominal) else f"use {show(base)} itself"
        self._reporter.report("P2C213", source, written.span, message, help_)
        return UNKNOWN

    def _parent(self, name: str, written: Name, source: Source) -> Nominal | None:
        parent = BASES.get(written.text) or self._named(written.text) or self._unknown(written, source)
        if isinstance(parent, Nominal):
            return parent
        if parent != UNKNOWN:
            message = f"`{written.text}` cannot have subtypes: it is {_kind(parent)}"
            over = isinstance(parent, Base | NewType)
            help_ = f"write `type {name} = {written.text}`" if over else "remove the parent"
            self._reporter.report("P2C205", source, written.span, message, help_)
        return None

    def _fields(self, node: nodes.RecordDecl, source: Source) -> dict[str, Type]:
        fields: dict[str, Type] = {}
        places: dict[str, Name] = {}
        for field in node.fields:
            first = places.setdefault(field.name.text, field.name)
            if first is not field.name:
                self._reporter.twice(field.name, source, Location(source, first.span))
            of = self.of(field.type, source)
            fields.setdefault(field.name.text, of)
        return fields


def _kind(of: Type) -> str:
    kinds = {Base: "a built-in type", NewType: "a new type", Enum: "an enum", Record: "a record"}
    return kinds.get(type(of), "a collection")
