"""Parses a rule's line: finds the rule whose pattern the line matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.names import listing
from p2c_dsl.rules.base import AnyRule, Names, RuleError
from p2c_dsl.rules.pattern import NoMatch, match, span_of
from p2c_dsl.spec import RuleText, Spec, Task
from p2c_dsl.syntax.nodes import Token

RuleTypes = Sequence[type[AnyRule]]


@dataclass(frozen=True, slots=True)
class _Unreadable(Exception):
    diagnostic: Diagnostic


def read_all(spec: Spec, task: Task, types: RuleTypes) -> tuple[tuple[AnyRule, ...], tuple[Diagnostic, ...]]:
    """The rules that hold for a task, each once, and the errors in invalid lines."""
    rules: dict[str, AnyRule] = {}
    diagnostics: list[Diagnostic] = []
    for text in spec.rules_of(task):
        try:
            rule = _read(text, Names(spec, task), types)
            rules.setdefault(rule.text, rule)
        except _Unreadable as error:
            diagnostics.append(error.diagnostic)
    return tuple(rules.values()), tuple(diagnostics)


def shown(tokens: Sequence[Token]) -> str:
    """A rule's line in canonical spacing."""
    text = " ".join(token.text for token in tokens)
    for tight, loose in ((".", " . "), ("(", " ( "), (")", " )"), (",", " ,")):
        text = text.replace(loose, tight)
    return text


def _read(text: RuleText, names: Names, types: RuleTypes) -> AnyRule:
    mismatches: list[tuple[NoMatch, type[AnyRule]]] = []
    for kind in types:
        found = match(kind.pattern, text.tokens)
        if isinstance(found, NoMatch):
            mismatches.append((found, kind))
            continue
        try:
            rule = kind.read(found, names)
        except RuleError as error:
            location = Location(text.location.source, error.span)
            raise _Unreadable(Diagnostic("P2C147", error.message, location, help=error.help)) from None
        return replace(rule, text=shown(text.tokens))
    raise _Unreadable(_mismatch(text, mismatches, types))


def _mismatch(text: RuleText, mismatches: Sequence[tuple[NoMatch, type[AnyRule]]], types: RuleTypes) -> Diagnostic:
    best = max(found.progress for found, _ in mismatches)
    nearest = [(found, kind) for found, kind in mismatches if found.progress == best]
    if not any(_has_keyword(kind, text.tokens[:best]) for _, kind in nearest):
        return _unknown(text, types)
    token = nearest[0][0].token
    expected = listing(dict.fromkeys(found.expected for found, _ in nearest), "or")
    actual = "the line ends" if token is None else f"found `{token.text}`"
    span = token.span if token is not None else text.tokens[-1].span
    help_ = "write " + listing((f"`{kind.syntax}`" for _, kind in nearest), "or")
    location = Location(text.location.source, span)
    return Diagnostic("P2C146", f"expected {expected}, but {actual}", location, help=help_)


def _has_keyword(kind: type[AnyRule], tokens: Sequence[Token]) -> bool:
    """Whether the tokens contain one of the rule's own words, so that it is probably the intended rule."""
    return any(token.text in kind.pattern.split() for token in tokens)


def _unknown(text: RuleText, types: RuleTypes) -> Diagnostic:
    line = shown(text.tokens)
    words = {word: kind for kind in types for word in kind.pattern.split() if word.isalpha()}
    suggestion = None
    for token in text.tokens:
        close = get_close_matches(token.text, words, 1, cutoff=0.75)
        if close:
            suggestion = words[close[0]].syntax
            break
    help_ = f"did you mean `{suggestion}`?" if suggestion else "`p2c rules` lists all rules"
    location = Location(text.location.source, span_of(text.tokens))
    return Diagnostic("P2C145", f"`{line}` is not a rule", location, help=help_)
