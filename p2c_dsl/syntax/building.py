"""Shared by the callbacks of all rules: lists under construction, tokens that carry values, and misuse."""

from __future__ import annotations

from math import isinf
from typing import Any

from p2c_dsl.source import Span
from p2c_dsl.syntax.lexer import Lexeme
from p2c_dsl.syntax.text import unquote

Items = Any
"""A list under construction, as nested pairs with the last item outermost: it is immutable, so copies are safe."""

_MOST_DIGITS = 18


class Misuse(Exception):
    """A rule's parts fit the grammar, but not together."""

    def __init__(self, code: str, span: Span, message: str, help: str) -> None:
        super().__init__(message)
        self.code, self.span, self.message, self.help = code, span, message, help


def items(pairs: Items) -> tuple[Any, ...]:
    """The items of nested pairs, without those that could not be read."""
    found = []
    while pairs is not None:
        pairs, item = pairs
        if item is not None:
            found.append(item)
    found.reverse()
    return tuple(found)


def text_of(token: Lexeme) -> str:
    """The value of a string literal. Raises `Misuse`."""
    try:
        return unquote(token.text)
    except ValueError as error:
        message = f"invalid string: {error}"
        raise Misuse("P2C107", place_of(token), message, "write a backslash as `\\\\`") from None


def integer_of(token: Lexeme) -> int:
    """A number's value. Raises `Misuse`."""
    check_digits(token.text, place_of(token))
    return int(token.text)


def check_digits(number: str, span: Span) -> None:
    """Rejects a number with too many digits. Raises `Misuse`."""
    if len(number) > _MOST_DIGITS:
        message = f"number with more than {_MOST_DIGITS} digits"
        raise Misuse("P2C107", span, message, "use a smaller number")


def floating_of(token: Lexeme) -> float:
    """A number's value. Raises `Misuse`."""
    check_size(token.text, place_of(token))
    return float(token.text)


def check_size(number: str, span: Span) -> None:
    """Rejects a number that is too large for a `Float`. Raises `Misuse`."""
    if isinf(float(number)):
        raise Misuse("P2C107", span, "number too large", "use a smaller number")


def place_of(token: Lexeme) -> Span:
    """A token's span."""
    return Span(token.start, token.end)
