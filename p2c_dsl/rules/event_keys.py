"""Which keys of events a rule means by `per K`, and their values in a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from p2c_dsl.machine.facet import CallSite
from p2c_dsl.machine.facts import Fact
from p2c_dsl.machine.identity import UNKNOWN, Identity, constant_identity, field_of
from p2c_dsl.machine.state import Value
from p2c_dsl.rules.base import Names, RuleError
from p2c_dsl.rules.events import Event, Occurrence
from p2c_dsl.rules.parts import Places
from p2c_dsl.spec import KeyPath, Spec, Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import NONE, Type, is_subtype, may_share, show
from p2c_dsl.types import UNKNOWN as ANY_TYPE

Values = tuple[Identity, ...]
"""The value numbers of keys."""
Labelled = tuple[str | None, Type]


def keys_of(event: Event, spec: Spec) -> tuple[Labelled, ...]:
    """The keys of an event, with their names: an effect's keys, or a subtask's parameters."""
    if event.is_effect:
        effect = spec.effects[event.name]
        return tuple((effect.label(place), of) for place, of in enumerate(effect.keys))
    return tuple((p.name, p.type) for p in spec.subtasks[event.name].parameters)


def named_key(key: Token, event: Event, names: Names, alike: Type | None = None) -> int:
    """Which key of an event a rule means, see `find_key`. Raises `RuleError` if there is none or more than one."""
    found = find_key(key, event, names, alike)
    if found is not None:
        return found
    result = None if event.is_effect else names.spec.subtasks[event.name].result
    if result is not None and show(result) == key.text:
        message = f"{key.text} is what `{event.name}` returns, and a key is a parameter"
        help_ = f"what it returns is named by `in`: `at least 1 … per {key.text} in {event.name}`"
        raise RuleError(message, key.span, help_)
    candidates = keys_of(event, names.spec)
    if not candidates:
        raise RuleError(f"`{event.name}` has no key", key.span, "leave out `per`, or declare the effect with a key")
    known = [name for name, _ in candidates if name] + [show(t) for _, t in candidates]
    raise names.lacking(event.name, "key", key, known)


def find_key(key: Token, event: Event, names: Names, alike: Type | None = None) -> int | None:
    """Which key of an event a rule means: the one of that name, or else of that type, or else of a related type.

    If the word is the name of another event's key, `alike` is that key's type. Returns `None` if there is no such key.
    Raises `RuleError` if there are several.
    """
    candidates = keys_of(event, names.spec)
    by_name = [i for i, (name, _) in enumerate(candidates) if name == key.text]
    by_type = [i for i, (_, t) in enumerate(candidates) if show(t) == key.text]
    if by_name and by_type and by_name != by_type:
        message = f"`{key.text}` is both the name of one key and the type of another"
        raise RuleError(message, key.span, "rename one of them")
    found = by_name or by_type or _related(names.spec.types.get(key.text, alike), candidates)
    if len(found) > 1:
        message = f"`{key.text}` is ambiguous for `{event.name}`: {len(found)} of the keys have this type"
        raise RuleError(message, key.span, "use the name of the key instead")
    return found[0] if found else None


def _related(of: Type | None, candidates: Sequence[Labelled]) -> list[int]:
    """The keys of a type, or else those whose types are sub- or supertypes of it."""
    if of is None:
        return []
    equal = [i for i, (_, t) in enumerate(candidates) if t == of]
    return equal or [i for i, (_, t) in enumerate(candidates) if is_subtype(t, of) or is_subtype(of, t)]


def _type_of(key: Token, event: Event, names: Names) -> Type | None:
    """The type of an event's key of that name."""
    return next((of for name, of in keys_of(event, names.spec) if name == key.text), None)


class Pairing(NamedTuple):
    """The keys of two events that a rule compares, one of each event in each place."""

    first: Places
    second: Places

    @classmethod
    def read(cls, tokens: Sequence[Token], first: Event, second: Event, names: Names) -> Self:
        """The keys that `per` names: two tokens for each pair. Raises `RuleError`."""
        pairs = list(zip(tokens[::2], tokens[1::2], strict=True))
        one = tuple(named_key(a, first, names, _type_of(b, second, names)) for a, b in pairs)
        other = tuple(named_key(b, second, names, _type_of(a, first, names)) for a, b in pairs)
        for (token, _), a, b in zip(pairs, one, other, strict=True):
            own, others = keys_of(first, names.spec)[a][1], keys_of(second, names.spec)[b][1]
            if not may_share(own, others):
                message = f"a key of type {show(own)} can never equal one of type {show(others)}"
                raise RuleError(message, token.span, "name two keys of one type: `per a = b`")
        return cls(one, other)


