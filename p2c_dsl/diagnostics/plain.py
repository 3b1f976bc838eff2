"""Text from a file, a path or a world, made safe for one line of a terminal or a log."""

from __future__ import annotations

_MOST = 400
_REPLACEMENT = "�"


def plain(text: str) -> str:
    """One printable line; the middle of a long text is left out."""
    if len(text) > _MOST:
        text = f"{text[: _MOST // 2]}…{text[-_MOST // 2 :]}"
    return printable(text)


def printable(text: str) -> str:
    """The text without characters that move the cursor, start a line or hide the text next to them."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else _REPLACEMENT
