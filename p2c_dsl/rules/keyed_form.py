"""Rules about two events that share a key type and have no `per`: what they allow, and their keyed form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from p2c_dsl.diagnostics.model import Diagnostic, Location, Severity
from p2c_dsl.names import listing
from p2c_dsl.rules.base import AnyRule, Names, RuleError
from p2c_dsl.rules.event_keys import Labelled, Pairing, keys_of
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.pattern import Match, NoMatch, Tokens, match, span_of
from p2c_dsl.rules.reading import RuleTypes, behind_prefix, shown
from p2c_dsl.spec import RuleText, Spec, Task
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import NewType, Nominal, Record, Type, is_subtype, show

CODE = "P2C903"
_KEYS = "[per <keys:keys>]"
"""The part of the pattern of a rule that can have a key."""
_MOST_CHOICES = 4
"""How many keys the help names at most."""


class KeyWord(NamedTuple):
    """What stands after `per`, and the type of the key that it means."""

    text: str
    of: Type


def unkeyed(spec: Spec, task: Task, types: RuleTypes) -> Iterator[Diagnostic]:
    """A warning for each valid rule of a task that could have a key and has none."""
    names = Names(spec, task)
    for text in spec.rules_of(task):
        found = _without_keys(text, types)
        if found is not None:
            finding = _finding(text, *found, names)
            if finding is not None:
                yield finding


def _without_keys(text: RuleText, types: RuleTypes) -> tuple[type[AnyRule], Match] | None:
    """The kind of a rule that could have keys and has none, and what its line says."""
    tokens = behind_prefix(text.tokens, types) or text.tokens
    for kind in types:
        found = match(kind.pattern, tokens)
        if not isinstance(found, NoMatch):
            return (kind, found) if _KEYS in kind.pattern and "keys" not in found else None
    return None


def _finding(text: RuleText, kind: type[AnyRule], found: Match, names: Names) -> Diagnostic | None:
    named = _events_of(found)
    try:
        first, second = (names.event(token) for token in named)
    except (RuleError, ValueError):
        return None
    words = _TwoEvents(first, second, names).key_words()
    if not words:
        return None
    rule, key = shown(text.tokens), show(words[0].of)
    message = f"`{rule}`: {kind.unkeyed.format(first=named[0].text, second=named[1].text, key=key)}"
    location = Location(text.location.source, span_of(text.tokens))
    end = text.tokens.index(named[1]) + 1
    lines = [_with_key(text.tokens, end, word.text) for word in words]
    return Diagnostic(CODE, message, location, Severity.WARNING, rule=rule, help=_help(lines, key))


def _events_of(found: Match) -> Tokens:
    """The names of the two events in the order of the line."""
    tokens = found["events"] if "events" in found else (found["first"][0], found["second"][0])
    return tuple(sorted(tokens, key=lambda token: token.span))


def _help(lines: Sequence[str], key: str) -> str:
    if len(lines) == 1:
        return f"write `{lines[0]}` if it is about each {key} by itself"
    return f"name the keys that have to be equal: {listing((f'`{line}`' for line in lines), 'or')}"


def _with_key(tokens: Tokens, end: int, word: str) -> str:
    """The rule's line with a key after its second event."""
    return " ".join(filter(None, (shown(tokens[:end]), f"per {word}", shown(tokens[end:]))))


# ---------------------------------------------------------------- which keys


@dataclass(frozen=True, slots=True)
class _TwoEvents:
    """The events of a rule, in the order of its line."""

    first: Event
    second: Event
    names: Names

    def key_words(self) -> list[KeyWord]:
        """One word for each pair of keys that identify things of the same type, or else of related types."""
        own, other = keys_of(self.first, self.names.spec), keys_of(self.second, self.names.spec)
        pairs = [(i, j) for i, j in product(range(len(own)), range(len(other))) if _alike(own[i][1], other[j][1])]
        equal = [(i, j) for i, j in pairs if own[i][1] == other[j][1]]
        written = (self._word(Pairing((i,), (j,)), own[i], other[j]) for i, j in equal or pairs)
        return [word for word in written if word is not None][:_MOST_CHOICES]

    def _word(self, wanted: Pairing, own: Labelled, other: Labelled) -> KeyWord | None:
        """The shortest word that means just these two keys: a type, a name, or a pair of them."""
        (one, of), (two, another) = own, other
        wider = of if is_subtype(another, of) else another
        single = [(word, word) for word in (show(wider), one, two) if word is not None]
        both = [(a, b) for a in (one, show(of)) for b in (two, show(another)) if a is not None and b is not None]
        for a, b in (*single, *both):
            if self._mean(a, b, wanted):
                return KeyWord(a if a == b else f"{a} = {b}", wider)
        return None

    def _mean(self, a: str, b: str, wanted: Pairing) -> bool:
        nowhere = self.names.task.location.span
        keys = [Token("name", a, nowhere), Token("name", b, nowhere)]
        try:
            return Pairing.read(keys, self.first, self.second, self.names) == wanted
        except RuleError:
            return False


def _alike(one: Type, other: Type) -> bool:
    """Whether two keys may identify the same thing: a number or an enum identifies nothing."""
    identify = isinstance(one, Nominal | NewType | Record) and isinstance(other, Nominal | NewType | Record)
    return identify and (is_subtype(one, other) or is_subtype(other, one))
