"""Characters that make a person read a different text from the analyzer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax.text import INVISIBLE

CODE = "P2C120"

_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_LINES = "\x0b\x1c-\x1e\x85\u2028\u2029"
_CONTROLS = "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"
_JOINERS = "\u200c\u200d\ufe00-\ufe0f"
"""Characters that scripts and emoji need. After ASCII they only hide something, except in a keycap emoji."""
_HIDING = re.compile(
    rf"(?P<character>[{_BIDIRECTIONAL}{INVISIBLE}{_LINES}{_CONTROLS}]|\r(?!\n)|(?<=[^\n\f])\f"
    rf"|(?<=[\x00-\x7f])[{_JOINERS}](?!\u20e3))(?P=character)*"
)
_WHY = (
    (re.compile(f"[{_BIDIRECTIONAL}]"), "changes the order in which the text around it is displayed"),
    (re.compile(f"[{INVISIBLE}{_JOINERS}]"), "is invisible"),
    (re.compile(f"[\r{_LINES}]"), "looks like the end of a line but is not"),
    (re.compile("\f"), "makes the parser ignore the indentation before it"),
    (re.compile(f"[{_CONTROLS}]"), "is a terminal control character"),
)


def hides(character: str) -> str | None:
    """Why a character is misleading, in words; `None` if it is not."""
    why = next((words for pattern, words in _WHY if pattern.match(character)), None)
    if why is None:
        return None
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{name and f' ({name.lower()})'} {why}"


def hiding(source: Source) -> Iterator[Diagnostic]:
    """One finding for each line that has such a character, at the first one."""
    reported_until = 0
    for found in _HIDING.finditer(source.text, int(source.text.startswith("\ufeff"))):
        if found.start() < reported_until:
            continue
        end = source.text.find("\n", found.start())
        reported_until = len(source.text) if end < 0 else end
        message = hides(found[0][0]) or ""
        help_ = f"remove it (in a string, write it as `{_escaped(found[0][0])}`)"
        yield Diagnostic(CODE, message, Location(source, Span(*found.span())), help=help_)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
