"""The contracts that a planner may ask for: what short programs over a domain's tools can have as a signature.

A contract is a subtask's declaration without its name: typed parameters, a result, the effects that are allowed. The
catalogue of a domain is finite. It holds the contract of each tool; those of two tools put together in one of the
ways in which people split work (one after the other, one for what the other finds, one if the other says so, one for
each element of a collection); and small signatures over the domain's types, for most of which there is no solution:
that a subtask must be one that somebody can solve is for the planner to learn. An effect's keys are parameters or
their fields, as everywhere, so a program whose effects have other keys has no contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations, islice, product
from typing import NamedTuple

from p2c_dsl.spec import Effect, Spec, Subtask, Task
from p2c_dsl.spec_data import EffectData, EffectUseData, SubtaskData, from_data, to_data
from p2c_dsl.syntax.text import quote
from p2c_dsl.types import (
    BOOL,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Type,
    element_of,
    is_subtype,
    show,
)

MOST_CONTRACTS = 48
"""The catalogue's size. Tools come first, so that what falls off its end is never needed."""
MOST_PARAMETERS = 4
OPENING = "subtask "
"""What every declaration begins with."""


class Clause(NamedTuple):
    """`does contact(user)`, or `may` where not `certain`; the keys are parameters and fields, as text."""

    effect: str
    keys: tuple[str, ...]
    certain: bool

    def __str__(self) -> str:
        return f"{'does' if self.certain else 'may'} {self.effect}({', '.join(self.keys)})"


class Slot(NamedTuple):
    """A parameter of a contract."""

    name: str
    type: Type

    def __str__(self) -> str:
        return f"{self.name}: {show(self.type)}"


@dataclass(frozen=True, slots=True)
class Contract:
    """What somebody promises who solves a subtask: what goes in, what comes out, what may happen.

    Attributes:
        tools: Those that it is made of, none where nobody knows how to solve it. Equal contracts may differ in it.
    """

    parameters: tuple[Slot, ...]
    result: Type | None
    effects: tuple[Clause, ...]
    tools: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def useful(self) -> bool:
        """Whether anybody would ask for it: something comes out, or happens."""
        return self.result is not None or bool(self.effects)

    @property
    def name(self) -> str:
        """What it is called, which its effects and result decide. Different contracts may share a name."""
        verbs = "_and_".join(
            dict.fromkeys(("" if c.certain else "perhaps_") + c.effect for c in self.effects)
        )
        noun = "" if self.result is None else noun_of(self.result)
        if not verbs:
            return f"find_{noun}"
        return f"do_{verbs}" + (f"_to_find_{noun}" if noun else "")

    @property
    def doc(self) -> str:
        """What it asks for, in words."""
        given = ", ".join(slot.name for slot in self.parameters) or "nothing"
        found = "" if self.result is None else f"Find {show(self.result)} from {given}"
        done = ", ".join(("" if c.certain else "perhaps ") + c.effect for c in self.effects)
        done = done and f"{done[0].upper()}{done[1:]}"
        return ". ".join(part for part in (found, done) if part) + "."

    @property
    def pieces(self) -> tuple[str, ...]:
        """Its declaration behind `subtask `, in the pieces in which it is chosen: name, parameters, the rest."""
        result = "" if self.result is None else f" -> {show(self.result)}"
        return (
            self.name,
            f"({', '.join(map(str, self.parameters))})",
            f"{result}:\n    {quote(self.doc)}\n",
            *(f"    {clause}\n" for clause in self.effects),
        )

    @property
    def text(self) -> str:
        """Its declaration."""
        return OPENING + "".join(self.pieces)


def noun_of(of: Type) -> str:
    """A type as part of a name: `Set[Restaurant]` is `restaurant_set`."""
    match of:
        case ListOf(element):
            return f"{noun_of(element)}_list"
        case SetOf(element):
            return f"{noun_of(element)}_set"
        case MapOf(key, value):
            return f"{noun_of(value)}_by_{noun_of(key)}"
        case Optional(inner):
            return f"{noun_of(inner)}_if_any"
    text = show(of)
    return "".join("_" + c.lower() if c.isupper() and at else c.lower() for at, c in enumerate(text))


