"""The grammar's tables with the callbacks in them, linked so that a step of the parser is one lookup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from p2c_dsl.grammar import tables
from p2c_dsl.source import Span
from p2c_dsl.syntax.builder import Builder
from p2c_dsl.syntax.nodes import Literal

PASS, FIRST, NEXT, SAME, CALL = range(5)
"""The result of a rule: its only part, a list of one, a longer list, the same list, or its callback's result."""
_LISTS = {"one": FIRST, "more": NEXT, "same": SAME}


class Reduce(NamedTuple):
    """How a rule's `size` parts are reduced to `origin`: with `CALL`, by `callback`."""

    how: int
    origin: str
    size: int
    kept: tuple[int, ...]
    """Which parts are passed on, -1 for an omitted one."""
    callback: Callable[..., Any]
    instead: Callable[[Span], Any]
    """What replaces the parts if they do not fit together."""


Row = dict[str, Any]
"""The action of a state for each symbol: the row of the next state, or a `Reduce`."""

_EXPRESSIONS = frozenset({"expr", "postfix", "call", "argument", "literal", "value"})


def _unread(span: Span) -> Literal:
    return Literal(None, span)


def _nothing(span: Span) -> None:
    return None


def _reduce(builder: Builder, origin: str, size: int, name: str, kept: tuple[int, ...]) -> Reduce:
    instead = _unread if origin in _EXPRESSIONS else _nothing
    if name in _LISTS:
        return Reduce(_LISTS[name], origin, size, kept, _nothing, instead)
    if not name:
        return Reduce(PASS, origin, size, kept, _nothing, instead)
    return Reduce(CALL, origin, size, kept, builder.callback(name), instead)


def _linked() -> dict[int, Row]:
    builder = Builder()
    reduces = [_reduce(builder, *rule) for rule in tables.RULES]
    rows: dict[int, Row] = {number: {} for number in tables.STATES}
    for number, actions in tables.STATES.items():
        for symbol, action in actions.items():
            rows[number][symbol] = rows[action] if action >= 0 else reduces[~action]
    return rows


_ROWS = _linked()
START = _ROWS[tables.START]
END = _ROWS[tables.END]
