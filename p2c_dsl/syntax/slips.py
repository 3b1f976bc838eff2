"""What to say about a token that does not fit: what was expected, and for common slips what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from p2c_dsl.grammar.tables import KEYWORDS, OPERATORS
from p2c_dsl.names import did_you_mean
from p2c_dsl.syntax.lexer import DEDENT, END, INDENT, NEWLINE, Lexeme
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
_OPERATORS = {
    "==": "nothing is compared here: let a subtask that returns Bool decide",
    "!=": "nothing is compared here: let a subtask that returns Bool decide",
    "+=": "nothing is computed here: collect with `xs.append(value)`, or call a subtask",
    "+": "nothing is computed here: call a subtask",
    "-": "nothing is computed here: call a subtask",
    "*": "nothing is computed here: call a subtask",
    "/": "nothing is computed here: call a subtask",
    "%": "nothing is computed here: call a subtask",
    ":=": "assign on a line of its own",
    "|": "types are not joined with `|`: write `Optional[T]`",
}
_WORDS = {
    "NAME": "a name",
    "INT": "a number",
    "FLOAT": "a number",
    "STRING": "a text in quotes",
    NEWLINE: "the end of the line",
    INDENT: "an indented block",
    DEDENT: "the end of the block",
    END: "the end of the file",
}
_HIDDEN = frozenset({"BAD", "MINUS", "FLOAT", END, DEDENT})
_MOST_EXPECTED = 5


def explain(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> Slip:
    """The error at a token, in the line that begins at `first`, where the terminals `accepted` would fit."""
    lexeme = lexemes[position]
    span = Span(lexeme.start, max(lexeme.end, lexeme.start))
    head = lexemes[first].text
    if lexeme.type == INDENT:
        return _indented(lexemes, position)
    if INDENT in accepted:
        at = Span(lexemes[first - 1].start, lexemes[first - 1].end) if first else span
        return Slip(
            "P2C102", at, "an indented block is expected after this line", "indent what belongs to it"
        )
    for word in (lexeme.text, head):
        if word in _FOREIGN:
            place = lexeme if word == lexeme.text else lexemes[first]
            return Slip("P2C110", Span(place.start, place.end), f"`{word}` has no place here", _FOREIGN[word])
    if lexeme.text in _OPERATORS:
        return Slip("P2C110", span, f"`{lexeme.text}` has no place here", _OPERATORS[lexeme.text])
    if head in ("else", "elif") and position == first:
        return Slip("P2C110", span, f"this `{head}` has no `if`", "indent it like the `if` it belongs to")
    if position == first and "COMPOSE" in accepted:
        message = f"no declaration begins with `{lexeme.text}`"
        return Slip("P2C110", span, message, did_you_mean(lexeme.text, _DECLARATIONS))
    expected = _expected(accepted)
    found = "the line ends" if lexeme.type in (NEWLINE, END) else f"here is `{_short(lexeme.text)}`"
    message = (
        f"expected {expected}, but {found}" if expected else f"`{_short(lexeme.text)}` has no place here"
    )
    return Slip("P2C110", span, message, _help(lexemes, first, position, accepted))


def _indented(lexemes: Sequence[Lexeme], position: int) -> Slip:
    following = lexemes[position + 1]
    message = "this line is indented, but no line above it opens a block"
    return Slip("P2C102", Span(following.start, following.end), message, "line it up with the line above")


def _expected(accepted: frozenset[str]) -> str:
    symbols = {name: f"`{text}`" for text, name in {**OPERATORS, **KEYWORDS}.items()}
    words = []
    for terminal in sorted(accepted - _HIDDEN):
        word = _WORDS.get(terminal) or symbols.get(terminal)
        if word is not None and word not in words:
            words.append(word)
    if len(words) > _MOST_EXPECTED and "NAME" in accepted:
        words = ["a value"]
    if len(words) > 1:
        return f"{', '.join(words[:-1])} or {words[-1]}"
    return words[0] if words else ""


def _help(lexemes: Sequence[Lexeme], first: int, position: int, accepted: frozenset[str]) -> str | None:
    line = [lexeme.text for lexeme in lexemes[first : position + 1]]
    following = [lexeme.text for lexeme in lexemes[position : position + 20]]
    if line[0] == "for" and "IN" in accepted:
        return "write `for x in collection:`"
    if "for" in line[1:] or (line[-2:-1] == ["["] and "for" in following):
        return "there are no comprehensions: fill `xs = []` in a loop"
    if line[0] in ("if", "elif") and line[-1] == "=":
        return _OPERATORS["=="]
    if "{" in line and line[-1] not in ("{", "}"):
        return "only the empty `{}` can be written: fill it in a loop with `m[key] = value`"
    if line[-1] == ";":
        return "write one statement a line"
    return None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
