"""Everything that files declare, as one `Spec`."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence
from typing import TypeVar

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.resolve.effects import Clauses
from p2c_dsl.resolve.reporter import Reporter
from p2c_dsl.resolve.types import GENERICS, TypeNode, Types
from p2c_dsl.resolve.values import value, writable
from p2c_dsl.spec import Constant, Effect, Parameter, RuleText, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.syntax.span import Source
from p2c_dsl.types import BASES, show

N = TypeVar("N", bound=nodes.Declaration)
D = TypeVar("D", Constant, Effect, Subtask, Task)


def resolve(files: Sequence[nodes.File]) -> tuple[Spec, tuple[Diagnostic, ...]]:
    """The spec that the files make together, and what is wrong with it."""
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
            subtasks=_first(self._subtask(n, s) for s, n in self._all(nodes.SubtaskDecl)),
            tasks=_first(self._task(n, s) for s, n in self._all(nodes.TaskDecl)),
            rules=tuple(r for s, n in self._all(nodes.RulesDecl) for r in _rules(n.rules, s)),
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
                        self._distinct(node.members, file.source)
                    case nodes.TaskDecl():
                        self._declare("task", node.name, file.source)
                    case nodes.EffectDecl() | nodes.SubtaskDecl() | nodes.ConstantDecl():
                        self._declare("name", node.name, file.source)

    def _declare(self, space: str, name: Name, source: Source) -> bool:
        self._not_reserved(name, source, types=space == "type")
        here = Location(source, name.span)
        earlier = self._taken.setdefault((space, name.text), here)
        if earlier is not here:
            self.reporter.twice(name, source, earlier)
        return earlier is here

    def _not_reserved(self, name: Name, source: Source, *, types: bool = False) -> None:
        if keyword.iskeyword(name.text) or (types and (name.text in BASES or name.text in GENERICS)):
            message = f"`{name.text}` is a reserved name"
            self.reporter.report("P2C135", source, name.span, message, "choose another name")

    def _distinct(self, names: Iterable[Name], source: Source) -> None:
        seen: dict[str, Name] = {}
        for name in names:
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
        keys = tuple(self._types.of(k, source) for k in node.keys)
        for key, written in zip(keys, node.keys, strict=True):
            self._types.check_comparable(key, source, written.span)
        return Effect(node.name.text, keys, node.irreversible, Location(source, node.name.span))

    def _parameters(self, written: Sequence[nodes.Parameter], source: Source) -> tuple[Parameter, ...]:
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
                message = f"no {show(of)} can be written as a literal"
                help_ = "remove `literal`: only texts, numbers and truth values are written out"
                self.reporter.report("P2C204", source, node.type.span, message, help_)
            if node.default is None and any(p.optional for p in parameters):
                message = f"`{node.name.text}` has no default, but a parameter before it has one"
                help_ = "put it before them, or give it a default"
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
        return Subtask(node.name.text, parameters, result, effects, node.cost or 0, node.doc or "", place)

    # ------------------------------------------------------------ tasks

    def _task(self, node: nodes.TaskDecl, source: Source) -> Task:
        parameters = self._parameters(node.parameters, source)
        for written in node.parameters:
            self._not_reserved(written.name, source)
            taken = self._taken.get(("name", written.name.text))
            if taken is not None:
                self.reporter.twice(written.name, source, taken)
            if written.default is not None:
                message = "a task's input has no default"
                self.reporter.report(
                    "P2C211", source, written.span, message, "remove it, or declare a constant"
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
    """By name; of two with one name, which is an error, the first counts, as the message says."""
    found: dict[str, D] = {}
    for one in declared:
        found.setdefault(one.name, one)
    return found


def _rules(lines: Iterable[nodes.RuleLine], source: Source) -> tuple[RuleText, ...]:
    return tuple(RuleText(line.tokens, Location(source, line.span)) for line in lines)
