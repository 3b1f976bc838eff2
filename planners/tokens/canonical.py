"""The token automaton in which each lexeme is written in one way, so that every decision is about the content.

`TokenAutomaton` allows every way to cut a text into tokens, since an existing model may prefer any of them. Most of its
masks then only choose between spellings. A policy that begins with random weights has better things to learn: here a
lexeme is written with the tokens of `Vocabulary.split`, and all are forced except those that distinguish it from
others. The texts that can be written are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from p2c_dsl.planners.automaton.protocol import LexemeAutomaton
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.trie import LexemeNode
from p2c_dsl.planners.tokens.vocabulary import Vocabulary

ANY, CANONICAL = "any", "canonical"
TOKENIZATIONS = (ANY, CANONICAL)
SETTING = "p2c_tokenization"
"""The key in a model's configuration that says which of them it was trained with."""


class CanonicalTokens(TokenAutomaton):
    """The accepted compositions of a task as sequences of tokens, each lexeme in the tokens of `Vocabulary.split`.

    No token straddles lexemes. The constructor takes and raises the same as that of `TokenAutomaton`.
    """

    def _set_up(self, automaton: LexemeAutomaton[Any], vocabulary: Vocabulary) -> None:
        self._cuts: dict[str, dict[int, int]] = {}
        super()._set_up(automaton, vocabulary)

    def step(self, state: int, token: int) -> int:
        after = self._steps.get((state, token))
        if after is None:
            for (written,), nodes in self._walk(state):
                # Two readings of the same bytes differ in where their tokens begin.
                self._steps[state, written] = self._number(self._closure(nodes))
            after = self._steps[state, token]
        return after

    def _walk(self, state: int) -> Iterator[tuple[Sequence[int], list[LexemeNode]]]:
        found: dict[int, list[LexemeNode]] = {}
        for node in self._states[state]:
            beginning = (self._cut(lexeme).get(node.depth) for lexeme in node.lexemes)
            for token in dict.fromkeys(token for token in beginning if token is not None):
                reached = node
                for byte in self.vocabulary.tokens[token]:
                    reached = reached.children[byte]
                found.setdefault(token, []).append(reached)
        for token, nodes in found.items():
            yield (token,), nodes

    def _rest(self, node: LexemeNode) -> int:
        if self._graph.may_end(node):
            return 0
        return min(
            len([at for at in self._cut(lexeme) if at >= node.depth]) + self._cost_after(node.position, lexeme)
            for lexeme in node.lexemes
            if node.depth in (*self._cut(lexeme), len(lexeme.encode()))
        )

    def _cut(self, lexeme: str) -> dict[int, int]:
        """The tokens of a lexeme, by the index of their first byte."""
        found = self._cuts.get(lexeme)
        if found is None:
            found, at = self._cuts.setdefault(lexeme, {}), 0
            for token in self.vocabulary.split(lexeme.encode()):
                found[at] = token
                at += len(self.vocabulary.tokens[token])
        return found


def tokenization_of(model: Any, default: str = ANY) -> str:
    """The tokenization that a model of transformers was trained with, if its configuration says so."""
    return str(getattr(model.config, SETTING, default))


def for_planning(model: Any, spelling: str | None, whole: bool) -> type[TokenAutomaton]:
    """The automaton with which a model plans: in the spelling that is asked for, or in what it was trained with.

    A model that was not trained on compositions writes canonical ones, unless compositions are drawn as a `whole` from
    its own distribution, in which any spelling has a probability. Raises `ValueError` for an unknown spelling.
    """
    return token_automaton(spelling or tokenization_of(model, default=ANY if whole else CANONICAL))


def token_automaton(tokenization: str) -> type[TokenAutomaton]:
    """The automaton of a tokenization: `any` or `canonical`. Raises `ValueError` for any other name."""
    if tokenization not in TOKENIZATIONS:
        raise ValueError(f"there is no tokenization `{tokenization}`: choose {' or '.join(TOKENIZATIONS)}")
    return CanonicalTokens if tokenization == CANONICAL else TokenAutomaton
