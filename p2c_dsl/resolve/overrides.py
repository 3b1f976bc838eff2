"""Overrides: a person's statements about subtasks and records, which take the place of those in their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from p2c_dsl.diagnostics.model import Location, Note
from p2c_dsl.resolve.effects import Clauses
from p2c_dsl.resolve.narrowing import DoesNotFit, Narrowing
from p2c_dsl.resolve.reporter import Reporter
from p2c_dsl.resolve.types import Types
from p2c_dsl.resolve.values import writable
from p2c_dsl.source import Source
from p2c_dsl.spec import Parameter, Subtask
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.types import Optional, Type, is_subtype, show

O = TypeVar("O", nodes.OverrideDecl, nodes.RecordOverrideDecl)  # noqa: E741
L = TypeVar("L", nodes.ParameterDecl, nodes.FieldDecl)


class OverrideReader:
    """Applies overrides. A part of one that is wrong is reported, and does not count."""

    def __init__(self, types: Types, narrowing: Narrowing, reporter: Reporter) -> None:
        self._types, self._narrowing, self._reporter = types, narrowing, reporter

    def narrow_records(self, overrides: Iterable[tuple[Source, nodes.RecordOverrideDecl]]) -> None:
        """Narrows the fields of the records in the types."""
        records = self._types.records
        for source, node in self._known("record", overrides, records):
            records[node.name.text] = self._fields(records[node.name.text], node, source)

    def subtasks(
        self,
        subtasks: Mapping[str, Subtask],
        overrides: Iterable[tuple[Source, nodes.OverrideDecl]],
        clauses: Clauses,
    ) -> dict[str, Subtask]:
        """The subtasks, as their overrides say."""
        found = dict(subtasks)
        for source, node in self._known("subtask", overrides, subtasks):
            found[node.name.text] = self._subtask(found[node.name.text], node, source, clauses)
        return found

    def _known(
        self, kind: str, overrides: Iterable[tuple[Source, O]], declared: Mapping[str, object]
    ) -> Iterator[tuple[Source, O]]:
        """The first override of each declared name; the others are reported."""
        signed: dict[str, Location] = {}
        for source, node in overrides:
            name = node.name.text
            if name not in declared:
                message = f"there is no {kind} `{name}` to override"
                self._reporter.unknown("P2C141", source, node.name.span, message, name, declared)
            elif name in signed:
                message = f"`{name}` is overridden twice"
                note = Note("the first override is here", signed[name])
                self._reporter.report("P2C134", source, node.name.span, message, "merge the two overrides", (note,))
            else:
                signed[name] = Location(source, node.name.span)
                yield source, node

    # ------------------------------------------------------------ records

    def _fields(self, fields: Mapping[str, Type], node: nodes.RecordOverrideDecl, source: Source) -> dict[str, Type]:
        result, code, of = dict(fields), "P2C212", f"{node.name.text} has no field"
        for field in self._listed(node.fields, fields, code, of, source):
            result[field.name.text] = self._narrower(field, fields[field.name.text], source)
        for name in self._named(node.required, fields, code, of, source):
            result[name.text] = _given(result[name.text])
        return result

    # ------------------------------------------------------------ subtasks

    def _subtask(self, subtask: Subtask, node: nodes.OverrideDecl, source: Source, clauses: Clauses) -> Subtask:
        result = self._result(subtask, node, source)
        subtask = replace(subtask, parameters=self._parameters(subtask, node, source), result=result)
        if node.effects or node.pure is not None:
            effects = clauses.read(node.effects, subtask.parameters, source)
            subtask = replace(subtask, effects=effects, claims=())
        elif node.parameters:
            self._check_keys(subtask, node, source, clauses)
        cost = subtask.cost if node.cost is None else node.cost
        return replace(subtask, cost=cost, doc=subtask.doc if node.doc is None else node.doc)

    def _result(self, subtask: Subtask, node: nodes.OverrideDecl, source: Source) -> Type | None:
        if node.result is None:
            return subtask.result
        of = self._types.of(node.result, source)
        if subtask.result is None:
            message = f"`{subtask.name}` returns nothing, so there is no result to narrow"
            self._reporter.report("P2C214", source, node.result.span, message, "remove the result")
            return None
        return self._checked(of, subtask.result, f"the result of `{subtask.name}`", node.result, source)

    def _parameters(self, subtask: Subtask, node: nodes.OverrideDecl, source: Source) -> tuple[Parameter, ...]:
        known = {p.name: p for p in subtask.parameters}
        code, of = "P2C137", f"`{subtask.name}` has no parameter"
        written = {p.name.text: p for p in self._listed(node.parameters, known, code, of, source)}
        required = {name.text for name in self._named(node.required, known, code, of, source)}
        for name, narrowed in written.items():
            known[name] = self._narrowed(known[name], narrowed, name in required, source)
        for name in required:
            known[name] = replace(known[name], type=_given(known[name].type), optional=False, default=None)
        for literal in self._named(node.literals, known, code, of, source):
            known[literal.text] = self._literal(known[literal.text], literal, source)
        self._check_order(known, node, source)
        return tuple(known.values())

    def _narrowed(
        self, parameter: Parameter, written: nodes.ParameterDecl, required: bool, source: Source
    ) -> Parameter:
        of = self._narrower(written, parameter.type, source)
        literal = parameter.literal and writable(of)
        result = replace(parameter, type=of, literal=literal)
        if written.type.literal:
            result = self._literal(result, written.name, source)
        if required or not parameter.optional:
            return result
        try:
            return replace(result, default=self._narrowing.default(parameter.default, of))
        except DoesNotFit as misfit:
            message = f"`{parameter.name}` may be left out, but its default is not a {show(of)}: {misfit.shown}"
            help_ = f"{misfit.help}, or add `required {parameter.name}`"
            self._reporter.report("P2C215", source, written.type.span, message, help_)
            return parameter

    def _literal(self, parameter: Parameter, name: Name, source: Source) -> Parameter:
        """The parameter, which also allows free literals."""
        if writable(parameter.type):
            return replace(parameter, literal=True)
        message = f"{show(parameter.type)} has no literals"
        help_ = "remove `literal`: only text, numbers and truth values have literals"
        self._reporter.report("P2C204", source, name.span, message, help_)
        return parameter

    def _check_order(self, parameters: Mapping[str, Parameter], node: nodes.OverrideDecl, source: Source) -> None:
        """Reports required parameters after optional ones: moving them would change what calls mean."""
        optional: list[str] = []
        places = {name.text: name for name in node.required}
        for name, parameter in parameters.items():
            if parameter.optional:
                optional.append(f"`{name}`")
            elif optional and name in places:
                message = f"required parameter `{name}` after a parameter with a default"
                help_ = f"make those before it required as well: {', '.join(optional)}"
                self._reporter.report("P2C211", source, places[name].span, message, help_)

    def _check_keys(self, subtask: Subtask, node: nodes.OverrideDecl, source: Source, clauses: Clauses) -> None:
        """Reports effects of the declaration whose keys have types that do not fit any more."""
        for use in subtask.effects:
            for path, key in zip(use.arguments, use.effect.keys, strict=True):
                of = None if path is None else clauses.type_of(path, subtask.parameters)
                if of is not None and not is_subtype(of, key):
                    message = (
                        f"the key of `{use.effect.name}` must be {show(key)}, but this override makes it {show(of)}"
                    )
                    help_ = f"declare `{use.effect.name}` with a key of type {show(of)}, or state the effects here"
                    self._reporter.report("P2C210", source, node.name.span, message, help_)

    # ------------------------------------------------------------ names and types

    def _listed(
        self, written: Sequence[L], known: Mapping[str, object], code: str, unknown: str, source: Source
    ) -> list[L]:
        """The first line for each known name; the others are reported."""
        seen: dict[str, L] = {}
        for one in written:
            first = seen.setdefault(one.name.text, one)
            if first is not one:
                note = Note("first narrowed here", Location(source, first.name.span))
                message = f"`{one.name.text}` is narrowed twice"
                self._reporter.report("P2C134", source, one.name.span, message, "remove one of them", (note,))
        names = [one.name for one in seen.values()]
        return [seen[name.text] for name in self._named(names, known, code, unknown, source)]

    def _named(
        self, names: Iterable[Name], known: Mapping[str, object], code: str, unknown: str, source: Source
    ) -> list[Name]:
        found = []
        for name in names:
            if name.text in known:
                found.append(name)
            else:
                message = f"{unknown} `{name.text}`"
                self._reporter.unknown(code, source, name.span, message, name.text, known)
        return found

    def _narrower(self, written: L, old: Type, source: Source) -> Type:
        of = self._types.of(written.type, source, literal=isinstance(written, nodes.ParameterDecl))
        return self._checked(of, old, f"`{written.name.text}`", written.type, source)

    def _checked(self, new: Type, old: Type, what: str, place: nodes.TypeExpr, source: Source) -> Type:
        """The new type if it narrows the old one, else the old one."""
        if self._narrowing.narrows(new, old):
            return new
        message = f"{what} is declared as {show(old)}, which {show(new)} does not narrow"
        self._reporter.report("P2C214", source, place.span, message, self._narrowing.ways(new, old))
        return old


def _given(of: Type) -> Type:
    return of.inner if isinstance(of, Optional) else of
