"""The effects that a subtask declares, and the parameters or fields that are their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from p2c_dsl.resolve.reporter import Reporter
from p2c_dsl.source import Source
from p2c_dsl.spec import Effect, EffectUse, KeyPath, Parameter
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.types import Optional, Record, Type, Unknown, is_subtype, show

Records = Mapping[str, Mapping[str, Type]]
ANYTHING = "anything"
"""`may anything`: the effects of a subtask that have not been stated."""


class Clauses:
    """Reads `does` and `may` lines against the declared effects and records."""

    def __init__(self, effects: Mapping[str, Effect], records: Records, reporter: Reporter) -> None:
        self._effects, self._records, self._reporter = effects, records, reporter

    def read(
        self, clauses: Sequence[nodes.EffectClause], parameters: Sequence[Parameter], source: Source
    ) -> tuple[EffectUse, ...]:
        """The valid clauses; errors in the others are reported."""
        uses: list[EffectUse | None] = []
        for clause in clauses:
            if clause.effect.text == ANYTHING and not clause.certain:
                uses += self._anything(clause, source)
            else:
                uses.append(self._use(clause, parameters, source))
        return tuple(use for use in uses if use is not None)

    def type_of(self, path: KeyPath, parameters: Sequence[Parameter]) -> Type | None:
        """The type of a key, `None` if a field on its way is not one of a record."""
        of: Type | None = parameters[path.parameter].type
        for field in path.fields:
            of = self._records.get(of.name, {}).get(field) if isinstance(of, Record) else None
        return of

    def _anything(self, clause: nodes.EffectClause, source: Source) -> Iterator[EffectUse]:
        if clause.arguments:
            message = f"`{ANYTHING}` takes no keys: it stands for every effect with any keys"
            self._reporter.report("P2C209", source, clause.span, message, "write `may anything`")
        for effect in self._effects.values():
            yield EffectUse(effect, (None,) * len(effect.keys), certain=False, anything=True)

    def _use(self, clause: nodes.EffectClause, parameters: Sequence[Parameter], source: Source) -> EffectUse | None:
        name = clause.effect
        effect = self._effects.get(name.text)
        if effect is None:
            message, help_ = f"there is no effect `{name.text}`", f"declare it: `effect {name.text}`"
            self._reporter.unknown("P2C136", source, name.span, message, name.text, self._effects, otherwise=help_)
            return None
        if len(clause.arguments) != len(effect.keys):
            keys = ", ".join(show(k) for k in effect.keys)
            message = f"`{effect.name}` takes {_keys(len(effect.keys))}, but got {len(clause.arguments)}"
            help_ = f"it is declared as `{effect.name}({keys})`"
            self._reporter.report("P2C209", source, clause.span, message, help_)
            return None
        pairs = zip(clause.arguments, effect.keys, strict=True)
        paths = [self._key(effect, argument, key, parameters, source) for argument, key in pairs]
        found = tuple(path for path in paths if path is not None)
        return EffectUse(effect, found, clause.certain) if len(found) == len(paths) else None

    def _key(
        self, effect: Effect, argument: nodes.Expr, key: Type, parameters: Sequence[Parameter], source: Source
    ) -> KeyPath | None:
        found = self._path(argument, parameters, source)
        if found is None:
            return None
        path, of = found
        if not is_subtype(of, key):
            message = f"the key of `{effect.name}` must be {show(key)}, but this is {show(of)}"
            self._reporter.report("P2C210", source, argument.span, message, self._fitting(of, key, parameters))
        return path

    def _path(self, expr: nodes.Expr, parameters: Sequence[Parameter], source: Source) -> tuple[KeyPath, Type] | None:
        fields: list[Name] = []
        while isinstance(expr, nodes.Attribute):
            fields.append(expr.name)
            expr = expr.base
        if not isinstance(expr, nodes.Variable):
            return None
        name = expr.name
        names = [p.name for p in parameters]
        if name.text not in names:
            message = f"there is no parameter `{name.text}`"
            self._reporter.unknown("P2C137", source, name.span, message, name.text, names)
            return None
        index = names.index(name.text)
        of: Type | None = parameters[index].type
        for field in reversed(fields):
            of = self._field(of, field, source) if of is not None else None
        return None if of is None else (KeyPath(index, tuple(f.text for f in reversed(fields))), of)

    def _field(self, of: Type, field: Name, source: Source) -> Type | None:
        inner = self._records.get(of.name, {}) if isinstance(of, Record) else {}
        if field.text in inner or isinstance(of, Unknown):
            return inner.get(field.text, of)
        message = f"{show(of)} has no field `{field.text}`"
        if isinstance(of, Optional):
            help_ = "it may be None: use a parameter or field that is not Optional"
            self._reporter.report("P2C212", source, field.span, message, help_)
        elif isinstance(of, Record):
            self._reporter.unknown("P2C212", source, field.span, message, field.text, inner)
        else:
            self._reporter.report("P2C212", source, field.span, message, "only records have fields")
        return None

    def _fitting(self, of: Type, key: Type, parameters: Sequence[Parameter]) -> str:
        if isinstance(of, Optional) and is_subtype(of.inner, key):
            return "it may be None: use a parameter that is not Optional"
        fitting = [p.name for p in parameters if is_subtype(p.type, key)]
        if fitting:
            return f"use a {show(key)}, such as `{fitting[0]}`"
        return f"use a parameter of type {show(key)}, or a field of that type"


def _keys(count: int) -> str:
    return {0: "no keys", 1: "one key"}.get(count, f"{count} keys")