def catalogue(spec: Spec, task: Task, most: int = MOST_CONTRACTS) -> tuple[Contract, ...]:
    """The contracts of a domain, its tools' first; at most `most`, in an order that the spec decides."""
    tools = [c for c in map(contract_of, spec.subtasks.values()) if c is not None and c.useful]
    types = _types(spec, task)
    made: Iterator[Contract] = chain(
        tools,
        (n for c in tools for n in _narrowed(c, spec.records)),
        (m for c in tools for m in _mapped(c, types)),
        (p for f, g in product(tools, repeat=2) for p in _paired(f, g, spec.records)),
        sorted(_small(spec, types), key=_size),
    )
    taken = {*spec.types, *spec.constants_of(task), *spec.effects, *spec.subtasks, *spec.tasks}
    fitting = (c for c in made if c.useful and len(c.parameters) <= MOST_PARAMETERS and c.name not in taken)
    found: dict[object, Contract] = {}
    for contract in fitting:
        # What the parameters are called makes no difference.
        places = {slot.name: str(place) for place, slot in enumerate(contract.parameters)}
        clauses = tuple(
            c._replace(keys=tuple(_moved(key, places) for key in c.keys)) for c in contract.effects
        )
        found.setdefault((tuple(s.type for s in contract.parameters), contract.result, clauses), contract)
    return tuple(islice(found.values(), most))


def _moved(key: str, places: Mapping[str, str]) -> str:
    root, dot, fields = key.partition(".")
    return places[root] + dot + fields


def contract_of(subtask: Subtask) -> Contract | None:
    """A tool's own contract, without its optional parameters; `None` if they or anything else are keys of effects."""
    required = subtask.parameters[: subtask.required]
    clauses = []
    for use in subtask.effects:
        if use.anything or any(k is None or k.parameter >= len(required) for k in use.arguments):
            return None
        keys = (".".join((required[k.parameter].name, *k.fields)) for k in use.arguments if k is not None)
        clauses.append(Clause(use.effect.name, tuple(keys), use.certain))
    slots = (Slot(p.name, p.type) for p in required)
    clauses.sort(key=_clause_order)
    return Contract(tuple(slots), subtask.result, tuple(clauses), frozenset({subtask.name}))


def with_acts(spec: Spec, task: Task) -> tuple[Spec, Task]:
    """The domain with an effect for each tool that has neither result nor effects, so that it can be asked for."""
    data = to_data(spec)
    silent = {s.name: s for s in data.subtasks if s.result is None and not s.effects and not s.anything}
    acts = tuple(
        EffectData(name=f"act_{name}", keys=tuple(p.type for p in s.parameters if not p.optional))
        for name, s in silent.items()
    )
    subtasks = tuple(_acting(s) if s.name in silent else s for s in data.subtasks)
    made = from_data(data.model_copy(update={"effects": (*data.effects, *acts), "subtasks": subtasks}))
    return made, made.tasks[task.name]


def _acting(subtask: SubtaskData) -> SubtaskData:
    keys = tuple(p.name for p in subtask.parameters if not p.optional)
    return subtask.model_copy(
        update={"effects": (EffectUseData(effect=f"act_{subtask.name}", arguments=keys),)}
    )


# ---------------------------------------------------------------- one tool


def _narrowed(c: Contract, records: Mapping[str, Mapping[str, Type]]) -> Iterator[Contract]:
    """Without a parameter that another one has as a field: who gets the order need not be told its total."""
    for slot in c.parameters:
        others = [s for s in c.parameters if s != slot]
        held = [
            s for s in others if isinstance(s.type, Record) and slot.type in records[s.type.name].values()
        ]
        if held and slot.name not in _roots(c.effects):
            yield replace(c, parameters=tuple(others))


