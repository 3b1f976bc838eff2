"""String literals: their values, and how they are written."""

from __future__ import annotations

import ast
import inspect
import re
import warnings

INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u2800\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U00016fe4\U0001bca0-\U0001bca3"
    "\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters that nobody can see, as they stand in the brackets of a regular expression."""
_UNSEEN = re.compile(f"[{INVISIBLE}]")


def unquote(literal: str) -> str:
    """The value of a string literal, by Python's rules. Raises `ValueError` for an invalid escape."""
    literal = literal.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in literal and "\0" not in literal:
        width = 3 if literal.startswith(('"""', "'''")) else 1
        return literal[width:-width]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            value: str = ast.literal_eval(literal)
        except SyntaxError as error:
            raise ValueError(error.msg.removeprefix("(unicode error) ")) from None
    return value


def line_end(text: str) -> str:
    """The line ending of a text: that of its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def with_line_ends(text: str, end: str) -> str:
    """The text with the same line ending on all lines."""
    return text.replace("\r\n", "\n").replace("\n", end)


def quote(value: str) -> str:
    """A text on one line, in double quotes unless single ones save escapes."""
    mark = "'" if '"' in value and "'" not in value else '"'
    return mark + _escape(value).replace(mark, "\\" + mark) + mark


def clean(doc: str) -> str:
    """A docstring without the indentation that its place in the file gives it."""
    return inspect.cleandoc("\n".join(line.rstrip() for line in doc.split("\n")))


def docstring_lines(doc: str) -> list[str]:
    """The lines of a cleaned docstring, quoted. `clean` restores it from them, at any indentation."""
    lines = [_escape(line).replace('"""', '\\"\\"\\"') for line in doc.split("\n")]
    if len(lines) == 1:
        last = lines[0]
        return [f'"""{last[:-1]}\\""""' if last.endswith('"') else f'"""{last}"""']
    rest = doc.split("\n")[1:]
    flush = not doc[0].isspace() and min(len(ln) - len(ln.lstrip()) for ln in rest if ln) == 0
    return [f'"""{lines[0]}', *lines[1:], '"""'] if flush else ['"""', *lines, '"""']


def _escape(text: str) -> str:
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable() and character != "\\" and not _UNSEEN.match(character):
        return character
    return character.encode("unicode_escape").decode("ascii")
