"""`unless F`: reads what waives something, and says which calls do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from p2c_dsl.machine.facet import CallSite
from p2c_dsl.rules.base import Names
from p2c_dsl.rules.event_keys import Values, find_key, keyed_occurrences
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.parts import Waiver
from p2c_dsl.rules.pattern import Tokens
from p2c_dsl.types import Type


def read_waiver(waiver: Tokens, keys: Tokens, of: Sequence[Type], names: Names) -> Waiver | None:
    """What `unless` names, under a rule with these keys and their types. Raises `RuleError`."""
    if not waiver:
        return None
    event = names.event(waiver[0])
    places = [find_key(key, event, names, alike) for key, alike in zip(keys, of, strict=True)]
    return Waiver(event, tuple(p for p in places if p is not None) if None not in places else ())


def waived_by(waiver: Waiver | None, call: CallSite) -> Iterator[Values]:
    """The keys for which a call waives, once it has completed; none are all."""
    if waiver is not None:
        for occurrence, values in keyed_occurrences(call, waiver.event, waiver.places):
            if occurrence.certain:
                yield values


def pays(event: Event, waiver: Waiver | None, names: Names) -> frozenset[str]:
    """The subtasks whose calls are an event, or waive it, for certain."""
    return names.sure_performers(event) | (names.sure_performers(waiver.event) if waiver is not None else frozenset())