def _mapped(c: Contract, types: Iterable[Type]) -> Iterator[Contract]:
    """For each element of a collection, where nothing happens and the domain knows the types."""
    if c.effects or c.result is None:
        return
    for at, slot in enumerate(c.parameters):
        for whole, results in product(types, types):
            if element_of(whole) != slot.type or not isinstance(whole, ListOf | SetOf):
                continue
            if isinstance(results, MapOf) and is_subtype(MapOf(slot.type, c.result), results):
                slots = list(c.parameters)
                slots[at] = Slot(f"{slot.name}s", whole)
                yield Contract(tuple(slots), results, (), c.tools)


# ---------------------------------------------------------------- two tools


def _paired(f: Contract, g: Contract, records: Mapping[str, Mapping[str, Type]]) -> Iterator[Contract]:
    for made in chain(_fed(f, g), _guarded(f, g), _beside(f, g)):
        yield made
        yield from _narrowed(made, records)


def _fed(f: Contract, g: Contract) -> Iterator[Contract]:
    """`g` of what `f` gives; of a result that may be missing, only if there is one."""
    if f.result is None:
        return
    for slot in g.parameters:
        inner = f.result.inner if isinstance(f.result, Optional) else f.result
        direct = is_subtype(f.result, slot.type)
        if (direct or is_subtype(inner, slot.type)) and slot.name not in _roots(g.effects):
            rest = replace(g, parameters=tuple(s for s in g.parameters if s != slot))
            yield from _together(f, rest if direct else _perhaps(rest), None if not direct else g.result)


def _guarded(f: Contract, g: Contract) -> Iterator[Contract]:
    """`g` if `f` says so."""
    if f.result == BOOL and g.effects:
        yield from _together(f, _perhaps(g), None)


def _beside(f: Contract, g: Contract) -> Iterator[Contract]:
    """Both, for something that they share."""
    if f != g and f.effects and g.effects and set(f.parameters) & set(g.parameters):
        yield from _together(f, g, g.result or f.result)


def _together(f: Contract, g: Contract, result: Type | None) -> Iterator[Contract]:
    """The parameters and effects of both; nothing where they call different things by one name."""
    slots = tuple(dict.fromkeys((*f.parameters, *g.parameters)))
    if len({s.name for s in slots}) == len(slots):
        clauses = sorted((*f.effects, *g.effects), key=_clause_order)
        yield Contract(slots, result, tuple(clauses), f.tools | g.tools)


# ---------------------------------------------------------------- no tools at all


def _small(spec: Spec, types: Sequence[Type]) -> Iterator[Contract]:
    """Signatures of one or two parameters and at most two effects, whether or not tools can do what they ask."""
    slots = [Slot(noun_of(of), of) for of in types]
    for given in chain(combinations(slots, 1), combinations(slots, 2)):
        keyed = [c for e in spec.effects.values() if (c := _keyed(e, given)) is not None]
        for often in range(3):
            for clauses in combinations(sorted(keyed, key=_clause_order), often):
                for result in (None, *types):
                    if result not in [slot.type for slot in given]:
                        yield Contract(given, result, clauses)


def _keyed(effect: Effect, given: Sequence[Slot]) -> Clause | None:
    """The effect with the first parameters that fit as its keys."""
    found = [next((s.name for s in given if is_subtype(s.type, key)), None) for key in effect.keys]
    keys = tuple(name for name in found if name is not None)
    return Clause(effect.name, keys, True) if len(keys) == len(effect.keys) else None


def _size(c: Contract) -> int:
    return len(c.parameters) + len(c.effects) + (c.result is not None)


def _perhaps(c: Contract) -> Contract:
    return replace(c, effects=tuple(clause._replace(certain=False) for clause in c.effects))


def _roots(clauses: Iterable[Clause]) -> set[str]:
    """The parameters that keys are taken from."""
    return {key.partition(".")[0] for clause in clauses for key in clause.keys}


def _clause_order(clause: Clause) -> tuple[str, tuple[str, ...], bool]:
    return clause.effect, clause.keys, not clause.certain


def _types(spec: Spec, task: Task) -> tuple[Type, ...]:
    """The types that the domain's tools and the task take and give."""
    given = [*task.parameters, *(p for s in spec.subtasks.values() for p in s.parameters)]
    used = [p.type for p in given]
    used += [s.result for s in spec.subtasks.values() if s.result is not None]
    return tuple(dict.fromkeys(used))
