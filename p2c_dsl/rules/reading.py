"""Parses a rule's line: finds the rule whose pattern the line matches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.names import listing
from p2c_dsl.rules.base import AnyRule, Names, RuleError
from p2c_dsl.rules.enforced import PREFIX, Enforced
from p2c_dsl.rules.pattern import NoMatch, Tokens, match, span_of
from p2c_dsl.spec import RuleText, Spec, Task
from p2c_dsl.syntax.nodes import Token

RuleTypes = Sequence[type[AnyRule]]
ANY_SUBTASK = "*"


@dataclass(frozen=True, slots=True)
class _Unreadable(Exception):
    diagnostic: Diagnostic


def read_all(spec: Spec, task: Task, types: RuleTypes) -> tuple[tuple[AnyRule, ...], tuple[Diagnostic, ...]]:
    """The rules that hold for a task, each once, and the errors in invalid lines."""
    rules: dict[str, tuple[AnyRule, ...]] = {}
    diagnostics: list[Diagnostic] = []
    for text in spec.rules_of(task):
        try:
            rules.setdefault(shown(text.tokens), _read(text, Names(spec, task), types))
        except _Unreadable as error:
            diagnostics.append(error.diagnostic)
    return tuple(rule for read in rules.values() for rule in read), tuple(diagnostics)


def shown(tokens: Sequence[Token]) -> str:
    """A rule's line in canonical spacing."""
    text = " ".join(token.text for token in tokens)
    for tight, loose in ((".", " . "), ("(", " ( "), (")", " )"), (",", " ,")):
        text = text.replace(loose, tight)
    return text


def behind_prefix(tokens: Sequence[Token], types: RuleTypes) -> tuple[Token, ...] | None:
    """The rule's line without `enforced`, `None` if it does not begin with it (an event may be called like this)."""
    if len(tokens) < 2 or tokens[0].text != PREFIX:
        return None
    is_event = any(not isinstance(match(kind.pattern, tokens), NoMatch) for kind in types)
    return None if is_event else tuple(tokens[1:])


def _read(text: RuleText, names: Names, types: RuleTypes) -> tuple[AnyRule, ...]:
    line = shown(text.tokens)
    body = behind_prefix(text.tokens, types)
    if body is None:
        return tuple(replace(rule, text=line) for rule in _read_plain(text, names, types))
    rules = [replace(rule, text=line) for rule in _read_plain(replace(text, tokens=body), names, types)]
    for rule in rules:
        if rule.unenforceable is not None:
            message = f"`{shown(body)}` cannot be enforced: {rule.unenforceable}"
            location = Location(text.location.source, text.tokens[0].span)
            raise _Unreadable(Diagnostic("P2C147", message, location, help=f"write it without `{PREFIX}`"))
    return tuple(Enforced(rule, names.spec, text=line) for rule in rules)


def _read_plain(text: RuleText, names: Names, types: RuleTypes) -> tuple[AnyRule, ...]:
    try:
        lines = _expanded(text.tokens, names)
        return tuple(rule for line in lines for rule in _read_line(line, text, names, types))
    except RuleError as error:
        location = Location(text.location.source, error.span)
        raise _Unreadable(Diagnostic("P2C147", error.message, location, help=error.help)) from None


def _expanded(tokens: Tokens, names: Names) -> tuple[Tokens, ...]:
    """The lines that a line stands for: `*.p …` is `f.p …` for every subtask f that has a parameter p.

    Raises `RuleError` if it stands for none.
    """
    star, *rest = tokens
    if star.text != ANY_SUBTASK:
        return (tokens,)
    if [token.text for token in rest[:1]] != ["."] or [token.kind for token in rest[1:2]] != ["name"]:
        message = f"expected a parameter behind `{ANY_SUBTASK}`"
        raise RuleError(message, star.span, "write `*.p from g`: it holds for every subtask that has a parameter `p`")
    wanted, subtasks = rest[1], names.spec.subtasks.values()
    having = [s.name for s in subtasks if any(p.name == wanted.text for p in s.parameters)]
    if not having:
        known = dict.fromkeys(p.name for s in subtasks for p in s.parameters)
        raise names.unknown("subtask with a parameter", wanted, known)
    return tuple((star._replace(kind="name", text=name), *rest) for name in having)


def _read_line(tokens: Tokens, text: RuleText, names: Names, types: RuleTypes) -> tuple[AnyRule, ...]:
    """The rules that one line stands for; `text` is the line as it was written."""
    mismatches: list[tuple[NoMatch, type[AnyRule]]] = []
    for kind in types:
        found = match(kind.pattern, tokens)
        if isinstance(found, NoMatch):
            mismatches.append((found, kind))
            continue
        return kind.halves(found, names)
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
    if actual == "found `.`" and any(before.text == "per" for before in text.tokens[:best]):
        help_ = f"a key is one of the event's own, named without a path: write `per {_last_name(text.tokens[best:])}`"
    location = Location(text.location.source, span)
    return Diagnostic("P2C146", f"expected {expected}, but {actual}", location, help=help_)


def _last_name(path: Sequence[Token]) -> str:
    """The last name of a path that begins with a dot, nothing if there is none."""
    found = re.match(r"(?:\. (\w+) ?)+", " ".join(token.text for token in path))
    return "" if found is None else found[1]


def _has_keyword(kind: type[AnyRule], tokens: Sequence[Token]) -> bool:
    """Whether the tokens contain one of the rule's own words, so that it is probably the intended rule."""
    return any(token.text in kind.pattern.split() for token in tokens)


def _words(kind: type[AnyRule]) -> set[str]:
    """The rule's own words, without those of its optional parts."""
    return {word for word in re.sub(r"\[[^\]]*\]", "", kind.pattern).split() if word.isalpha()}


def _unknown(text: RuleText, types: RuleTypes) -> Diagnostic:
    line = shown(text.tokens)
    words = {word: kind for kind in types for word in kind.pattern.split() if word.isalpha()}
    present = {token.text for token in text.tokens}
    whole = (kind.syntax for kind in types if (own := _words(kind)) and own <= present)
    suggestion = next(whole, None)
    for token in () if suggestion else text.tokens:
        close = get_close_matches(token.text, words, 1, cutoff=0.75)
        if close:
            suggestion = words[close[0]].syntax
            break
    help_ = f"did you mean `{suggestion}`?" if suggestion else "`p2c rules` lists all rules"
    location = Location(text.location.source, span_of(text.tokens))
    return Diagnostic("P2C145", f"`{line}` is not a rule", location, help=help_)
