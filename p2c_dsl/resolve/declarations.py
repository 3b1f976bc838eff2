"""Combines everything that files declare into one `Spec`."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence
from typing import TypeVar

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.resolve.effects import ANYTHING, Clauses
from p2c_dsl.resolve.narrowing import Narrowing
from p2c_dsl.resolve.overrides import OverrideReader
from p2c_dsl.resolve.reporter import Reporter
from p2c_dsl.resolve.types import GENERICS, TypeNode, Types
from p2c_dsl.resolve.values import value, writable
from p2c_dsl.source import Source
from p2c_dsl.spec import Constant, Effect, Parameter, RuleText, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.types import BASES, show

CLAIMS = ("read_only", "additive", "idempotent", "closed_world")
"""What may be claimed of a subtask: the annotations of the Model Context Protocol, as names."""

N = TypeVar("N", bound=nodes.Declaration)
D = TypeVar("D", Constant, Effect, Subtask, Task)


def resolve(files: Sequence[nodes.File]) -> tuple[Spec, tuple[Diagnostic, ...]]:
    """The spec that the files form together, and the errors in it."""
    resolver = _Resolver(files)
    return resolver.spec(), tuple(resolver.reporter.diagnostics)


class _Resolver:
    """Types first, then what has a type, then what names those."""

    def __init__(self, files: Sequence[nodes.File]) -> None:
        self.reporter = Reporter()
        self._files = files
        self._taken: dict[tuple[str, str], Location] = {}
        declared: dict[str, tuple[Source, TypeNode]] = {}
        for file in files:
            for node in file.declarations:
                if isinstance(node, TypeNode):
                    declared.setdefault(node.name.text, (file.source, node))
        self._types = Types(declared, self.reporter)
        self._known = self._types.resolve_all()
        self._originals = _originals(files)
        self._overrides = OverrideReader(self._types, Narrowing(self._originals), self.reporter)
        self._overrides.narrow_records(self._all(nodes.RecordOverrideDecl))
        self._types.check_endless()
        self._clauses = Clauses({}, {}, self.reporter)

    def spec(self) -> Spec:
        self._check_names()
        constants = _first(self._constant(n, s) for s, n in self._all(nodes.ConstantDecl))
        effects = _first(self._effect(n, s) for s, n in self._all(nodes.EffectDecl))
        self._clauses = Clauses(effects, self._types.records, self.reporter)
        return Spec(
            types=self._known,
            records=self._types.records,
            constants=constants,
            effects=effects,
            subtasks=self._subtasks(),
            tasks=_first(self._task(n, s) for s, n in self._all(nodes.TaskDecl)),
            rules=tuple(r for s, n in self._all(nodes.RulesDecl) for r in _rules(n.rules, s)),
            originals=self._originals,
        )

    def _all(self, kind: type[N]) -> list[tuple[Source, N]]:
        return [(f.source, d) for f in self._files for d in f.declarations if isinstance(d, kind)]

    # ------------------------------------------------------------ names

    def _check_names(self) -> None:
        """Types, tasks, and what compositions and rules name, are three namespaces; enums are in two."""
        for file in self._files:
            for node in file.declarations:
                match node:
                    case nodes.TypeDecl() | nodes.RecordDecl():
                        self._declare("type", node.name, file.source)
                    case nodes.EnumDecl():
                        if self._declare("type", node.name, file.source):
                            self._declare("name", node.name, file.source)
                        self._distinct((m.name for m in node.members), file.source)
                    case nodes.TaskDecl():
                        self._declare("task", node.name, file.source)
                    case nodes.EffectDecl() | nodes.SubtaskDecl() | nodes.ConstantDecl():
                        self._declare("name", node.name, file.source)
                        if isinstance(node, nodes.EffectDecl) and node.name.text == ANYTHING:
                            self._reserved(node.name, file.source)

    def _declare(self, space: str, name: Name, source: Source) -> bool:
        self._not_reserved(name, source, types=space == "type")
        here = Location(source, name.span)
        earlier = self._taken.setdefault((space, name.text), here)
        if earlier is not here:
            self.reporter.twice(name, source, earlier)
        return earlier is here

    def _not_reserved(self, name: Name, source: Source, *, types: bool = False) -> None:
        if keyword.iskeyword(name.text) or (types and (name.text in BASES or name.text in GENERICS)):
            self._reserved(name, source)

    def _reserved(self, name: Name, source: Source) -> None:
        message = f"`{name.text}` is a reserved name"
        self.reporter.report("P2C135", source, name.span, message, "choose another name")

    def _distinct(self, names: Iterable[Name], source: Source, *, reserved: bool = True) -> None:
        seen: dict[str, Name] = {}
        for name in names:
            if reserved:
                self._not_reserved(name, source)
            first = seen.setdefault(name.text, name)
            if first is not name:
                self.reporter.twice(name, source, Location(source, first.span))

    # ------------------------------------------------------------ what has a type

    def _constant(self, node: nodes.ConstantDecl, source: Source) -> Constant:
        of = self._types.of(node.type, source)
        written = value(node.value, of, source, self._known, self.reporter)
        return Constant(node.name.text, of, written, Location(source, node.name.span))

    def _effect(self, node: nodes.EffectDecl, source: Source) -> Effect:
        keys = tuple(self._types.of(k.type, source) for k in node.keys)
        for key, written in zip(keys, node.keys, strict=True):
            self._types.check_comparable(key, source, written.type.span)
        named = [key.name for key in node.keys if key.name is not None]
        self._distinct(named, source, reserved=False)
        labels = tuple(None if key.name is None else key.name.text for key in node.keys)
        return Effect(node.name.text, keys, node.irreversible, Location(source, node.name.span), labels)

    def _parameters(self, written: Sequence[nodes.ParameterDecl], source: Source) -> tuple[Parameter, ...]:
        parameters: list[Parameter] = []
        seen: dict[str, Name] = {}
        for node in written:
            first = seen.setdefault(node.name.text, node.name)
            if first is not node.name:
                self.reporter.twice(node.name, source, Location(source, first.span))
                continue
            of = self._types.of(node.type, source, literal=True)
            default = None
            if node.default is not None:
                default = value(node.default, of, source, self._known, self.reporter)
            if node.type.literal and not writable(of):
                message = f"{show(of)} has no literals"
                help_ = "remove `literal`: only text, numbers and truth values have literals"
                self.reporter.report("P2C204", source, node.type.span, message, help_)
            if node.default is None and any(p.optional for p in parameters):
                message = f"required parameter `{node.name.text}` after a parameter with a default"
                help_ = "move it before the parameters with defaults, or give it a default"
                self.reporter.report("P2C211", source, node.name.span, message, help_)
            place = Location(source, node.name.span)
            optional = node.default is not None
            parameters.append(Parameter(node.name.text, of, place, node.type.literal, optional, default))
        return tuple(parameters)

    def _subtask(self, node: nodes.SubtaskDecl, source: Source) -> Subtask:
        parameters = self._parameters(node.parameters, source)
        result = None if node.result is None else self._types.of(node.result, source)
        effects = self._clauses.read(node.effects, parameters, source)
        place = Location(source, node.name.span)
        claims = tuple(self._claim(c, source) for line in node.claims for c in line.names)
        return Subtask(node.name.text, parameters, result, effects, node.cost or 0, node.doc or "", place, claims)

    def _subtasks(self) -> dict[str, Subtask]:
        declared = _first(self._subtask(n, s) for s, n in self._all(nodes.SubtaskDecl))
        return self._overrides.subtasks(declared, self._all(nodes.OverrideDecl), self._clauses)

    def _claim(self, name: Name, source: Source) -> str:
        if name.text not in CLAIMS:
            message, otherwise = f"there is no claim `{name.text}`", f"the claims are {', '.join(CLAIMS)}"
            self.reporter.unknown("P2C140", source, name.span, message, name.text, CLAIMS, otherwise=otherwise)
        return name.text

    # ------------------------------------------------------------ tasks

    def _task(self, node: nodes.TaskDecl, source: Source) -> Task:
        parameters = self._parameters(node.parameters, source)
        for written in node.parameters:
            self._not_reserved(written.name, source)
            taken = self._taken.get(("name", written.name.text))
            if taken is not None:
                self.reporter.twice(written.name, source, taken)
            if written.default is not None:
                message = "a task's input cannot have a default"
                self.reporter.report(
                    "P2C211", source, written.span, message, "remove the default, or declare a constant"
                )
        inputs = {p.name.text: p.name for p in node.parameters}
        constants: dict[str, Constant] = {}
        for constant in node.constants:
            name = constant.name
            earlier = self._taken.get(("name", name.text))
            if earlier is None and name.text in inputs:
                earlier = Location(source, inputs[name.text].span)
            if earlier is None and name.text in constants:
                earlier = constants[name.text].location
            if earlier is not None:
                self.reporter.twice(name, source, earlier)
            self._not_reserved(name, source)
            constants[name.text] = self._constant(constant, source)
        result = None if node.result is None else self._types.of(node.result, source)
        place = Location(source, node.name.span)
        rules = _rules(node.rules, source)
        return Task(node.name.text, parameters, result, node.doc or "", constants, rules, place)


def _first(declared: Iterable[D]) -> dict[str, D]:
    """By name; of two with the same name, which is an error, the first counts, as the message says."""
    result: dict[str, D] = {}
    for one in declared:
        result.setdefault(one.name, one)
    return result


def _rules(lines: Iterable[nodes.RuleLine], source: Source) -> tuple[RuleText, ...]:
    return tuple(RuleText(line.tokens, Location(source, line.span)) for line in lines)


def _originals(files: Sequence[nodes.File]) -> dict[tuple[str, ...], str]:
    """The outside names that differ from the declared ones, by the path of the declared name."""
    found: dict[tuple[str, ...], str | None] = {}
    for file in files:
        for node in file.declarations:
            match node:
                case nodes.SubtaskDecl(name, parameters):
                    found.setdefault((name.text,), node.original)
                    for parameter in parameters:
                        found.setdefault((name.text, parameter.name.text), parameter.original)
                case nodes.RecordDecl(name, fields=fields):
                    for field in fields:
                        found.setdefault((name.text, field.name.text), field.original)
                case nodes.EnumDecl(name, members=members):
                    for member in members:
                        found.setdefault((name.text, member.name.text), member.original)
    return {path: original for path, original in found.items() if original is not None}