NO_KEYS = Pairing((), ())
"""The keys of a rule without `per`: one key, the empty tuple, for all."""


def has_happened(event: Event, places: Places, values: Values) -> Fact:
    """The fact that an event has happened with these keys."""
    return ("happened", event.name, places, values)


def values_at(call: CallSite, occurrence: Occurrence, places: Places) -> tuple[Value | None, ...]:
    """The keys of an event in a call; `None` where a default is used."""
    given = call.arguments if occurrence.clause is None else call.keys[occurrence.clause]
    return tuple(given[place] for place in places)


def keyed_occurrences(call: CallSite, event: Event, places: Places) -> Iterator[tuple[Occurrence, Values]]:
    """The occurrences of an event in a call, with the value numbers of its keys."""
    for occurrence in event.occurrences(call.subtask):
        values = zip(places, values_at(call, occurrence, places), strict=True)
        yield occurrence, tuple(argument(call, p) if value is None else value.identity for p, value in values)


class EventKey(NamedTuple):
    """The key of an event in a call: its value number, `None` if it may be any value of its type."""

    value: Identity | None
    type: Type


def typed_occurrences(call: CallSite, event: Event, places: Places) -> Iterator[tuple[EventKey, ...]]:
    """The keys of each occurrence of an event in a call, with their types."""
    for occurrence in event.occurrences(call.subtask):
        yield typed_keys(call, values_at(call, occurrence, places), places)


def typed_keys(call: CallSite, values: Sequence[Value | None], places: Places) -> tuple[EventKey, ...]:
    """The keys of one occurrence of an event, see `values_at`, with their types."""
    given = zip(places, values, strict=True)
    return tuple(default_key(call, place) if value is None else _key(value) for place, value in given)


def default_key(call: CallSite, place: int) -> EventKey:
    """The key that a parameter has by default."""
    parameter = call.subtask.parameters[place]
    return EventKey(constant_identity(parameter.default), NONE if parameter.default is None else parameter.type)


def _key(value: Value) -> EventKey:
    # `may anything` does an effect with a key that may equal any other, whatever the types say.
    return EventKey(None, ANY_TYPE) if value.identity == UNKNOWN else EventKey(value.identity, value.type)


def argument(call: CallSite, place: int) -> Identity:
    """The value number of an argument, or of the default in its place."""
    value = call.arguments[place]
    return constant_identity(call.subtask.parameters[place].default) if value is None else value.identity


def key_parameters(event: Event, places: Places, subtask: Subtask) -> frozenset[int]:
    """The parameters of a subtask that decide what keys an event has."""
    found: set[int] = set()
    for occurrence in event.occurrences(subtask):
        found.update(path.parameter for path in _paths(occurrence, places) if path is not None)
    return frozenset(found)


def arguments_for(event: Event, places: Places, subtask: Subtask, values: Values) -> dict[int, Identity]:
    """What a call has to be passed so that an event happens with these keys, where a key is a whole argument."""
    found: dict[int, Identity] = {}
    for occurrence in event.occurrences(subtask)[:1]:
        for path, value in zip(_paths(occurrence, places), values, strict=True):
            if path is not None and not path.fields:
                found[path.parameter] = value
    return found


def values_of(event: Event, places: Places, subtask: Subtask, arguments: Mapping[int, Identity]) -> Iterator[Values]:
    """The keys with which an event happens in a call, where some arguments decide them all."""
    for occurrence in event.occurrences(subtask):
        paths = _paths(occurrence, places)
        known = [path for path in paths if path is not None and path.parameter in arguments]
        if len(known) == len(paths):
            yield tuple(field_of(arguments[path.parameter], path.fields) for path in known)


def _paths(occurrence: Occurrence, places: Places) -> list[KeyPath | None]:
    """Where the keys of an event come from in a call."""
    return [KeyPath(place) if occurrence.clause is None else occurrence.keys[place] for place in places]
