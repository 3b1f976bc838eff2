"""Constructs of other languages that this one does not have, and what to use instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from p2c_dsl.source import Span
from p2c_dsl.syntax.building import place_of
from p2c_dsl.syntax.lexer import END, NAME, NEWLINE, RESERVED, UNKNOWN, Lexeme


class Slip(NamedTuple):
    """An error message with its code, place and help."""

    code: str
    span: Span
    message: str
    help: str | None


DECLARATIONS = (
    "use", "type", "record", "enum", "constant", "effect", "subtask", "override", "rules", "task", "compose",
)  # fmt: skip
_LONGEST_SHOWN = 40
_FUNCTIONS = "functions cannot be defined: declare a subtask with `subtask name(…) -> Type:`"
_LOOPS = "the only loop is `for x in collection:`, so that every run ends"
_CAUGHT = "exceptions cannot be caught: a subtask that fails ends the run"
_NAMED = "remove this word: `x = f(y)` is enough to define a name"
_CHOSEN = "use `if` and `elif`"
_FOREIGN = {
    "while": "there is no `while`: use `for` over a collection, so that every run ends",
    **dict.fromkeys(("do", "loop", "repeat", "until"), _LOOPS),
    **dict.fromkeys(("foreach",), "write `for x in collection:`"),
    **dict.fromkeys(("def", "function", "func", "fn"), _FUNCTIONS),
    "class": "there are no classes: declare a `record` or a `type`",
    "import": 'there are no imports: include another file with `use "other.p2c"`',
    "from": 'there are no imports: include another file with `use "other.p2c"`',
    "lambda": "there are no lambdas: call a subtask instead",
    **dict.fromkeys(("try", "except", "finally", "catch"), _CAUGHT),
    **dict.fromkeys(("raise", "throw"), "exceptions cannot be raised: use `return` to end the composition"),
    "with": "there is no `with`: call a subtask instead",
    "pass": "there are no empty blocks: leave the block out",
    "break": "a loop always runs over its whole collection",
    "continue": "put the rest of the loop's body under an `if`",
    "assert": "there are no assertions: write rules in the task",
    "async": "remove `async`: each call waits for the one before it",
    "await": "remove `await`: each call waits for the one before it",
    "yield": "collect the values in an accumulator: `xs = []`, then `xs.append(value)`",
    "del": "values cannot be changed",
    **dict.fromkeys(("match", "switch", "case"), _CHOSEN),
    **dict.fromkeys(("var", "let", "const"), _NAMED),
    **dict.fromkeys(("global", "nonlocal"), "remove this line: a name belongs to its block"),
    **dict.fromkeys(("elseif", "elsif"), "write `elif`"),
    "unless": "write `if not x:`",
}
_CONTAINED = "what a collection contains cannot be tested: call a subtask that returns Bool"
COMPUTED = "there is no arithmetic: call a subtask instead"
_CHANGED = "values cannot be changed: collect with `xs.append(value)`, or call a subtask"
_OPERATORS = {
    "<>": "write `!=` instead",
    **dict.fromkeys(("+", "-", "*", "/", "%", "**", "//", "&", "^", "~", "@", "<<", ">>"), COMPUTED),
    **dict.fromkeys(("+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "@=", "++"), _CHANGED),
    "&&": "write `and` instead",
    "||": "write `or` instead",
    ":=": "put the assignment on a line of its own",
    "|": "there are no union types: write `Optional[T]` for a value that may be `None`",
    "!": "write `not` instead",
    ";": "write one statement per line",
}
NO_BLOCK = ":"
"""Stands for a line whose block is missing: unreadable lines below it were meant to be that block."""
_UNPACKED = "arguments cannot be unpacked: pass them one by one"
_FIRST = {
    "@": "there are no decorators",
    "//": "comments start with `#`",
    "*": "assign one name at a time",
}
"""Signs at the start of a line that have a meaning in other languages."""
_FURTHER = {
    "try": ("except", "finally", "else"),
    "except": ("except", "finally", "else"),
    "match": ("case",),
    "switch": ("case", "default"),
    "@": ("def", "class", "async", "@"),
}
"""Lines that continue a construct of another language, in addition to `else` and `elif`."""


def is_foreign(head: Lexeme) -> bool:
    """Whether an unreadable line, and the block below it, is a construct of another language."""
    return head.text in _FOREIGN and head.text not in ("elseif", "elsif", "unless", "foreach")


def goes_on(above: str, word: str) -> bool:
    """Whether a line continues the one above it, judged by their first words, so that there is one error for both."""
    return above == NO_BLOCK or word in ("else", "elif") or word in _FURTHER.get(above, ())


def foreign(lexemes: Sequence[Lexeme], first: int, position: int) -> Slip | None:
    """The error at a token in the line that starts at `first`, if it belongs to another language."""
    lexeme, head, before = lexemes[position], lexemes[first], lexemes[max(position - 1, first)]
    word = _foreign_word(lexemes, first, position)
    if word is not None:
        return absent(word, _FOREIGN[word.text])
    if position == first and lexeme.text in _FIRST:
        return absent(lexeme, _FIRST[lexeme.text])
    if lexeme.text in ("*", "**") and before.text in ("(", ","):
        return absent(lexeme, _UNPACKED)
    if lexeme.type == UNKNOWN or lexeme.text == "*" or (lexeme.text == "-" and not _declares(head)):
        return absent(lexeme, _OPERATORS.get(lexeme.text, COMPUTED))
    comprehension = None if position == first else _comprehension(lexemes, position)
    if comprehension is not None:
        filled = "m = {}" if before.text == "{" else "xs = []"
        return absent(comprehension, f"there are no comprehensions: fill `{filled}` in a loop")
    if lexeme.type == "IF" and before.text == "else":
        return absent(lexeme, "write `elif`")
    if lexeme.type == "IF" and position != first:
        return absent(lexeme, "there are no conditional expressions: use `if` and `else` with blocks")
    if lexeme.type == "IN" or (lexeme.type == "NOT" and lexemes[position + 1].type == "IN"):
        return absent(lexeme, _CONTAINED)
    if lexeme.type == "STRING" and before.end == lexeme.start and before.type == NAME:
        return absent(before, "remove the prefix: there are no special kinds of strings")
    if lexeme.type == RESERVED:
        return absent(lexeme, "this is a reserved word of Python: choose another name")
    return None


def _foreign_word(lexemes: Sequence[Lexeme], first: int, position: int) -> Lexeme | None:
    """The word of another language that starts a line, or that does not fit."""
    lexeme, head, second = lexemes[position], lexemes[first], lexemes[min(first + 1, len(lexemes) - 1)]
    if lexeme.text in _FOREIGN and lexeme.type == RESERVED:
        return lexeme
    if head.text not in _FOREIGN or (lexeme.type in (NEWLINE, END) and head.type != RESERVED):
        return None
    # A subtask or a variable may be called `match`.
    named = second.text in ("=", ".", "[", ",") or (second.text == "(" and lexeme.text not in (":", "{"))
    return head if head.type == RESERVED or not named else None


def _comprehension(lexemes: Sequence[Lexeme], position: int) -> Lexeme | None:
    """The `for` of a comprehension at this token, or whose first part starts at it."""
    if lexemes[position].type == "FOR":
        return lexemes[position]
    if lexemes[position - 1].text not in ("[", "{"):
        return None
    depth = 0
    for lexeme in lexemes[position:]:
        depth += (lexeme.text in ("(", "[", "{")) - (lexeme.text in (")", "]", "}"))
        if lexeme.type in (NEWLINE, END) or depth < 0:
            return None
        if lexeme.type == "FOR" and depth == 0:
            return lexeme
    return None


def absent(lexeme: Lexeme, help: str) -> Slip:
    """The error for a construct that the language does not have, with what to use instead."""
    return Slip("P2C113", place_of(lexeme), f"`{short(lexeme.text)}` is not part of the language", help)


def _declares(head: Lexeme) -> bool:
    return head.text in DECLARATIONS


def short(text: str) -> str:
    """A token's text, shortened to fit on one line."""
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
