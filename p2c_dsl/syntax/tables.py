"""The grammar's tables with the callbacks in them, linked so that a step of the parser is one look-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from p2c_dsl.grammar import tables
from p2c_dsl.syntax.builder import Builder
from p2c_dsl.syntax.nodes import Literal
from p2c_dsl.syntax.span import Span


class Reduce(NamedTuple):
    """What a rule's `size` parts become: what `callback` makes of the `kept` ones, in place of `origin`."""

    origin: str
    size: int
    callback: Callable[..., Any] | None
    kept: tuple[int, ...] | None
    """Which parts the callback takes, -1 for one left out; None for all."""
    instead: Callable[[Span], Any]
    """What stands for the parts when they do not fit together."""


Row = dict[str, Any]
"""What a state does on each symbol: the row of the next state, or a `Reduce`."""

_EXPRESSIONS = frozenset({"expr", "postfix", "call", "argument", "literal", "value"})


def _unread(span: Span) -> Literal:
    return Literal(None, span)


def _nothing(span: Span) -> None:
    return None


def _linked() -> dict[int, Row]:
    builder = Builder()
    reduces = [
        Reduce(
            origin,
            size,
            builder.callback(callback) if callback else None,
            None if kept == tuple(range(size)) and callback else kept,
            _unread if origin in _EXPRESSIONS else _nothing,
        )
        for origin, size, callback, kept in tables.RULES
    ]
    rows: dict[int, Row] = {number: {} for number in tables.STATES}
    for number, actions in tables.STATES.items():
        for symbol, action in actions.items():
            rows[number][symbol] = rows[action] if action >= 0 else reduces[~action]
    return rows


_ROWS = _linked()
START = _ROWS[tables.START]
END = _ROWS[tables.END]
