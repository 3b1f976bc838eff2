"""Random specs: a few types, effects and subtasks that fit together often enough to be composed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from p2c_dsl.diagnostics.model import Location
from p2c_dsl.ranges import NumberRange
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import (
    Constant,
    ConstantValue,
    Effect,
    EffectUse,
    EnumMember,
    KeyPath,
    Parameter,
    Spec,
    Subtask,
    Task,
)
from p2c_dsl.types import (
    BOOL,
    INT,
    TEXT,
    Bounded,
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
    is_subtype,
)

HERE = Location(Source("generated", ""), Span(0, 0))

_A, _B = Nominal("A"), Nominal("B")
_A1, _A2 = Nominal("A1", _A), Nominal("A2", _A)
_MAIL, _NOTE = NewType("Mail", TEXT), NewType("Note", TEXT, literal=True)
_KIND = Enum("Kind", ("red", "green"))
_CASE = Record("Case")
T = TypeVar("T", bound=Type | None)
_FEW = Bounded(INT, NumberRange(0, 1))
_TYPES: dict[str, Type] = {t.name: t for t in (_A, _B, _A1, _A2, _MAIL, _NOTE, _KIND, _CASE)}
_SCALARS: tuple[Type, ...] = (_A, _A, _A, _B, _B, _A1, _A2, _MAIL, _NOTE, _KIND, INT, BOOL, _CASE)
_NAMES = {"A": "a", "A1": "a", "A2": "a", "B": "b", "Mail": "mail", "Note": "note", "Kind": "kind"}
_SIZES = (Size(), Size(), Size(), Size(0, 2), Size(0, 3), Size(1, None), Size(1, 2), Size(2, 2), Size(0, 1))


def _few(of: T, count: int) -> T | Bounded:
    """The type; half of the numbers have bounds."""
    return _FEW if of == INT and count % 2 == 0 else of


@dataclass
class _Draft:
    random: Random
    effects: dict[str, Effect]
    records: dict[str, dict[str, Type]]

    def scalar(self) -> Type:
        return self.random.choice(_SCALARS)

    def type(self) -> Type:
        kind = self.random.random()
        if kind < 0.5:
            return self.scalar()
        if kind < 0.6:
            return Optional(self.random.choice((_A, _B, _CASE, SetOf(_A), BOOL)))
        return self.collection()

    def collection(self) -> Type:
        size, kind = self.random.choice(_SIZES), self.random.random()
        if kind < 0.5:
            return SetOf(self.random.choice((_A, _A, _A1, _A2, _B, _MAIL, _CASE)), size)
        if kind < 0.75:
            element = self.random.choice((_A, _A1, _B, _CASE, BOOL, Optional(_A), SetOf(_B), MapOf(_A, _B)))
            return ListOf(element, size)
        value = self.random.choice((_A, _B, BOOL, _MAIL, SetOf(_A), Optional(_B), _CASE, MapOf(_A, BOOL)))
        return MapOf(self.random.choice((_A, _B, _A1, _MAIL)), value, size)

    def default(self, of: Type) -> ConstantValue:
        if isinstance(of, Enum):
            return EnumMember(of.name, of.members[0])
        return {BOOL: True, INT: 1}.get(of, "a" if is_subtype(of, TEXT) else None)

    def parameters(self) -> tuple[Parameter, ...]:
        types = [self.type() if self.random.random() < 0.3 else self.scalar() for _ in range(self._arity())]
        names: list[str] = []
        for of in types:
            base = _NAMES.get(getattr(of, "name", ""), "p")
            names.append(base if base not in names and base != "p" else f"{base}{len(names)}")
        parameters = []
        optional = False
        for name, of in zip(names, types, strict=True):
            has_default = isinstance(of, Enum | Optional | NewType) or of in (BOOL, INT)
            optional = has_default and (optional or self.random.random() < 0.3)
            default, free = self.default(of) if optional else None, of == INT
            parameters.append(Parameter(name, _few(of, len(parameters)), HERE, free, optional, default))
        return tuple(self._required_first(parameters))

    def _required_first(self, parameters: list[Parameter]) -> list[Parameter]:
        return sorted(parameters, key=lambda p: p.optional)

    def _arity(self) -> int:
        return self.random.choice((0, 1, 1, 1, 2, 2, 3))

    def uses(self, parameters: tuple[Parameter, ...]) -> tuple[EffectUse, ...]:
        uses = []
        for _ in range(self.random.choice((0, 0, 1, 1, 1, 2))):
            effect = self.random.choice(list(self.effects.values()))
            paths = [self._path(key, parameters) for key in effect.keys]
            found = tuple(path for path in paths if path is not None)
            if len(found) == len(paths):
                uses.append(EffectUse(effect, found, self.random.random() < 0.7))
        if self.random.random() < 0.04:
            uses += [EffectUse(e, (None,) * len(e.keys), False, True) for e in self.effects.values()]
        return tuple(uses)

    def _path(self, key: Type, parameters: tuple[Parameter, ...]) -> KeyPath | None:
        paths = [KeyPath(i) for i, p in enumerate(parameters) if is_subtype(p.type, key)]
        for i, p in enumerate(parameters):
            if isinstance(p.type, Record):
                fields = self.records[p.type.name].items()
                paths += [KeyPath(i, (name,)) for name, t in fields if is_subtype(t, key)]
        return self.random.choice(paths) if paths else None

    def subtask(self, name: str, result: Type | None) -> Subtask:
        parameters = self.parameters()
        cost = self.random.choice((0, 1, 1, 2))
        return Subtask(name, parameters, _few(result, len(parameters)), self.uses(parameters), cost, "", HERE)


def random_spec(random: Random) -> Spec:
    """A spec with one task, called `t`, that has no rules yet."""
    records: dict[str, dict[str, Type]] = {
        "Case": {"a": _A, "b": _B, "ok": BOOL, "other": Optional(_A), "many": SetOf(_A, Size(0, 2))}
    }
    all_keys: tuple[tuple[Type, ...], ...] = ((), (_A,), (_A,), (_B,), (_A, _B), (_MAIL,), (_KIND,), (_A1,))
    effects = {
        f"e{i}": Effect(f"e{i}", random.choice(all_keys), random.random() < 0.3, HERE)
        for i in range(random.choice((2, 3, 4)))
    }
    draft = _Draft(random, effects, records)
    results: list[Type | None] = [BOOL, draft.collection(), draft.scalar()]
    results += [None if random.random() < 0.45 else draft.type() for _ in range(random.randrange(2, 6))]
    subtasks = {f"s{i}": draft.subtask(f"s{i}", result) for i, result in enumerate(results)}
    if random.random() < 0.5:
        subtasks["s0"] = replace(subtasks["s0"], parameters=(Parameter("a", _A, HERE),), effects=())
    constants = {
        "office": Constant("office", _MAIL, "a", HERE),
        "limit": Constant("limit", INT, 1, HERE),
    }
    types = [draft.collection(), *(draft.type() for _ in range(random.randrange(0, 3)))]
    inputs = tuple(Parameter(f"x{i}", t, HERE) for i, t in enumerate(types))
    result = None
    if random.random() < 0.3:
        result = random.choice([*types, *(r for r in results if r is not None)])
    task = Task("t", inputs, result, "", {}, (), HERE)
    return Spec(_TYPES, records, constants, effects, subtasks, {"t": task}, ())
