"""Names that a person can mistake for others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from p2c_dsl.diagnostics.model import Diagnostic, Location, Note, Severity
from p2c_dsl.grammar.tables import KEYWORDS
from p2c_dsl.names import listing
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax.lexer import NAME, RESERVED, lex

_LOOKS_ALIKE, _MIXED = "P2C121", "P2C122"
_WORD = re.compile(r"[^\W\d]\w*")
_ALIKE_IN_ASCII = str.maketrans({"1": "l", "I": "l", "0": "O"})
_LANGUAGE = frozenset({*KEYWORDS, "Bool", "Int", "Float", "Text", "List", "Set", "Map", "Optional"})
_ANY_SCRIPT = frozenset({"COMMON", "INHERITED", "UNKNOWN"})
_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
"""The scripts that may be mixed in one word: the highly restrictive level of Unicode's UTS 39."""


def look_alikes(sources: Sequence[Source]) -> Iterator[Diagnostic]:
    """The findings about the names in texts that belong together."""
    if not _suspicious(sources):
        return
    places: dict[str, Location] = {}
    for source in sources:
        for lexeme in lex(source).lexemes:
            if lexeme.type in (NAME, RESERVED) or lexeme.text in _LANGUAGE:
                places.setdefault(lexeme.text, Location(source, Span(lexeme.start, lexeme.end)))
    reported = set()
    for name, other in _alike(places):
        reported.add(name)
        notes = (Note(f"`{other}` is here", places[other]),) if other in places else ()
        message = f"`{name}` ({_spelled(name)}) looks like `{other}`"
        yield _warning(_LOOKS_ALIKE, places[name], message, "rename one of them", notes)
    for name in places:
        if not name.isascii() and name not in reported:
            yield from _mixed(name, places[name])


def _suspicious(sources: Iterable[Source]) -> bool:
    """A quick check for possible findings: most files are ASCII and have no such names."""
    words = {word for source in sources for word in _WORD.findall(source.text)}
    return not all(map(str.isascii, words)) or len({w.translate(_ALIKE_IN_ASCII) for w in words}) < len(words)


def _alike(places: Mapping[str, Location]) -> Iterator[tuple[str, str]]:
    """Each name that looks like another one, with the other one, which is the plainer of the two."""
    plainest: dict[str, str] = {}
    by_plainness = sorted(places, key=lambda name: not name.isascii())
    for name in (*_LANGUAGE, *by_plainness):
        other = plainest.setdefault(_skeleton(name), name)
        if other != name and not (name.isascii() and name in _LANGUAGE):
            yield name, other


def _mixed(name: str, place: Location) -> Iterator[Diagnostic]:
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        yield _warning(_MIXED, place, f"`{name}` ({_spelled(name)}) reads as `{plain}`", f"write `{plain}`")
        return
    scripts = {_script(character) for character in name} - _ANY_SCRIPT
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        listed = listing(sorted(script.title() for script in scripts), "and")
        message = f"`{name}` ({_spelled(name)}) mixes {listed} letters"
        yield _warning(_MIXED, place, message, "use letters of one script")


def _spelled(name: str) -> str:
    """The Unicode names of the misleading characters of a name."""
    strange = [c for c in dict.fromkeys(name) if not c.isascii()] or [c for c in name if c in "1lI0O"]
    return ", ".join(f"{unicodedata.name(c, f'U+{ord(c):04X}').lower()}" for c in strange[:3])


def _warning(code: str, place: Location, message: str, help: str, notes: tuple[Note, ...] = ()) -> Diagnostic:
    return Diagnostic(code, message, place, Severity.WARNING, help=help, notes=notes)


def _skeleton(name: str) -> str:
    """The skeleton of a name, by UTS 39 or, for ASCII, by indistinguishable letters: look-alikes have the same one."""
    if name.isascii():
        return name.translate(_ALIKE_IN_ASCII)
    decomposed = unicodedata.normalize("NFD", name)
    mapped = "".join(map(_prototype, decomposed)).translate(_ALIKE_IN_ASCII)
    return unicodedata.normalize("NFD", mapped)


@cache
def _prototype(character: str) -> str:
    # Imported here because it loads a megabyte of data, which only names that are not ASCII need.
    from confusable_homoglyphs.confusables import confusables_data

    if character.isascii():
        return character
    alike = confusables_data.get(character, ())
    if len(alike) != 1:
        return character
    # Each class is a star around its prototype; in one of two, either end may count as that.
    other = str(alike[0]["c"])
    return other if len(confusables_data[other]) > 1 else min(character, other)


def _script(character: str) -> str:
    from confusable_homoglyphs.categories import alias

    return str(alias(character))
