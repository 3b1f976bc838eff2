"""What to say about a token that does not fit: what was expected, and for common slips what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from p2c_dsl.grammar.tables import KEYWORDS, OPERATORS
from p2c_dsl.names import did_you_mean
from p2c_dsl.syntax.building import place_of
from p2c_dsl.syntax.lexer import BAD, DEDENT, END, INDENT, NAME, NEWLINE, RESERVED, UNKNOWN, Lexeme
from p2c_dsl.syntax.span import Span


class Slip(NamedTuple):
    """An error in words."""

    code: str
    span: Span
    message: str
    help: str | None


_DECLARATIONS = (
    "use", "type", "record", "enum", "constant", "effect", "subtask", "rules", "task", "compose",
)  # fmt: skip
_FOREIGN = {
    "while": "there is no `while`: loop over a collection, so that every run ends",
    "def": "functions are not defined here: a subtask is declared with `subtask name(…) -> Type:`",
    "class": "there are no classes: declare a `record` or a `type`",
    "import": 'there are no imports: `use "other.p2c"` takes in another file',
    "from": 'there are no imports: `use "other.p2c"` takes in another file',
    "lambda": "there are no lambdas: call a subtask",
    "try": "nothing is caught here: a subtask that fails ends the run",
    "except": "nothing is caught here: a subtask that fails ends the run",
    "finally": "nothing is caught here: a subtask that fails ends the run",
    "raise": "nothing is raised here: `return` ends the composition",
    "with": "there is no `with`: call a subtask",
    "pass": "a block says what it does: leave out what does nothing",
    "break": "a loop goes over its whole collection",
    "continue": "put the rest of the round under an `if`",
    "assert": "nothing is asserted here: rules stand in the task",
    "async": "calls wait for each other: leave `async` out",
    "await": "calls wait for each other: leave `await` out",
    "and": "put one `if` into the other",
    "or": "use two `if`s, or let a subtask decide",
    "yield": "collect into an accumulator: `xs = []`, then `xs.append(value)`",
    "del": "values are never changed",
    "match": "use `if` and `elif`",
    "switch": "use `if` and `elif`",
}
_COMPARED = "nothing is compared here: let a subtask that returns Bool decide"
_COMPUTED = "nothing is computed here: call a subtask"
_CHANGED = "nothing is computed here: collect with `xs.append(value)`, or call a subtask"
_OPERATORS = {
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), _COMPARED),
    **dict.fromkeys(("+", "-", "*", "/", "%", "**", "//", "&", "^", "~", "@"), _COMPUTED),
    **dict.fromkeys(("+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "@="), _CHANGED),
    ":=": "assign on a line of its own",
    "|": "types are not joined with `|`: write `Optional[T]`",
    "!": "write `not`",
    ";": "write one statement a line",
}
_WORDS = {
    NAME: "a name",
    "INT": "a number",
    "FLOAT": "a number",
    "STRING": "a text in quotes",
    NEWLINE: "the end of the line",
    INDENT: "an indented block",
    DEDENT: "the end of the block",
    END: "the end of the file",
}
_SYMBOLS = {name: f"`{text}`" for text, name in {**OPERATORS, **KEYWORDS}.items()}
_HIDDEN = frozenset({BAD, RESERVED, "MINUS", "FLOAT", END, DEDENT})
_MOST_EXPECTED = 5
_LONGEST_SHOWN = 40


def explain(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> Slip:
    """The error at a token, in the line that begins at `first`, where the terminals `accepted` would fit."""
    lexeme = lexemes[position]
    if lexeme.type == INDENT:
        message = "this line is indented, but no line above it opens a block"
        return Slip("P2C102", place_of(lexemes[position + 1]), message, "line it up with the line above")
    if INDENT in accepted and position == first:
        above = lexemes[max(first - 2, 0)]
        return Slip(
            "P2C115", place_of(above), "the block that begins here is missing", "indent what belongs to it"
        )
    return _foreign(lexemes, first, position) or _misplaced(lexemes, first, position, accepted)


def _foreign(lexemes: Sequence[Lexeme], first: int, position: int) -> Slip | None:
    """Something that other languages have."""
    lexeme, head = lexemes[position], lexemes[first]
    if lexeme.type not in (NEWLINE, END):
        for word in (lexeme, head):
            if word.text in _FOREIGN and (word.type == RESERVED or word is head):
                return _absent(word, _FOREIGN[word.text])
    if lexeme.type == UNKNOWN or (lexeme.text in ("<", ">", "<=", ">=", "==", "-") and not _declares(head)):
        return _absent(lexeme, _OPERATORS.get(lexeme.text, _COMPUTED))
    if lexeme.type == "FOR":
        return _absent(lexeme, "there are no comprehensions: fill `xs = []` in a loop")
    if lexeme.type == "IF" and position != first:
        return _absent(lexeme, "a value is not chosen in a line: use `if` and `else` with blocks")
    if lexeme.type == "STRING" and lexemes[position - 1].end == lexeme.start and position != first:
        return _absent(lexemes[position - 1], "texts are taken as they stand: leave the letter before it out")
    if lexeme.type == RESERVED:
        return _absent(lexeme, "it is a word of Python's own: choose another name")
    return None


def _absent(lexeme: Lexeme, help: str) -> Slip:
    return Slip("P2C113", place_of(lexeme), f"`{_short(lexeme.text)}` has no place in this language", help)


def _declares(head: Lexeme) -> bool:
    return head.text in _DECLARATIONS


def _misplaced(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> Slip:
    """Something that the language has, elsewhere."""
    lexeme = lexemes[position]
    span = place_of(lexeme)
    if position == first and lexeme.text in ("else", "elif"):
        help_ = "line it up with the `if` that it belongs to"
        return Slip("P2C114", span, f"this `{lexeme.text}` has no `if`", help_)
    if position == first and "COMPOSE" in accepted:
        message = f"no declaration begins with `{_short(lexeme.text)}`"
        if lexemes[position + 1].text in ("=", "(", ".", "[") or lexeme.text in ("for", "if", "return"):
            return Slip("P2C110", span, message, "statements stand in a composition: `compose task(…):`")
        return Slip("P2C110", span, message, did_you_mean(_short(lexeme.text), _DECLARATIONS))
    if lexeme.text == "(" and lexemes[position - 1].type == NAME and lexemes[position - 2].text == ".":
        message = f"values have no methods such as `{_short(lexemes[position - 1].text)}`"
        help_ = "call a subtask; lists are written with `xs.append(value)`"
        return Slip("P2C111", place_of(lexemes[position - 1]), message, help_)
    if lexeme.text == "(":
        return Slip("P2C111", span, "only subtasks can be called", "call a subtask by its name")
    expected = _expected(accepted)
    found = "the line ends" if lexeme.type in (NEWLINE, END, DEDENT) else f"here is `{_short(lexeme.text)}`"
    message = (
        f"expected {expected}, but {found}" if expected else f"`{_short(lexeme.text)}` has no place here"
    )
    return Slip("P2C110", span, message, _help(lexemes, first, position, accepted))


def _expected(accepted: frozenset[str]) -> str:
    """The terminals in words."""
    words = [_WORDS.get(name) or _SYMBOLS.get(name) for name in sorted(accepted - _HIDDEN)]
    named = list(dict.fromkeys(word for word in words if word is not None))
    if len(named) > _MOST_EXPECTED:
        named = ["a value"] if NAME in accepted else ["the end of the line"]
    return f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else "".join(named)


def _help(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> str | None:
    line = [lexeme.text for lexeme in lexemes[first : position + 1]]
    if line[0] == "for" and "IN" in accepted:
        if line[-1] == ",":
            return "loop over the map's keys, and look the values up: `m[key]`"
        return "write `for x in collection:`"
    if line[0] in ("if", "elif") and line[-1] == "=":
        return _COMPARED
    if line[0] in ("if", "elif") and line[-1] == "is" and "not" in line:
        return "write `x is not None`"
    if line[-1] == "is" or line[-1] == "not":
        return "conditions stand in `if` and `elif` only"
    if line[-2:-1] == ["{"]:
        return "only the empty `{}` can be written: fill it in a loop with `m[key] = value`"
    if line[-2:-1] == ["["] and "RSQB" in accepted:
        return "only the empty `[]` can be written: fill it in a loop with `xs.append(value)`"
    return None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
