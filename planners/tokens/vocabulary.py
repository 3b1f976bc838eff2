"""Vocabularies as bytes, and the trie of their tokens."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Sequence
from hashlib import sha256
from typing import Any

from p2c_dsl.planners.lines.pattern import Weigh

_PIECES = re.compile(rb"[A-Za-z_\x80-\xff]+|[0-9]+|[^A-Za-z_\x80-\xff0-9]+")

_SOME = 64
"""How many tokens are decoded to check what comes out."""
_NAMES = re.compile(r"(?<![\w.])[^\W\d]\w*")


class TokenNode:
    """A node of the vocabulary's trie: the tokens that end here, and its children, which are made when asked for.

    Most of a large vocabulary is never visited. `tokens` are all tokens in order, each with its number; those
    from `first` to `last` begin with the `depth` bytes that lead here.
    """

    __slots__ = ("_children", "_depth", "_first", "_last", "_tokens", "ids")

    def __init__(self, tokens: Sequence[tuple[bytes, int]], first: int, last: int, depth: int) -> None:
        self.ids: list[int] = []
        while first < last and len(tokens[first][0]) == depth:
            self.ids.append(tokens[first][1])
            first += 1
        self._tokens, self._first, self._last, self._depth = tokens, first, last, depth
        self._children: dict[int, TokenNode] | None = None

    @property
    def children(self) -> dict[int, TokenNode]:
        """The nodes below, by their byte."""
        if self._children is None:
            self._children, at = {}, self._first
            while at < self._last:
                token, begin = self._tokens[at][0], at
                beyond = token[: self._depth] + bytes([token[self._depth]])
                at = bisect_right(self._tokens, beyond, at, self._last, key=lambda t: t[0][: self._depth + 1])
                self._children[token[self._depth]] = TokenNode(self._tokens, begin, at, self._depth + 1)
        return self._children


class Vocabulary:
    """Tokens as bytes. Tokens without bytes (special ones) are never allowed, except for `end`.

    Raises `ValueError` for an `end` out of range.
    """

    def __init__(self, tokens: Sequence[bytes], end: int) -> None:
        if not 0 <= end < len(tokens):
            raise ValueError(f"the end-of-sequence token {end} is not one of the {len(tokens)} tokens")
        self.tokens = tuple(tokens)
        self.end = end
        ordered = sorted((token, n) for n, token in enumerate(tokens) if token and n != end)
        self.root = TokenNode(ordered, 0, len(ordered), 0)
        self._sizes: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def digest(self) -> str:
        """A hash that differs between different vocabularies."""
        own = sha256(repr((self.end, len(self.tokens))).encode())
        for token in self.tokens:
            own.update(len(token).to_bytes(4) + token)
        return own.hexdigest()

    def split(self, text: bytes) -> tuple[int, ...]:
        """A text as tokens: it is cut into letters, digits and other signs, and each piece into the longest tokens.

        So the number at the end of a name changes no other token. Raises `ValueError` where no token fits.
        """
        return tuple(token for piece in _PIECES.findall(text) for token in self._longest(piece))

    def text(self, ids: Iterable[int]) -> bytes:
        """The bytes of some tokens; the end token has none."""
        return b"".join(self.tokens[token] for token in ids if token != self.end)

    def size(self, text: bytes) -> int:
        """How many tokens `split` makes of a text."""
        found = self._sizes.get(text)
        if found is None:
            found = self._sizes[text] = len(self.split(text))
        return found

    def weigh(self, budget: int, fixed: Container[str]) -> Weigh:
        """What a lexeme costs in tokens, whichever numbers its names that are not `fixed` end with.

        Within a budget of tokens there are fewer variables than that, so their numbers have no more digits.
        """
        digits, weights = len(str(budget)), dict[str, int]()

        def weight(lexeme: str) -> int:
            found = weights.get(lexeme)
            if found is None:
                pieces = _PIECES.findall(lexeme.encode())
                numbers = sum(self.size(piece) for piece in pieces if piece.isdigit())
                others = sum(self.size(piece) for piece in pieces if not piece.isdigit())
                numbered = any(name not in fixed for name in _NAMES.findall(lexeme))
                found = weights[lexeme] = others + max(numbers, digits if numbered else 0)
            return found

        return weight

    def _longest(self, text: bytes) -> list[int]:
        found: list[int] = []
        at = 0
        while at < len(text):
            branch, best = self.root, (-1, at)
            for place in range(at, len(text)):
                following = branch.children.get(text[place])
                if following is None:
                    break
                branch = following
                if branch.ids:
                    best = (branch.ids[0], place + 1)
            if best[0] < 0:
                raise ValueError(f"the vocabulary cannot write {text[at : at + 1]!r}: it lacks that byte")
            found.append(best[0])
            at = best[1]
        return found


def vocabulary_of(tokenizer: Any) -> Vocabulary:
    """The tokens of one of transformers' fast tokenizers as bytes: byte-level BPE, SentencePiece and others.

    llguidance knows how each kind writes its bytes; for a kind that it does not know, a token's own text is taken.
    Special tokens have no bytes. Raises `ValueError` for a tokenizer without an end-of-sequence token, or one that
    does not write its tokens one right after the other, as those that put spaces between words.
    """
    if tokenizer.eos_token_id is None:
        raise ValueError("the tokenizer has no end-of-sequence token")
    vocabulary = Vocabulary(_bytes_of(tokenizer), tokenizer.eos_token_id)
    plain = [n for n, token in enumerate(vocabulary.tokens) if token.isascii() and token.strip() == token != b""]
    some = [n for n in plain[:: max(len(plain) // _SOME, 1)] if n != vocabulary.end]
    expected = b"".join(vocabulary.tokens[n] for n in some).decode()
    written = tokenizer.decode(some, clean_up_tokenization_spaces=False)
    if written != expected:
        raise ValueError(
            "the tokenizer does not write its tokens one right after the other, so that layout cannot be exact: "
            f"{expected[:40]!r} comes out as {written[:40]!r}; use a byte-level or SentencePiece one"
        )
    return vocabulary


def _bytes_of(tokenizer: Any) -> list[bytes]:
    from llguidance.hf import from_tokenizer

    try:
        read = from_tokenizer(tokenizer)
    except ValueError:
        special = set(tokenizer.all_special_ids)
        texts = enumerate(tokenizer.convert_ids_to_tokens(range(len(tokenizer))))
        return [b"" if number in special or text is None else text.encode() for number, text in texts]
    return [
        b"" if read.is_special_token(number) else bytes(read.decode_bytes([number]))
        for number in range(read.vocab_size)
    ]
