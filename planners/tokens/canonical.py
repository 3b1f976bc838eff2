"""The automaton over tokens in which each lexeme is written in one way, so that a decision is about what is said.

`TokenAutomaton` allows every way to cut a text into tokens, as a model that exists already may prefer any. Of its
masks, most then choose between spellings. A policy that begins with random weights has better things to learn: here
a lexeme is written by the tokens of `Vocabulary.split`, and all of them are forced but those that tell it from others.
What can be written is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from p2c_dsl.planners.automaton.protocol import LexemeAutomaton
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.trie import Place
from p2c_dsl.planners.tokens.vocabulary import Vocabulary

ANY, CANONICAL = "any", "canonical"
TOKENIZATIONS = (ANY, CANONICAL)
SETTING = "p2c_tokenization"
"""Under this name a model's configuration tells which of them it was trained in."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A token, as what ends at a branch of the vocabulary."""

    ids: tuple[int]


class CanonicalTokens(TokenAutomaton):
    """The accepted compositions of a task as sequences of tokens, each lexeme by the tokens of `Vocabulary.split`.

    No token straddles lexemes. The constructor is that of `TokenAutomaton`, and so is what it raises.
    """

    def _drive(self, automaton: LexemeAutomaton[Any], vocabulary: Vocabulary) -> None:
        self._cuts: dict[str, dict[int, int]] = {}
        super()._drive(automaton, vocabulary)

    def step(self, state: int, token: int) -> int:
        after = self._steps.get((state, token))
        if after is None:
            for written, places in self._walk(state):
                # Two readings of the same bytes are told apart by where their tokens begin.
                self._steps[state, written.ids[0]] = self._number(self._closed(places))
            after = self._steps[state, token]
        return after

    def _walk(self, state: int) -> Iterator[tuple[Any, list[Place]]]:
        found: dict[int, list[Place]] = {}
        for place in self._states[state]:
            begun = (self._cut(lexeme).get(place.depth) for lexeme in place.lexemes)
            for token in dict.fromkeys(token for token in begun if token is not None):
                reached = place
                for byte in self.vocabulary.tokens[token]:
                    reached = reached.children[byte]
                found.setdefault(token, []).append(reached)
        for token, places in found.items():
            yield _Written((token,)), places

    def _rest(self, place: Place) -> int:
        if self._may_end(place):
            return 0
        return min(
            len([at for at in self._cut(lexeme) if at >= place.depth])
            + self._cost(self._following(place.position, lexeme))
            for lexeme in place.lexemes
            if place.depth in (*self._cut(lexeme), len(lexeme.encode()))
        )

    def _cut(self, lexeme: str) -> dict[int, int]:
        """The tokens of a lexeme, by the place of their first byte."""
        found = self._cuts.get(lexeme)
        if found is None:
            found, at = self._cuts.setdefault(lexeme, {}), 0
            for token in self.vocabulary.split(lexeme.encode()):
                found[at] = token
                at += len(self.vocabulary.tokens[token])
        return found


def tokenization_of(model: Any) -> str:
    """The tokenization that a model of transformers was trained in, as its configuration says; `any` if it does not."""
    return str(getattr(model.config, SETTING, ANY))


def token_automaton(tokenization: str) -> type[TokenAutomaton]:
    """The automaton of a tokenization: `any` or `canonical`. Raises `ValueError` for another."""
    if tokenization not in TOKENIZATIONS:
        raise ValueError(f"there is no tokenization `{tokenization}`: choose {' or '.join(TOKENIZATIONS)}")
    return CanonicalTokens if tokenization == CANONICAL else TokenAutomaton
