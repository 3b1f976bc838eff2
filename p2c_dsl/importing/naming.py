"""Legal names for what is called anything outside."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

_TAKEN_TYPES = frozenset(("Bool", "Int", "Float", "Text", "List", "Set", "Map", "Optional"))
_LONGEST = 60
_NAME = re.compile(r"[^\W\d]\w*")


def is_legal(name: str) -> bool:
    """Whether the language can use the name as it is."""
    plain = unicodedata.normalize("NFKC", name) == name and len(name) <= _LONGEST
    return plain and _is_name(name) and not keyword.iskeyword(name)


def _is_name(text: str) -> bool:
    """Whether it is one in Python and in the language: each knows characters that the other does not."""
    return text.isidentifier() and _NAME.fullmatch(text) is not None


def legal(name: str) -> str:
    """A legal name that resembles any text; a legal name is left as it is."""
    if is_legal(name):
        return name
    usable = (c if _is_name(f"a{c}") else " " for c in unicodedata.normalize("NFKC", name))
    kept = re.sub(" +", "_", "".join(usable)).strip("_")[:_LONGEST] or "unnamed"
    if not _is_name(kept):
        kept = f"n_{kept}"
    return f"{kept}_" if keyword.iskeyword(kept) else kept


def free(stem: str, taken: Iterable[str]) -> str:
    """The name, with the first number behind it that makes it a new one."""
    used = set(taken)
    name, number = stem, 2
    while name in used or name in _TAKEN_TYPES:
        name, number = f"{stem}_{number}", number + 1
    return name


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
