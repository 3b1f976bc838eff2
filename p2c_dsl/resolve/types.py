"""Type declarations and type expressions: from what is written to the lattice's types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from p2c_dsl.diagnostics.model import Diagnostic, Location, Note
from p2c_dsl.names import did_you_mean
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.syntax.span import Source, Span
from p2c_dsl.types import (
    BASES,
    UNKNOWN,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    show,
)

GENERICS = {"List": 1, "Set": 1, "Map": 2, "Optional": 1}
MOST_CHAINED = 24

TypeNode = nodes.TypeDecl | nodes.RecordDecl | nodes.EnumDecl


class Reporter:
    """Collects diagnostics for the files of one spec."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def report(
        self,
        code: str,
        source: Source,
        span: Span,
        message: str,
        help: str | None = None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        """One more error."""
        self.diagnostics.append(Diagnostic(code, message, Location(source, span), help=help, notes=notes))


class Types:
    """The declared types by name, each resolved when it is first asked for."""

    def __init__(self, declared: Mapping[str, tuple[Source, TypeNode]], reporter: Reporter) -> None:
        self._declared, self._reporter = declared, reporter
        self._resolved: dict[str, Type] = {}
        self._open: list[str] = []
        self.records: dict[str, dict[str, Type]] = {}

    def resolve_all(self) -> dict[str, Type]:
        """All declared types; fields of records are in `records` afterwards."""
        for name in self._declared:
            self._named(name)
        for name, (source, node) in self._declared.items():
            if isinstance(node, nodes.RecordDecl):
                self.records[name] = self._fields(node, source)
        self._check_finite()
        return dict(self._resolved)

    def of(self, expr: nodes.TypeExpr, source: Source, *, literal: bool = False) -> Type:
        """The type that an expression stands for, `UNKNOWN` after an error. `literal`: may be written here."""
        if expr.literal and not literal:
            help_ = "remove it here: a parameter's type, or a new type's base, may have it"
            self._reporter.report("P2C204", source, expr.span, "`literal` means nothing here", help_)
        name = expr.name.text
        if name in GENERICS:
            found = self._generic(expr, source)
        else:
            if expr.arguments:
                message = f"`{name}` takes no type arguments"
                self._reporter.report("P2C200", source, expr.span, message, "remove the brackets")
            found = BASES.get(name) or self._named(name) or self._unknown(expr.name, source)
        return self._sized(found, expr, source)

    # ------------------------------------------------------------ expressions

    def _unknown(self, name: Name, source: Source) -> Type:
        known = [*self._declared, *BASES, *GENERICS]
        self._reporter.report(
            "P2C138", source, name.span, f"there is no type `{name.text}`", did_you_mean(name.text, known)
        )
        return UNKNOWN

    def _generic(self, expr: nodes.TypeExpr, source: Source) -> Type:
        name, wanted = expr.name.text, GENERICS[expr.name.text]
        arguments = [self.of(a, source) for a in expr.arguments]
        if len(arguments) != wanted:
            shape = {"Map": "Map[K, V]"}.get(name, f"{name}[T]")
            message = (
                f"`{name}` takes {wanted} type argument{'s' * (wanted > 1)}, but here are {len(arguments)}"
            )
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
            message = "an Optional of an Optional is no type"
            self._reporter.report("P2C203", source, expr.span, message, f"write `{show(arguments[0])}`")
            return arguments[0]
        return Optional(arguments[0])

    def check_comparable(self, key: Type, source: Source, span: Span) -> None:
        """Reports a collection where values are compared."""
        inner = key.inner if isinstance(key, Optional) else key
        if isinstance(inner, ListOf | SetOf | MapOf):
            message = f"{show(key)} cannot be a key or a set's element"
            self._reporter.report("P2C202", source, span, message, "use a type that is no collection")

    def _sized(self, found: Type, expr: nodes.TypeExpr, source: Source) -> Type:
        if not expr.bounds or found == UNKNOWN:
            return found
        span = expr.bounds[0].span.to(expr.bounds[-1].span)
        if not isinstance(found, ListOf | SetOf | MapOf):
            message = f"{show(found)} has no size to bound"
            self._reporter.report("P2C201", source, span, message, "bound a List, Set or Map")
            return found
        lows = [b.value for b in expr.bounds if b.op == ">="]
        highs = [b.value for b in expr.bounds if b.op == "<="]
        low, high = max(lows, default=0), min(highs, default=None)
        if high is not None and low > high:
            message = f"no collection has at least {low} and at most {high} elements"
            self._reporter.report("P2C201", source, span, message, "swap the two")
            return found
        size = Size(low, high)
        if isinstance(found, MapOf):
            return MapOf(found.key, found.value, size)
        return type(found)(found.element, size)

    # ------------------------------------------------------------ declarations

    def _named(self, name: str) -> Type | None:
        if name in self._resolved:
            return self._resolved[name]
        if name not in self._declared:
            return None
        source, node = self._declared[name]
        if name in self._open or len(self._open) >= MOST_CHAINED:
            self._report_chain(name, source, node)
            return self._resolved.setdefault(name, Nominal(name))
        self._open.append(name)
        found = self._declare(node, source)
        self._open.pop()
        return self._resolved.setdefault(name, found)

    def _report_chain(self, name: str, source: Source, node: TypeNode) -> None:
        if name in self._open:
            cycle = [*self._open[self._open.index(name) :], name]
            message = f"this type is made of itself: {' of '.join(f'`{n}`' for n in cycle)}"
            self._reporter.report("P2C206", source, node.name.span, message, "let one of them stand alone")
        else:
            message = f"types build on each other more than {MOST_CHAINED} deep"
            self._reporter.report("P2C207", source, node.name.span, message, "make the chain shorter")

    def _declare(self, node: TypeNode, source: Source) -> Type:
        name = node.name.text
        match node:
            case nodes.RecordDecl():
                return Record(name)
            case nodes.EnumDecl(members=members):
                return Enum(name, tuple(dict.fromkeys(m.text for m in members)))
        if node.base is not None:
            return NewType(name, self.of(node.base, source, literal=True), node.base.literal)
        if node.parent is None:
            return Nominal(name)
        parent = self._named(node.parent.text)
        if parent is None and node.parent.text not in BASES:
            self._unknown(node.parent, source)
        elif not isinstance(parent, Nominal):
            message = f"`{node.parent.text}` has no subtypes"
            help_ = f"write `type {name} = {node.parent.text}` for a new type over it"
            self._reporter.report("P2C205", source, node.parent.span, message, help_)
        return Nominal(name, parent if isinstance(parent, Nominal) else None)

    def _fields(self, node: nodes.RecordDecl, source: Source) -> dict[str, Type]:
        fields: dict[str, Type] = {}
        for field in node.fields:
            if field.name.text in fields:
                message = f"`{node.name.text}` has two fields `{field.name.text}`"
                self._reporter.report("P2C134", source, field.name.span, message, "rename one of them")
            fields[field.name.text] = self.of(field.type, source)
        return fields

    def _check_finite(self) -> None:
        """A record that directly holds itself has no values; through a collection or Optional it may."""
        finite: set[str] = set()
        for name in self.records:
            path = [name]
            pending: list[Iterator[str]] = [self._direct(name)]
            while pending:
                inner = next(pending[-1], None)
                if inner is None:
                    pending.pop()
                    finite.add(path.pop())
                elif inner in path:
                    source, node = self._declared[name]
                    message = f"a value of `{name}` would hold itself without end"
                    help_ = "hold it in an Optional or a List"
                    self._reporter.report("P2C206", source, node.name.span, message, help_)
                    finite.update(path)
                    break
                elif inner not in finite:
                    path.append(inner)
                    pending.append(self._direct(inner))

    def _direct(self, name: str) -> Iterator[str]:
        for held in self.records.get(name, {}).values():
            while isinstance(held, NewType):
                held = held.base
            if isinstance(held, Record):
                yield held.name
