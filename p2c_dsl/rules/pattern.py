"""How a rule's line is parsed: each rule has a pattern, and the line must match one.

A pattern is a line of words and holes: `at most <count:int> <event:name> [per <key:name>]`.
Holes are `int`, `name`, `path` (`f` or `f.p`), `field` (`f.p.q`), `comparison`, `operand` (`-5.5`, `limit`, `Kind.a`,
`f.p`), `names` (`g, h`), `keys` (`k, a = b`), `check` (`C(x, _)`) and `checks` (`C(x.f, _) or not D(g(y))`); parts in
square brackets are optional.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from p2c_dsl.source import Span
from p2c_dsl.syntax.nodes import Token

Tokens = tuple[Token, ...]
Match = Mapping[str, Tokens]
"""For each hole, its tokens: one for `int` and `name`, the names alone for the others; for `keys` two for each key.

For `checks`, all tokens: names, brackets, `or` and `not`.

For an optional part that is there, also its first word.
"""

_HOLE = re.compile(r"<(\w+):(\w+)>")
_EXPECTED = {
    "int": "a whole number",
    "name": "a name",
    "path": "a name or a parameter `f.p`",
    "names": "a name",
    "keys": "the name or type of a key",
    "field": "a parameter `f.p`",
    "comparison": "`<=`, `>=`, `==` or `!=`",
    "operand": "a number, a constant, an enum's member or a path `f.p`",
    "check": "a check such as `approved(order)`",
    "checks": "a check such as `approved(order)`",
}


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Where a line stops matching a pattern (`None`: at its end), and what was expected."""

    progress: int
    token: Token | None
    expected: str


def match(pattern: str, tokens: Sequence[Token]) -> Match | NoMatch:
    """Reads a rule's tokens by a pattern."""
    result: dict[str, Tokens] = {}
    position = _sequence(_parts(pattern), tuple(tokens), 0, result)
    if isinstance(position, NoMatch):
        return position
    if position < len(tokens):
        return NoMatch(position, tokens[position], "the end of the line")
    return result


@cache
def _parts(pattern: str) -> tuple[str, ...]:
    """The pattern's words and holes, and each optional part as one piece in its brackets."""
    return tuple(re.findall(r"\[[^\]]*\]|\S+", pattern))


def _sequence(parts: tuple[str, ...], tokens: Tokens, at: int, found: dict[str, Tokens]) -> int | NoMatch:
    for part in parts:
        if part.startswith("["):
            inner = _parts(part[1:-1])
            if at < len(tokens) and tokens[at].text == inner[0]:
                after = _sequence(inner, tokens, at, found)
                if isinstance(after, NoMatch):
                    return after
                found[inner[0]] = (tokens[at],)
                at = after
            continue
        step = _element(part, tokens, at, found)
        if isinstance(step, NoMatch):
            return step
        at = step
    return at


def _element(part: str, tokens: Tokens, at: int, found: dict[str, Tokens]) -> int | NoMatch:
    hole = _HOLE.fullmatch(part)
    token = tokens[at] if at < len(tokens) else None
    if hole is None:
        fits = token is not None and token.text == part
        return at + 1 if fits else NoMatch(at, token, f"`{part}`")
    name, kind = hole.groups()
    taken, at_end = _READERS[kind](tokens, at)
    if not taken:
        return NoMatch(at_end, tokens[at_end] if at_end < len(tokens) else None, _EXPECTED[kind])
    found[name] = taken
    return at_end


def _is(tokens: Tokens, at: int, text: str) -> bool:
    return at < len(tokens) and tokens[at].text == text


def _name(tokens: Tokens, at: int) -> bool:
    return at < len(tokens) and (tokens[at].kind == "name" or tokens[at].text == "_")


def _read_int(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    fits = at < len(tokens) and tokens[at].kind == "int"
    return ((tokens[at],), at + 1) if fits else ((), at)


def _read_name(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    return ((tokens[at],), at + 1) if _name(tokens, at) else ((), at)


def _read_path(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    if not _name(tokens, at):
        return (), at
    if not _is(tokens, at + 1, "."):
        return (tokens[at],), at + 1
    return ((tokens[at], tokens[at + 2]), at + 3) if _name(tokens, at + 2) else ((), at + 2)


def _read_field(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    """`f.p` or `f.p.q`: at least two names."""
    found, end = _read_dotted(tokens, at)
    return (found, end) if len(found) > 1 else ((), end)


def _read_dotted(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    names: list[Token] = []
    while _name(tokens, at):
        names.append(tokens[at])
        at += 1
        if not _is(tokens, at, "."):
            return tuple(names), at
        at += 1
    return (), at


def _read_comparison(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    fits = any(_is(tokens, at, operator) for operator in ("<=", ">=", "==", "!="))
    return ((tokens[at],), at + 1) if fits else ((), at)


def _read_operand(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    if at < len(tokens) and (tokens[at].kind in ("int", "number") or tokens[at].text in ("True", "False")):
        return (tokens[at],), at + 1
    return _read_dotted(tokens, at)


def _read_names(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    names: list[Token] = []
    while _name(tokens, at):
        names.append(tokens[at])
        at += 1
        if not _is(tokens, at, ","):
            return tuple(names), at
        at += 1
    return (), at


def _read_keys(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    """Keys of two events: `k` is a key of both, `a = b` the keys of one and of the other."""
    pairs: list[Token] = []
    while _name(tokens, at):
        one, at = tokens[at], at + 1
        other = one
        if _is(tokens, at, "="):
            if not _name(tokens, at + 1):
                return (), at + 1
            other, at = tokens[at + 1], at + 2
        pairs += [one, other]
        if not _is(tokens, at, ","):
            return tuple(pairs), at
        at += 1
    return (), at


def _read_check(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    if not _name(tokens, at):
        return (), at
    if not _is(tokens, at + 1, "("):
        return (), at + 1
    names, end = _read_names(tokens, at + 2)
    if not names or not _is(tokens, end, ")"):
        return (), end
    return (tokens[at], *names), end + 1


def _read_checks(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    start = at
    while True:
        if _is(tokens, at, "not"):
            at += 1
        is_call, at = _read_call(tokens, at, reads=True)
        if not is_call:
            return (), at
        if not _is(tokens, at, "or"):
            return tokens[start:at], at
        at += 1


def _read_call(tokens: Tokens, at: int, *, reads: bool) -> tuple[bool, int]:
    """A call of paths `x.f`, or of calls of such; whether it is one, and where it ends, or is none any more."""
    if not _name(tokens, at):
        return False, at
    if not _is(tokens, at + 1, "("):
        return False, at + 1
    at += 2
    while True:
        if reads and _name(tokens, at) and _is(tokens, at + 1, "("):
            found, at = _read_call(tokens, at, reads=False)
        else:
            path, at = _read_dotted(tokens, at)
            found = bool(path)
        if not found or not _is(tokens, at, ","):
            return (True, at + 1) if found and _is(tokens, at, ")") else (False, at)
        at += 1


_READERS = {
    "int": _read_int,
    "name": _read_name,
    "path": _read_path,
    "names": _read_names,
    "keys": _read_keys,
    "field": _read_field,
    "comparison": _read_comparison,
    "operand": _read_operand,
    "check": _read_check,
    "checks": _read_checks,
}


def span_of(tokens: Sequence[Token]) -> Span:
    """The span from the first token to the last."""
    return tokens[0].span.to(tokens[-1].span)
