"""Tasks that ask for nothing, so that doing nothing is accepted: the finding, and what they could ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.feasibility.conflict import find_conflict
from p2c_dsl.names import listing
from p2c_dsl.rules import read_rules
from p2c_dsl.rules.at_least_per import AtLeastPer
from p2c_dsl.rules.event_keys import keys_of
from p2c_dsl.rules.events import Event
from p2c_dsl.spec import RuleText, Spec, Task
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import ListOf, MapOf, NewType, Nominal, Record, SetOf, Type, element_of, is_subtype, show

CODE = "P2C904"
_MOST = 3
"""How many obligations the help proposes at most."""


def nothing_asked(spec: Spec, task: Task) -> Diagnostic:
    """A warning at a task whose rules accept a composition that does nothing."""
    message = "nothing is asked for: a composition that does nothing is accepted"
    proposed = [f"`{line}`" for line in islice(obligations(spec, task), _MOST)]
    examples = f": {listing(proposed, 'or')}" if proposed else ", with a result or a rule such as `at least 1 E`"
    return Diagnostic(CODE, message, task.location, Severity.WARNING, help=f"say what is wanted{examples}")


def obligations(spec: Spec, task: Task) -> Iterator[str]:
    """Rules that ask for an event for each element of an input, and that some composition may keep."""
    for event in dict.fromkeys([*_sources(spec, task), *_events(spec)]):
        for path, of in _inputs(spec, task):
            key = _key_of(event, element_of(of) or of, spec)
            once = f"at least 1 {event.name}"
            line = f"{once} per {key} in {path}"
            if key is not None and _can_be_kept(spec, task, once, line):
                yield line


def _sources(spec: Spec, task: Task) -> Iterator[Event]:
    """The subtasks for whose results something is asked, which asks for nothing while nobody calls them."""
    for rule in read_rules(spec, task)[0]:
        if isinstance(rule, AtLeastPer) and rule.range.name in spec.subtasks:
            yield Event(rule.range.name, False)


def _events(spec: Spec) -> Iterator[Event]:
    """What a task may be there for: effects, those first that can be taken back, and subtasks that give nothing."""
    for effect in sorted(spec.effects.values(), key=lambda effect: effect.irreversible):
        yield Event(effect.name, True)
    for subtask in spec.subtasks.values():
        if subtask.result is None and not subtask.effects:
            yield Event(subtask.name, False)


def _inputs(spec: Spec, task: Task) -> Iterator[tuple[str, Type]]:
    """The inputs of a task, collections first, and the collections in their fields."""
    inputs = [(p.name, p.type) for p in task.parameters]
    yield from sorted(inputs, key=lambda given: element_of(given[1]) is None)
    for name, of in inputs:
        if isinstance(of, Record):
            fields = spec.records.get(of.name, {}).items()
            yield from ((f"{name}.{field}", inner) for field, inner in fields if element_of(inner) is not None)


def _key_of(event: Event, element: Type, spec: Spec) -> str | None:
    """How a rule names the key of an event that takes the elements, if just one does."""
    keys = [of for _, of in keys_of(event, spec)]
    fitting = [of for of in keys if of == element] or [of for of in keys if is_subtype(element, of)]
    return show(fitting[0]) if len(fitting) == 1 and isinstance(element, Nominal | NewType | Record) else None


def _can_be_kept(spec: Spec, task: Task, once: str, per_element: str) -> bool:
    """Whether a task with one more rule is not known to be impossible.

    Where no input is empty, the event happens at least once: of that, it is known when it is impossible.
    """
    inputs = tuple(replace(p, type=_filled(p.type)) for p in task.parameters)
    records = {name: {f: _filled(of) for f, of in fields.items()} for name, fields in spec.records.items()}
    rules = (*task.rules, _rule(once, task), _rule(per_element, task))
    full, asking = replace(spec, records=records), replace(task, parameters=inputs, rules=rules)
    read, wrong = read_rules(full, asking)
    return not wrong and find_conflict(full, asking, read) is None


def _rule(line: str, task: Task) -> RuleText:
    words = line.replace(".", " . ").split()
    return RuleText(tuple(Token(_kind(word), word, task.location.span) for word in words), task.location)


def _filled(of: Type) -> Type:
    """The type with only those of its collections that have an element."""
    if isinstance(of, ListOf | SetOf | MapOf):
        return replace(of, size=of.size._replace(low=max(of.size.low, 1)))
    return of


def _kind(word: str) -> str:
    return "int" if word.isdigit() else "op" if word == "." else "name"
