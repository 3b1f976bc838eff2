"""The automaton seen token by token, for any vocabulary: which tokens keep a composition completable.

A token is a string of bytes. It may end inside a lexeme, span several, or straddle the end of a line. A state is what
has been written of the current lexeme, in each way in which the bytes so far can be read as lexemes; usually there are
one or two. States are numbered as they are met, and what follows from them is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from p2c_dsl.naming import reserved
from p2c_dsl.planners.automaton.automaton import Automaton
from p2c_dsl.planners.automaton.protocol import LexemeAutomaton, Saved
from p2c_dsl.planners.tokens.lexeme_graph import LexemeGraph
from p2c_dsl.planners.tokens.trie import LexemeNode, advanced
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Spec, Task

State = tuple[LexemeNode, ...]


def automaton_in_tokens(
    spec: Spec,
    task: Task,
    vocabulary: Vocabulary,
    budget: int,
    rules: Sequence[AnyRule] = (),
    effort: int | None = None,
) -> Automaton:
    """The automaton whose lexemes cost what they take in a vocabulary's tokens. Raises what `Automaton` raises."""
    weigh = vocabulary.weigh(budget, reserved(spec, task))
    return Automaton(spec, task, budget, rules, effort, weigh)


class TokenAutomaton:
    """The accepted compositions of a task as sequences of tokens.

    `budget` bounds what completes a composition, in tokens; `within` bounds the whole. `rules` and `effort` are those
    of `Automaton`. Raises what that raises, and `ValueError` for a vocabulary that lacks a byte it needs.
    """

    def __init__(
        self,
        spec: Spec,
        task: Task,
        vocabulary: Vocabulary,
        budget: int,
        rules: Sequence[AnyRule] = (),
        effort: int | None = None,
    ) -> None:
        self._set_up(automaton_in_tokens(spec, task, vocabulary, budget, rules, effort), vocabulary)

    @classmethod
    def over(cls, automaton: LexemeAutomaton[Any], vocabulary: Vocabulary) -> Self:
        """The texts of any automaton of lexemes as sequences of tokens.

        The costs of its lexemes have to be in tokens, as `vocabulary.weigh` counts them (`automaton_in_tokens`). Raises
        `ValueError` like the constructor.
        """
        made = cls.__new__(cls)
        made._set_up(automaton, vocabulary)
        return made

    def _set_up(self, automaton: LexemeAutomaton[Any], vocabulary: Vocabulary) -> None:
        self.automaton, self.vocabulary = automaton, vocabulary
        self._graph = LexemeGraph(automaton)
        self._states: list[State] = []
        self._known: dict[tuple[int, ...], int] = {}
        self._allowed: dict[int, tuple[int, ...]] = {}
        self._most: dict[int, int] = {}
        self._bounds: dict[int, int] = {}
        self._steps: dict[tuple[int, int], int] = {}
        self.start = self._number((self._graph.header,))

    def at(self, position: Any) -> int:
        """The state in which the text so far has led to a position of the lexemes' automaton, and to no other."""
        return self._number((self._graph.root(self._graph.number(position)),))

    def __len__(self) -> int:
        """How many states have been met."""
        return len(self._states)

    # ------------------------------------------------------------ what may come next

    def allowed(self, state: int) -> tuple[int, ...]:
        """The tokens that may come next, in order; the end token where the composition may end."""
        found = self._allowed.get(state)
        if found is None:
            tokens, positions = list[int](), set[int]()
            for ids, nodes in self._walk(state):
                tokens += ids
                positions.update(node.position for node in nodes)
            if self.may_end(state):
                tokens.append(self.vocabulary.end)
            self._most[state] = max(map(self._at_most, positions), default=0)
            found = self._allowed[state] = tuple(sorted(tokens))
        return found

    def step(self, state: int, token: int) -> int:
        """The state after a token. Raises `KeyError` for one that is not allowed."""
        after = self._steps.get((state, token))
        if after is None:
            if token == self.vocabulary.end:
                raise KeyError("the end token leads to no further state")
            after = self._steps[state, token] = self.after(state, self.vocabulary.tokens[token])
        return after

    def knows(self, state: int, token: int) -> bool:
        """Whether this step has been taken before, so that taking it again starts no search."""
        return (state, token) in self._steps

    def after(self, state: int, written: bytes) -> int:
        """The state after some bytes, in any tokens. Raises `KeyError` where they are not allowed."""
        nodes = self._states[state]
        for byte in written:
            nodes = self._closure(advanced(nodes, byte))
        if not nodes:
            raise KeyError(f"{written!r} is not allowed here")
        return self._number(nodes)

    def may_end(self, state: int) -> bool:
        """Whether the composition may end here."""
        return any(map(self._graph.may_end, self._states[state]))

    # ------------------------------------------------------------ what can be saved

    def explored(self) -> Iterator[tuple[Any, tuple[str, ...] | None, int]]:
        """All positions in the order of their numbers: what is legal, where that is known, and what completes them.

        Steps along all that is legal are taken on the way, so that there are more positions afterwards.
        """
        while any([self._ask_again(number) for number in self._graph.with_tries()]):
            pass
        return self._graph.explored()

    def lexeme_steps(self) -> Iterator[tuple[int, str, int]]:
        """The steps taken between positions, by number; the first leads from −1 over the header."""
        return self._graph.steps()

    def recall(self, saved: Saved) -> None:
        """Takes what an earlier automaton of the same texts has found. Raises `ValueError` after the first step."""
        self._graph.recall(saved)

    # ------------------------------------------------------------ within a number of tokens

    def within(self, state: int, left: int) -> tuple[int, ...]:
        """The tokens after which the composition can be ended within `left` tokens, this one and the end included.

        It may leave some out that could be finished, but there is always one where `needed(state) <= left`, and
        after any of them again.
        """
        allowed = self.allowed(state)
        if self.is_free(state, left):
            return allowed
        found = self._within(state, left)
        if not found and self.needed(state) <= left:
            self._look_again(state)
            found = self._within(state, left)
        return found

    def _within(self, state: int, left: int) -> tuple[int, ...]:
        kept = [token for ids, nodes in self._walk(state) if ids and self._needed(nodes) + 2 <= left for token in ids]
        if left and self.may_end(state):
            kept.append(self.vocabulary.end)
        return tuple(sorted(kept))

    def is_free(self, state: int, left: int) -> bool:
        """Whether so many tokens are left that all allowed ones may be taken."""
        return self.enough(state) <= left

    def enough(self, state: int) -> int:
        """A number of tokens with which all allowed ones may be taken."""
        self.allowed(state)
        # Completions only get cheaper, so what was enough still is: the token, the completion, the end.
        return self._most[state] + 2

    def needed(self, state: int) -> int:
        """How many tokens are enough to end the composition, the end token included."""
        return self._needed(self._states[state]) + 1

    def _needed(self, nodes: Iterable[LexemeNode]) -> int:
        return min(map(self._rest, nodes))

    def _rest(self, node: LexemeNode) -> int:
        """How many tokens are enough to complete a composition from a node."""
        if self._graph.may_end(node):
            return 0
        size = self.vocabulary.size
        return min(
            size(lexeme.encode()[node.depth :]) + self._cost_after(node.position, lexeme) for lexeme in node.lexemes
        )

    def _cost_after(self, position: int, lexeme: str) -> int:
        """How many tokens are enough to complete a composition after a lexeme at a position."""
        return self._graph.cost(self._graph.following(position, lexeme))

    def _at_most(self, position: int) -> int:
        """A number of tokens that is enough from any node of a position's trie."""
        found = self._bounds.get(position)
        if found is None:
            found = self._bounds[position] = max(
                len(lexeme.encode()) + self._cost_after(position, lexeme) for lexeme in self._graph.lexemes(position)
            )
        return found

    # ------------------------------------------------------------ what later searches add

    def _look_again(self, state: int) -> None:
        """Asks again at the positions where a lexeme ends in a state, for what was left out and is shorter."""
        for node in self._states[state]:
            if node.lexeme is not None:
                self._ask_again(self._graph.following(node.position, node.lexeme))

    def _ask_again(self, position: int) -> bool:
        """Asks again what is legal at a position, where what is legal costs more than the position itself.

        With a bounded effort a later search may find what an earlier one has left out. Returns whether it did.
        """
        if self._rest(self._graph.root(position)) <= self._graph.cost(position):
            return False
        more = self._graph.extend(position)
        if more:
            self._forget(position)
        return more

    def _forget(self, position: int) -> None:
        """Forgets what followed from the lexemes that were legal at a position; states keep their numbers."""
        self._bounds.pop(position, None)
        changed = {n for n, nodes in enumerate(self._states) if any(x.position == position for x in nodes)}
        for number in changed:
            # Where only the start of a lexeme was legal, a shorter one may now end.
            nodes = self._states[number] = self._closure(self._states[number])
            self._known.setdefault(tuple(node.number for node in nodes), number)
            self._allowed.pop(number, None)
            self._most.pop(number, None)
        self._steps = {key: after for key, after in self._steps.items() if key[0] not in changed}

    # ------------------------------------------------------------ walking both tries

    def _walk(self, state: int) -> Iterator[tuple[Sequence[int], list[LexemeNode]]]:
        """The tokens that can be written from a state, those with the same bytes together, and where they lead."""
        pending = [(self.vocabulary.root, self._states[state])]
        while pending:
            branch, nodes = pending.pop()
            bytes_ = {byte for node in nodes for byte in node.children}
            for byte in sorted(bytes_ & branch.children.keys()):
                following, raw = branch.children[byte], advanced(nodes, byte)
                if raw:
                    if following.ids:
                        yield following.ids, raw
                    if following.children:
                        pending.append((following, self._closure(raw)))

    def _closure(self, nodes: Iterable[LexemeNode]) -> State:
        """The nodes, and where a lexeme is complete, the root of what may follow it."""
        found = {node.number: node for node in nodes}
        for node in list(found.values()):
            if node.lexeme is not None:
                root = self._graph.root(self._graph.following(node.position, node.lexeme))
                found[root.number] = root
        return tuple(found[number] for number in sorted(found))

    def _number(self, nodes: State) -> int:
        key = tuple(node.number for node in nodes)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._states)
            self._states.append(nodes)
        return number
