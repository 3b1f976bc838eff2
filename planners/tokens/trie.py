"""Tries of bytes: the lexemes that are legal at a position of the automaton."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class LexemeNode:
    """A node in the trie of the lexemes that are legal at a position.

    Attributes:
        position: The number of the position, −1 before the header.
        depth: How many bytes of a lexeme have been written.
        lexemes: The lexemes that begin with these bytes.
        lexeme: The one that ends here.
    """

    number: int
    position: int
    depth: int
    children: dict[int, LexemeNode] = field(default_factory=dict)
    lexemes: list[str] = field(default_factory=list)
    lexeme: str | None = None


class LexemeTries:
    """Makes the nodes of all tries, each with a number of its own."""

    def __init__(self) -> None:
        self._count = 0

    def root(self, position: int) -> LexemeNode:
        """The root of a position's trie, which has no lexemes yet."""
        return self._new(position, 0)

    def insert(self, root: LexemeNode, lexeme: str) -> None:
        """Adds a lexeme to the trie of a root."""
        node = root
        node.lexemes.append(lexeme)
        for byte in lexeme.encode():
            following = node.children.get(byte)
            if following is None:
                following = node.children[byte] = self._new(root.position, node.depth + 1)
            node = following
            node.lexemes.append(lexeme)
        node.lexeme = lexeme

    def _new(self, position: int, depth: int) -> LexemeNode:
        self._count += 1
        return LexemeNode(self._count, position, depth)


def advanced(nodes: Iterable[LexemeNode], byte: int) -> list[LexemeNode]:
    """The nodes that a byte leads to."""
    return [node.children[byte] for node in nodes if byte in node.children]
