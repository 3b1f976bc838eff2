"""The contracts that a planner may ask for: what short programs over a domain's tools can have as a signature.

The catalogue of a domain is finite. It holds the contract of each tool; those of two tools combined in one of the
ways in which people split work (one after the other, one for what the other finds, one if the other says so, one for
each element of a collection); and small signatures over the domain's types, for most of which there is no solution:
the planner has to learn to ask for subtasks that can be solved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations, islice, product

from p2c_dsl.planners.figure2.contracts import Clause, Contract, Slot, clause_order, contract_of, noun_of
from p2c_dsl.spec import Effect, Spec, Task
from p2c_dsl.types import BOOL, ListOf, MapOf, Optional, Record, SetOf, Type, element_of, is_subtype

MOST_CONTRACTS = 48
"""The size of the catalogue. Tools come first, so that what is cut off at its end is never needed."""
MOST_PARAMETERS = 4


def catalogue(spec: Spec, task: Task, most: int = MOST_CONTRACTS) -> tuple[Contract, ...]:
    """The contracts of a domain, its tools' first; at most `most`, in an order that the spec decides."""
    tools = _told_apart([c for c in map(contract_of, spec.subtasks.values()) if c is not None and c.useful])
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
        # The names of parameters make no difference.
        places = {slot.name: str(place) for place, slot in enumerate(contract.parameters)}
        clauses = tuple(c._replace(keys=tuple(_moved(key, places) for key in c.keys)) for c in contract.effects)
        found.setdefault((tuple(s.type for s in contract.parameters), contract.result, clauses), contract)
    return tuple(islice(found.values(), most))


def _told_apart(tools: Sequence[Contract]) -> list[Contract]:
    """The tools' contracts; those that would share a name say in it what they are about."""
    named: dict[str, set[Contract]] = {}
    for contract in tools:
        named.setdefault(contract.name, set()).add(contract)
    return [replace(c, told_apart=len(named[c.name]) > 1) for c in tools]


def _moved(key: str, places: Mapping[str, str]) -> str:
    root, dot, fields = key.partition(".")
    return places[root] + dot + fields


# ---------------------------------------------------------------- one tool


def _narrowed(c: Contract, records: Mapping[str, Mapping[str, Type]]) -> Iterator[Contract]:
    """Without a parameter that another one has as a field: given the order, its total is not needed."""
    for slot in c.parameters:
        others = [s for s in c.parameters if s != slot]
        held = [s for s in others if isinstance(s.type, Record) and slot.type in records[s.type.name].values()]
        if held and slot.name not in _roots(c.effects):
            yield replace(c, parameters=tuple(others))


def _mapped(c: Contract, types: Iterable[Type]) -> Iterator[Contract]:
    """For each element of a collection, where there are no effects and the domain has the types."""
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
    """`g` with the result of `f`; if the result is optional, only where there is one."""
    if f.result is None:
        return
    for slot in g.parameters:
        inner = f.result.inner if isinstance(f.result, Optional) else f.result
        direct = is_subtype(f.result, slot.type)
        if (direct or is_subtype(inner, slot.type)) and slot.name not in _roots(g.effects):
            rest = replace(g, parameters=tuple(s for s in g.parameters if s != slot))
            made = _together(f, rest if direct else _perhaps(rest), None if not direct else g.result)
            yield from (replace(contract, hidden=f.tools) for contract in made)


def _guarded(f: Contract, g: Contract) -> Iterator[Contract]:
    """`g` if `f` returns true."""
    if f != g and f.result == BOOL and g.effects:
        yield from (replace(contract, hidden=f.tools) for contract in _together(f, _perhaps(g), None))


def _beside(f: Contract, g: Contract) -> Iterator[Contract]:
    """Both, on a parameter that they share."""
    if f != g and f.effects and g.effects and set(f.parameters) & set(g.parameters):
        hidden = frozenset() if g.result is None or f.result is None else f.tools
        yield from (replace(contract, hidden=hidden) for contract in _together(f, g, g.result or f.result))


def _together(f: Contract, g: Contract, result: Type | None) -> Iterator[Contract]:
    """The parameters and effects of both; nothing where one name means different things in them."""
    slots = tuple(dict.fromkeys((*f.parameters, *g.parameters)))
    if len({s.name for s in slots}) == len(slots):
        clauses = sorted((*f.effects, *g.effects), key=clause_order)
        yield Contract(slots, result, tuple(clauses), f.tools | g.tools)


# ---------------------------------------------------------------- without tools


def _small(spec: Spec, types: Sequence[Type]) -> Iterator[Contract]:
    """Signatures of one or two parameters and at most two effects, whether or not tools can do what they ask."""
    slots = [Slot(noun_of(of), of) for of in types]
    for given in chain(combinations(slots, 1), combinations(slots, 2)):
        keyed = [c for e in spec.effects.values() if (c := _keyed(e, given)) is not None]
        for often in range(3):
            for clauses in combinations(sorted(keyed, key=clause_order), often):
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
    """The parameters that keys are made of."""
    return {key.partition(".")[0] for clause in clauses for key in clause.keys}


def _types(spec: Spec, task: Task) -> tuple[Type, ...]:
    """The types of the parameters and results of the domain's tools and the task."""
    given = [*task.parameters, *(p for s in spec.subtasks.values() for p in s.parameters)]
    used = [p.type for p in given]
    used += [s.result for s in spec.subtasks.values() if s.result is not None]
    return tuple(dict.fromkeys(used))
