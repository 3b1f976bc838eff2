"""When a composition kills a mutant, and how it is made small."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from p2c_dsl.spec import Spec
from p2c_dsl.syntax import nodes
from tests.generators.text import file_text
from tests.mutants.mutate import Mutant, mutated
from tests.oracle.text import calls_in, expressions, statements
from tests.properties.soundness import Case, accepted_part, breaches


def kills(mutant: Mutant, case: Case, worlds: int = 100) -> bool:
    """Whether the case shows the fault."""
    return shows(mutant, case, accepted_part(case), worlds)


def shows(mutant: Mutant, case: Case, sound: Case | None, worlds: int) -> bool:
    """Whether the case, of which the analyzer rightly accepts `sound`, shows the fault.

    A mutant that accepts too much dies of a run that breaks what it accepts and the analyzer rejects;
    a strict one dies of an objection to what the analyzer accepts.
    """
    if not mutant.strict:
        wrong = wrongly_accepted(mutant, case, sound)
        return wrong is not None and _breaks(wrong, worlds)
    faulty = _faulty_part(mutant, case)
    kept = set() if faulty is None else set(faulty.task.rules)
    return sound is not None and not set(sound.task.rules) <= kept


def wrongly_accepted(mutant: Mutant, case: Case, sound: Case | None) -> Case | None:
    """The case under the rules that only the mutant accepts it under.

    `None` where there are none. A case without any rule that makes no sense to the analyzer is accepted wrongly, too.
    """
    faulty = _faulty_part(mutant, case)
    if faulty is None or sound is None:
        return faulty
    rules = tuple(rule for rule in faulty.task.rules if rule not in sound.task.rules)
    return faulty.with_rules(rules) if rules else None


def _faulty_part(mutant: Mutant, case: Case) -> Case | None:
    with mutated(mutant):
        # A spec remembers what it was once asked: this is a spec of its own.
        return accepted_part(case.with_rules(case.task.rules))


def _breaks(case: Case, worlds: int) -> bool:
    try:
        return any(breach is not None for breach in breaches(case, 0, worlds))
    except (LookupError, AttributeError):
        return True  # A run that finds no such name or field is one that should not have been accepted.


def shrunk(case: Case, holds: Callable[[Case], bool]) -> Case:
    """A case that still holds and from which nothing can be left out."""
    smaller = next((c for c in _smaller(case) if holds(c)), None)
    while smaller is not None:
        case = smaller
        smaller = next((c for c in _smaller(case) if holds(c)), None)
    return tidied(case)


def _smaller(case: Case) -> Iterator[Case]:
    for rule in case.task.rules:
        if len(case.task.rules) > 1:
            yield case.with_rules((rule,))
    for body in filter(None, _less(case.compose.body)):
        yield replace(case, compose=replace(case.compose, body=body))


def _less(block: tuple[nodes.Statement, ...]) -> Iterator[tuple[nodes.Statement, ...]]:
    """The block without one of its statements, or with less in one of them."""
    for at, statement in enumerate(block):
        before, after = block[:at], block[at + 1 :]
        yield (*before, *after)
        match statement:
            case nodes.For(body=body):
                yield (*before, *body, *after)
                for inner in _less(body):
                    if inner:
                        yield (*before, replace(statement, body=inner), *after)
            case nodes.If(body=body, orelse=orelse):
                yield (*before, *body, *after)
                for inner in _less(body):
                    if inner:
                        yield (*before, replace(statement, body=inner), *after)
                for inner in _less(orelse):
                    yield (*before, replace(statement, orelse=inner), *after)


def tidied(case: Case) -> Case:
    """The case without subtasks, effects and declarations that it does not use."""
    called = {
        call.function.text
        for statement in statements(case.compose.body)
        for expr in expressions(statement)
        for call in calls_in(expr)
    }
    named = {token.text for rule in case.task.rules for token in rule.tokens}
    subtasks = {n: s for n, s in case.spec.subtasks.items() if n in called | named}
    effects = {
        name: e
        for name, e in case.spec.effects.items()
        if name in named or any(use.effect.name == name for s in subtasks.values() for use in s.effects)
    }
    case = Case(replace(case.spec, subtasks=subtasks, effects=effects), case.compose)
    return Case(_declared(case), case.compose)


def _declared(case: Case) -> Spec:
    """The spec without types and constants that nothing mentions."""
    spec = case.spec
    for name in [*spec.constants, *spec.records, *reversed(spec.types)]:
        less = replace(
            spec,
            types={n: t for n, t in spec.types.items() if n != name},
            records={n: f for n, f in spec.records.items() if n != name},
            constants={n: c for n, c in spec.constants.items() if n != name},
        )
        if not re.search(rf"\b{name}\b", file_text(less, [case.compose])):
            spec = less
    return spec
