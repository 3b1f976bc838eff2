"""Everything that files declare, as one `Spec`."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence
from typing import TypeVar

from p2c_dsl.diagnostics.model import Diagnostic, Location, Note
from p2c_dsl.names import did_you_mean
from p2c_dsl.resolve.types import GENERICS, Reporter, Types
from p2c_dsl.spec import (
    Constant,
    ConstantValue,
    Effect,
    EffectUse,
    EnumMember,
    KeyPath,
    Parameter,
    RuleText,
    Spec,
    Subtask,
    Task,
)
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.syntax.span import Source
from p2c_dsl.types import (
    BASES,
    BOOL,
    FLOAT,
    INT,
    TEXT,
    Enum,
    NewType,
    Optional,
    Record,
    Type,
    Unknown,
    is_subtype,
    show,
)

N = TypeVar("N", bound=nodes.Declaration)
_TYPE_NODES = (nodes.TypeDecl, nodes.RecordDecl, nodes.EnumDecl)


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
        declared = {
            d.name.text: (f.source, d) for f in files for d in f.declarations if isinstance(d, _TYPE_NODES)
        }
        self._types = Types(declared, self.reporter)
        self._known = self._types.resolve_all()
        self._effects: dict[str, Effect] = {}

    def spec(self) -> Spec:
        self._check_names()
        constants = {n.name.text: self._constant(n, s) for s, n in self._all(nodes.ConstantDecl)}
        self._effects = {n.name.text: self._effect(n, s) for s, n in self._all(nodes.EffectDecl)}
        return Spec(
            types=self._known,
            records=self._types.records,
            constants=constants,
            effects=self._effects,
            subtasks={n.name.text: self._subtask(n, s) for s, n in self._all(nodes.SubtaskDecl)},
            tasks={n.name.text: self._task(n, s, constants) for s, n in self._all(nodes.TaskDecl)},
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
                        self._declare("type", node.name, file.source)
                        self._declare("name", node.name, file.source)
                        self._distinct(node.members, file.source)
                    case nodes.TaskDecl():
                        self._declare("task", node.name, file.source)
                    case nodes.EffectDecl() | nodes.SubtaskDecl() | nodes.ConstantDecl():
                        self._declare("name", node.name, file.source)

    def _declare(self, space: str, name: Name, source: Source) -> None:
        self._not_reserved(name, source, types=space == "type")
        here = Location(source, name.span)
        earlier = self._taken.setdefault((space, name.text), here)
        if earlier is not here:
            self._twice(name, source, earlier)

    def _twice(self, name: Name, source: Source, earlier: Location) -> None:
        message = f"`{name.text}` is declared twice"
        note = Note("it is declared here first", earlier)
        self.reporter.report("P2C134", source, name.span, message, "rename one of them", (note,))

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
                self._twice(name, source, Location(source, first.span))

    # ------------------------------------------------------------ values

    def _constant(self, node: nodes.ConstantDecl, source: Source) -> Constant:
        of = self._types.of(node.type, source)
        value = self._value(node.value, of, source)
        return Constant(node.name.text, of, value, Location(source, node.name.span))

    def _value(self, expr: nodes.Expr, of: Type, source: Source) -> ConstantValue:
        value: ConstantValue = None
        match expr:
            case nodes.Literal(written):
                value = written
            case nodes.Attribute(nodes.Variable(enum), member):
                declared = self._known.get(enum.text)
                if not isinstance(declared, Enum) or member.text not in declared.members:
                    known = declared.members if isinstance(declared, Enum) else ()
                    message = f"there is no enum member `{enum.text}.{member.text}`"
                    help_ = did_you_mean(member.text, known)
                    self.reporter.report("P2C139", source, expr.span, message, help_)
                    return None
                value = EnumMember(enum.text, member.text)
        if not fits(value, of):
            message = f"this does not fit {show(of)}"
            self.reporter.report("P2C208", source, expr.span, message, _value_help(of))
        return value

    # ------------------------------------------------------------ effects and subtasks

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
                self._twice(node.name, source, Location(source, first.span))
                continue
            of = self._types.of(node.type, source, literal=True)
            default = None if node.default is None else self._value(node.default, of, source)
            if node.default is None and any(p.optional for p in parameters):
                message = f"`{node.name.text}` has no default, but a parameter before it has one"
                self.reporter.report("P2C211", source, node.name.span, message, "put it before them")
            place = Location(source, node.name.span)
            optional = node.default is not None
            parameters.append(Parameter(node.name.text, of, place, node.type.literal, optional, default))
        return tuple(parameters)

    def _subtask(self, node: nodes.SubtaskDecl, source: Source) -> Subtask:
        parameters = self._parameters(node.parameters, source)
        result = None if node.result is None else self._types.of(node.result, source)
        uses = (self._effect_use(clause, parameters, source) for clause in node.effects)
        effects = tuple(use for use in uses if use is not None)
        place = Location(source, node.name.span)
        return Subtask(node.name.text, parameters, result, effects, node.cost or 0, node.doc or "", place)

    def _effect_use(
        self, clause: nodes.EffectClause, parameters: Sequence[Parameter], source: Source
    ) -> EffectUse | None:
        effect = self._effects.get(clause.effect.text)
        if effect is None:
            message = f"there is no effect `{clause.effect.text}`"
            help_ = did_you_mean(clause.effect.text, self._effects) or "declare it with `effect`"
            self.reporter.report("P2C136", source, clause.effect.span, message, help_)
            return None
        if len(clause.arguments) != len(effect.keys):
            keys = ", ".join(show(k) for k in effect.keys)
            message = f"`{effect.name}` has {len(effect.keys)} keys, but here are {len(clause.arguments)}"
            self.reporter.report(
                "P2C209", source, clause.span, message, f"it is declared as `{effect.name}({keys})`"
            )
            return None
        paths: list[KeyPath] = []
        for argument, key in zip(clause.arguments, effect.keys, strict=True):
            found = self._path(argument, parameters, source)
            if found is None:
                return None
            path, of = found
            if not is_subtype(of, key):
                message = f"`{effect.name}` is keyed by {show(key)}, but this is {show(of)}"
                self.reporter.report("P2C210", source, argument.span, message, _key_help(of, key))
            paths.append(path)
        return EffectUse(effect, tuple(paths), clause.certain)

    def _path(
        self, expr: nodes.Expr, parameters: Sequence[Parameter], source: Source
    ) -> tuple[KeyPath, Type] | None:
        fields: list[Name] = []
        while isinstance(expr, nodes.Attribute):
            fields.insert(0, expr.name)
            expr = expr.base
        if not isinstance(expr, nodes.Variable):
            return None
        names = [p.name for p in parameters]
        if expr.name.text not in names:
            message = f"there is no parameter `{expr.name.text}`"
            help_ = did_you_mean(expr.name.text, names)
            self.reporter.report("P2C137", source, expr.span, message, help_)
            return None
        index = names.index(expr.name.text)
        of = parameters[index].type
        for field in fields:
            inner = self._types.records.get(of.name, {}) if isinstance(of, Record) else {}
            if field.text not in inner:
                if not isinstance(of, Unknown):
                    message = f"{show(of)} has no field `{field.text}`"
                    help_ = did_you_mean(field.text, inner)
                    self.reporter.report("P2C212", source, field.span, message, help_)
                return None
            of = inner[field.text]
        return KeyPath(index, tuple(f.text for f in fields)), of

    # ------------------------------------------------------------ tasks

    def _task(self, node: nodes.TaskDecl, source: Source, shared: dict[str, Constant]) -> Task:
        parameters = self._parameters(node.parameters, source)
        for written in node.parameters:
            self._not_reserved(written.name, source)
            taken = self._taken.get(("name", written.name.text))
            if taken is not None:
                self._twice(written.name, source, taken)
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
                self._twice(name, source, earlier)
            self._not_reserved(name, source)
            constants[name.text] = self._constant(constant, source)
        result = None if node.result is None else self._types.of(node.result, source)
        place = Location(source, node.name.span)
        rules = _rules(node.rules, source)
        return Task(node.name.text, parameters, result, node.doc or "", constants, rules, place)


def fits(value: ConstantValue, of: Type) -> bool:
    """Whether a written value has a type."""
    match of:
        case Unknown():
            return True
        case Optional(inner):
            return value is None or fits(value, inner)
        case NewType(_, base):
            return fits(value, base)
        case Enum(name):
            return isinstance(value, EnumMember) and value.enum == name
    if of == FLOAT:
        return isinstance(value, int | float) and not isinstance(value, bool)
    python = next((t for base, t in ((BOOL, bool), (INT, int), (TEXT, str)) if of == base), None)
    return python is not None and type(value) is python


def _rules(lines: Iterable[nodes.RuleLine], source: Source) -> tuple[RuleText, ...]:
    return tuple(RuleText(line.tokens, Location(source, line.span)) for line in lines)


def _value_help(of: Type) -> str:
    match of:
        case Enum(name, members):
            return f"write a member: `{name}.{members[0]}`" if members else "the enum has no members"
        case NewType(_, base):
            return _value_help(base)
        case Optional(inner):
            return f"write `None`, or {_value_help(inner).removeprefix('write ')}"
    examples = ((BOOL, "`True`"), (INT, "`3`"), (FLOAT, "`0.5`"), (TEXT, '`"text"`'))
    shown = next((example for base, example in examples if of == base), None)
    return f"write a value such as {shown}" if shown else f"{show(of)} has no values that can be written down"


def _key_help(of: Type, key: Type) -> str | None:
    if isinstance(of, Optional) and is_subtype(of.inner, key):
        return "it may be None: take a parameter that is not Optional"
    return None
