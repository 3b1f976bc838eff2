"""Explains a token that does not fit: what was expected, and for common mistakes what to do."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.grammar.tables import KEYWORDS, OPERATORS
from p2c_dsl.names import did_you_mean, listing
from p2c_dsl.syntax.building import place_of
from p2c_dsl.syntax.foreign import COMPUTED, DECLARATIONS, Slip, absent, foreign, short
from p2c_dsl.syntax.lexer import BAD, DEDENT, END, INDENT, NAME, NEWLINE, RESERVED, Lexeme

_WORDS = {
    NAME: "a name",
    "INT": "a number",
    "FLOAT": "a number",
    "STRING": "a string",
    NEWLINE: "the end of the line",
    INDENT: "an indented block",
    DEDENT: "the end of the block",
    END: "the end of the file",
}
_SYMBOLS = {name: f"`{text}`" for text, name in {**OPERATORS, **KEYWORDS}.items()}
_HIDDEN = frozenset({BAD, RESERVED, "MINUS", "FLOAT", END, DEDENT})
_MOST_EXPECTED = 5


def explain(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> Slip:
    """The error at a token in the line that starts at `first`, where the terminals `accepted` would fit."""
    lexeme = lexemes[position]
    if lexeme.type == INDENT:
        message = "unexpected indentation: the line above does not open a block"
        return Slip("P2C102", place_of(lexemes[position + 1]), message, "indent it like the line above")
    if INDENT in accepted and position == first:
        above = lexemes[max(first - 2, 0)]
        return Slip(
            "P2C115",
            place_of(above),
            "expected an indented block after this line",
            "indent the lines of its block",
        )
    return foreign(lexemes, first, position) or _misplaced(lexemes, first, position, accepted)


def _misplaced(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> Slip:
    """The error for something that the language has, but not here."""
    lexeme = lexemes[position]
    span = place_of(lexeme)
    if position == first and lexeme.text in ("else", "elif"):
        if _opener(lexemes, first) == "for":
            return absent(lexeme, "loops have no `else`: write the code after the loop")
        help_ = "give it the same indentation as its `if`"
        return Slip("P2C114", span, f"this `{lexeme.text}` does not belong to any `if`", help_)
    if position == first and "COMPOSE" in accepted:
        message = f"expected a declaration, but found `{short(lexeme.text)}`"
        if lexemes[position + 1].text in ("=", "(", ".", "[") or lexeme.text in ("for", "if", "return"):
            return Slip("P2C110", span, message, "statements must be inside a composition: `compose task(…):`")
        return Slip("P2C110", span, message, did_you_mean(short(lexeme.text), DECLARATIONS))
    if lexeme.text == "(" and lexemes[position - 1].type == NAME and lexemes[position - 2].text == ".":
        message = f"values have no method `{short(lexemes[position - 1].text)}`"
        help_ = "call a subtask, or add to a list accumulator with `xs.append(value)`"
        return Slip("P2C111", place_of(lexemes[position - 1]), message, help_)
    if lexeme.text == "(" and lexemes[first].text not in DECLARATIONS:
        return Slip("P2C111", span, "only subtasks can be called", "write the name of a subtask before the bracket")
    expected = _expected(accepted)
    found = "the line ends" if lexeme.type in (NEWLINE, END, DEDENT) else f"found `{short(lexeme.text)}`"
    message = f"expected {expected}, but {found}" if expected else f"unexpected `{short(lexeme.text)}`"
    return Slip("P2C110", span, message, _help(lexemes, first, position, accepted))


def _opener(lexemes: Sequence[Lexeme], first: int) -> str:
    """The first word of the block that has ended where a line begins; empty if none has."""
    depth = 0
    for index in range(first - 1, 0, -1):
        depth += {DEDENT: 1, INDENT: -1}.get(lexemes[index].type, 0)
        if depth == 0:
            if lexemes[index].type != INDENT:
                return ""
            start = index - 1
            while start > 0 and lexemes[start - 1].type not in (NEWLINE, INDENT, DEDENT):
                start -= 1
            return lexemes[start].text
    return ""


def _expected(accepted: frozenset[str]) -> str:
    """The terminals in words."""
    words = [_WORDS.get(name) or _SYMBOLS.get(name) for name in sorted(accepted - _HIDDEN)]
    named = list(dict.fromkeys(word for word in words if word is not None))
    if len(named) > _MOST_EXPECTED:
        named = ["a value"] if NAME in accepted else ["the end of the line"]
    return listing(named, "or") if named else ""


def _help(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> str | None:
    """What to do about a token that does not fit, if it is clear what was meant."""
    head, found, before = lexemes[first], lexemes[position], lexemes[max(position - 1, first)]
    if head.text in DECLARATIONS:
        inside = position == first + 1 and INDENT not in accepted and "RETURN" not in accepted and NEWLINE in accepted
        return "declarations belong at the top level of the file, not in a composition" if inside else None
    condition = head.text in ("if", "elif")
    if head.text == "for" and "IN" in accepted:
        loops = {",": "loop over the map's keys and look up the values with `m[key]`"}
        return loops.get(found.text, "write `for x in collection:`")
    if condition and found.text == "=":
        return "write `==` to compare"
    if found.text in _COMPARATORS:
        return "a comparison has two sides: write `a < b and b < c`" if condition else _TESTED
    if found.text == "is" or before.text == "is":
        if not condition:
            return _TESTED
        return _ONLY_NONE
    if found.text in ("not", "and", "or") and not condition:
        return _TESTED
    if found.text == "{" or found.text == "then":
        return "a block starts with a `:` and is indented"
    if before.text == ":" and (head.text == "else" or condition or head.text == "for"):
        return "put the block on its own lines, indented"
    if found.text == "=" and lexemes[first + 1].text == ":":
        return "fields cannot have defaults, only parameters can"
    return _help_with_values(head, before, found, accepted, position == first)


_COMPARATORS = ("==", "!=", "<", "<=", ">", ">=")
_TESTED = "conditions are only allowed in `if` and `elif`"
_ONLY_NONE = "`is` only tests for `None`: write `if x:`, or `if x == y:` to compare"


def _help_with_values(
    head: Lexeme, before: Lexeme, found: Lexeme, accepted: frozenset[str], begins: bool
) -> str | None:
    """What to do about a value or an operation that is written as in another language."""
    if before.text == "{":
        return "only an empty `{}` can be written: fill it in a loop with `m[key] = value`"
    if found.text == ":" and "RSQB" in accepted:
        return "there are no slices: call a subtask instead"
    if found.text == ":" and before is head:
        return "variables have no type annotations: write `x = f(y)`"
    if found.text == ",":
        return "there are no tuples: pass values one by one, or as the fields of a record"
    if found.text == "=" and "AS" in accepted:
        return 'enum members have no values: write only the name, or `name as "…"` if its tool uses another name'
    if found.text == "=" and before.type == NAME:
        return "values cannot be changed, and a line assigns one name: write `x = f(y)`"
    if before.text == "-":
        return COMPUTED
    if found.type == "STRING" and begins:
        return "compositions have no docstring: describe the task instead, or write a comment with `#`"
    if found.type == "STRING" and before.type == "STRING":
        return "adjacent strings are not joined: write a single string"
    if before.type in ("INT", "FLOAT") and before.end == found.start:
        return "write numbers in decimal digits, such as `1000` or `0.5`"
    if found.text == ".":
        return "there are no empty blocks: leave the block out" if begins else None
    return None
