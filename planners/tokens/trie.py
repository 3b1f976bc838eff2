"""Points within lexemes: a trie of bytes for what is legal at each position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Place:
    """A point in the trie of the lexemes that are legal at a position.

    Attributes:
        position: The number of the position, −1 before the header.
        depth: How many bytes have been written.
        lexemes: What may be written here, as a whole.
        lexeme: The one that ends here.
    """

    number: int
    position: int
    depth: int
    children: dict[int, Place] = field(default_factory=dict)
    lexemes: list[str] = field(default_factory=list)
    lexeme: str | None = None


class Places:
    """Makes places, each with a number of its own."""

    def __init__(self) -> None:
        self._count = 0

    def root(self, position: int) -> Place:
        """The beginning of what may be written at a position, of which nothing is known yet."""
        return self._new(position, 0)

    def insert(self, root: Place, lexeme: str) -> None:
        """Lets a lexeme be written from a root on."""
        place = root
        place.lexemes.append(lexeme)
        for byte in lexeme.encode():
            following = place.children.get(byte)
            if following is None:
                following = place.children[byte] = self._new(root.position, place.depth + 1)
            place = following
            place.lexemes.append(lexeme)
        place.lexeme = lexeme

    def _new(self, position: int, depth: int) -> Place:
        self._count += 1
        return Place(self._count, position, depth)


def advanced(places: Iterable[Place], byte: int) -> list[Place]:
    """Where a byte leads from some places."""
    return [place.children[byte] for place in places if byte in place.children]
