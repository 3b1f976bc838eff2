"""Legal names for arbitrary outside names."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping

BUILT_IN = frozenset(("Bool", "Int", "Float", "Text", "List", "Set", "Map", "Optional"))
"""The types that a spec cannot declare."""

_LONGEST = 60
_SIGNS = {
    **{"+": "plus", "-": "minus", "*": "star", "/": "slash", "%": "percent", "=": "equal", "<": "less"},
    **{">": "greater", "!": "not", "?": "question", "&": "and", "|": "or", "~": "tilde", "^": "caret"},
    **{".": "dot", ",": "comma", ":": "colon", ";": "semicolon", "#": "hash", "@": "at", "$": "dollar"},
}
_INVISIBLE = "\u115f\u1160"
"""Characters that are letters by Unicode but are invisible."""


def is_legal(name: str) -> bool:
    """Whether the language can use the name as it is."""
    plain = unicodedata.normalize("NFKC", name) == name and len(name) <= _LONGEST
    return plain and all(map(_fits, name)) and name.isidentifier() and not keyword.iskeyword(name)


def legal(name: str) -> str:
    """A legal name that resembles any text; a legal name is left as it is."""
    if is_legal(name):
        return name
    plain = _spelled(unicodedata.normalize("NFKC", name))
    kept = re.sub("_{2,}", "_", "".join(c if _fits(c) else "_" for c in plain)).strip("_")[: _LONGEST - 2]
    kept = kept or "unnamed"
    if not kept.isidentifier():
        kept = f"n_{kept}"
    return f"{kept}_" if keyword.iskeyword(kept) else kept


def _spelled(name: str) -> str:
    """The name with a number's sign, and signs that stand alone, in words."""
    if name[1:2].isdecimal() and name[0] in "+-":
        return f"{_SIGNS[name[0]]}_{name[1:]}"
    return "_".join(_SIGNS[c] for c in name) if name and all(c in _SIGNS for c in name) else name


def _fits(character: str) -> bool:
    """Whether a character is visible and may follow the first one of a name, by the lexer and by Python."""
    word = re.fullmatch(r"\w", character) is not None and f"a{character}".isidentifier()
    return word and character not in _INVISIBLE


def free(stem: str, taken: Container[str]) -> str:
    """The name, followed by the first number that makes it unique."""
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def distinct(originals: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """A unique legal name for each original, which does not depend on their order.

    `known` are existing names by their originals: they are kept, and not used for anything else. A name that is legal
    stays what it is, whatever others become.
    """
    listed = list(originals)
    found = {name: known[name] for name in listed if name in known} if known else {}
    taken = set((known or {}).values())
    for original in sorted(set(listed) - found.keys(), key=lambda name: (not is_legal(name), name)):
        found[original] = free(legal(original), taken)
        taken.add(found[original])
    return {name: found[name] for name in listed}


def type_name(*words: str) -> str:
    """`ReadFileResult` from `read_file`, `result`."""
    parts = [part for word in words for part in re.split(r"[\W_]+", legal(word)) if part]
    joined = "".join(part[0].upper() + part[1:] for part in parts)
    return legal(joined) if joined else "Unnamed"


def singular(word: str) -> str:
    """`entity` from `entities`, for the name of a list's elements."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word
