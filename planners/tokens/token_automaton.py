"""The automaton seen token by token, for any vocabulary: which tokens keep a composition completable.

A token is a string of bytes. It may end inside a lexeme, span several, or straddle a line's end. A state is what
has been written of the current lexeme, in each way in which the bytes so far can be read as lexemes; there are
mostly one or two. States are numbered as they are met, and what follows from them is remembered.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Self

from p2c_dsl.naming import reserved
from p2c_dsl.planners.automaton.automaton import Automaton
from p2c_dsl.planners.automaton.protocol import END, LexemeAutomaton, Saved
from p2c_dsl.planners.tokens.trie import Place, Places, advanced
from p2c_dsl.planners.tokens.vocabulary import Branch, Vocabulary
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Spec, Task

State = tuple[Place, ...]


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
        self._drive(automaton_in_tokens(spec, task, vocabulary, budget, rules, effort), vocabulary)

    @classmethod
    def over(cls, automaton: LexemeAutomaton[Any], vocabulary: Vocabulary) -> Self:
        """The texts of any automaton of lexemes as sequences of tokens.

        What its lexemes cost are to be tokens: those that `vocabulary.weigh` gives are (`automaton_in_tokens`). Raises
        `ValueError` like the constructor.
        """
        made = cls.__new__(cls)
        made._drive(automaton, vocabulary)
        return made

    def _drive(self, automaton: LexemeAutomaton[Any], vocabulary: Vocabulary) -> None:
        self.automaton, self.vocabulary = automaton, vocabulary
        self._saved: Saved | None = None
        self._positions: list[Any] = []
        self._numbers: dict[Hashable, int] = {}
        self._after: dict[tuple[int, str], int] = {}
        self._roots: dict[int, Place] = {}
        self._ends: dict[int, bool] = {}
        self._places = Places()
        self._states: list[State] = []
        self._known: dict[tuple[int, ...], int] = {}
        self._allowed: dict[int, tuple[int, ...]] = {}
        self._most: dict[int, int] = {}
        self._bounds: dict[int, int] = {}
        self._steps: dict[tuple[int, int], int] = {}
        header = self._places.root(-1)
        self._places.insert(header, automaton.header)
        self.start = self._number((header,))

    def at(self, position: Any) -> int:
        """The state in which the text so far has led to a position of the lexemes' automaton, and to no other."""
        return self._number((self._root(self._intern(position)),))

    # ------------------------------------------------------------ what may come next

    def allowed(self, state: int) -> tuple[int, ...]:
        """The tokens that may come next, in order; the end token where the composition may end."""
        found = self._allowed.get(state)
        if found is None:
            ids, positions = [], set[int]()
            for branch, places in self._walk(state):
                ids += branch.ids
                positions.update(place.position for place in places)
            if self.may_end(state):
                ids.append(self.vocabulary.end)
            self._most[state] = max(map(self._at_most, positions), default=0)
            found = self._allowed[state] = tuple(sorted(ids))
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
        """Whether this step has been taken before, so that taking it finds nothing out."""
        return (state, token) in self._steps

    def after(self, state: int, written: bytes) -> int:
        """The state after some bytes, whatever tokens they are. Raises `KeyError` where they are not allowed."""
        places = self._states[state]
        for byte in written:
            places = self._closed(advanced(places, byte))
        if not places:
            raise KeyError(f"{written!r} is not allowed here")
        return self._number(places)

    def may_end(self, state: int) -> bool:
        """Whether the composition may end here."""
        return any(self._may_end(place) for place in self._states[state])

    # ------------------------------------------------------------ what can be saved

    def found(self) -> Iterator[tuple[Any, tuple[str, ...] | None, int]]:
        """All positions in the order of their numbers: what is legal, where that is known, and what completes them.

        Where something leads is found out for all that is legal, so that there are more of them afterwards.
        """
        while any([self._renew(number) for number in list(self._roots) if number >= 0]):
            pass
        number = 0
        while number < len(self._positions):
            position = self._positions[number]
            if self._saved is not None and self._saved.legal(number, position) is not None:
                self._root(number)
            root = self._roots.get(number)
            for lexeme in () if root is None else root.lexemes:
                self._following(number, lexeme)
            end = (END,) if self._ends.get(number) else ()
            yield position, None if root is None else (*root.lexemes, *end), self._cost(number)
            number += 1

    def followed(self) -> Iterator[tuple[int, str, int]]:
        """The steps taken between them, by number; the first leads from −1 over the header."""
        return ((before, lexeme, after) for (before, lexeme), after in self._after.items())

    def recall(self, saved: Saved) -> None:
        """Takes what an earlier automaton of the same texts has found out. Raises `ValueError` after the first step."""
        if self._positions:
            raise ValueError("what was saved is to be loaded before anything is asked")
        self._saved = saved

    def __len__(self) -> int:
        """How many states have been met."""
        return len(self._states)

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
        kept = [
            token
            for branch, places in self._walk(state)
            if branch.ids and self._needed(places) + 2 <= left
            for token in branch.ids
        ]
        if left and self.may_end(state):
            kept.append(self.vocabulary.end)
        return tuple(sorted(kept))

    def is_free(self, state: int, left: int) -> bool:
        """Whether so many tokens are left that all allowed ones may be taken."""
        return self.enough(state) <= left

    def enough(self, state: int) -> int:
        """A number of tokens with which all allowed ones may be taken."""
        self.allowed(state)
        # What completions cost only sinks, so what was enough still is: the token, the completion, the end.
        return self._most[state] + 2

    def needed(self, state: int) -> int:
        """How many tokens are enough to end the composition, the end token included."""
        return self._needed(self._states[state]) + 1

    def _needed(self, places: Iterable[Place]) -> int:
        return min(self._rest(place) for place in places)

    def _rest(self, place: Place) -> int:
        """How many tokens are enough to complete a composition from a place."""
        if self._may_end(place):
            return 0
        size = self.vocabulary.size
        return min(
            size(lexeme.encode()[place.depth :]) + self._cost(self._following(place.position, lexeme))
            for lexeme in place.lexemes
        )

    def _cost(self, position: int) -> int:
        """How many tokens are enough to complete a composition from a position."""
        cost = self.automaton.cost(self._positions[position])
        return cost if self._saved is None else min(cost, self._saved.cost(position))

    def _at_most(self, position: int) -> int:
        """A number of tokens that is enough from anywhere in what is legal at a position."""
        found = self._bounds.get(position)
        if found is None:
            lexemes = [self.automaton.header] if position < 0 else self._roots[position].lexemes
            found = self._bounds[position] = max(
                len(lexeme.encode()) + self._cost(self._following(position, lexeme)) for lexeme in lexemes
            )
        return found

    # ------------------------------------------------------------ what is found out later

    def _look_again(self, state: int) -> None:
        """Lets in what has been left out where lexemes end in a state, and what is shorter."""
        for place in self._states[state]:
            if place.lexeme is not None:
                self._renew(self._following(place.position, place.lexeme))

    def _renew(self, position: int) -> bool:
        """Asks anew what is legal at a position, where that is known to cost more than the position does.

        With a bounded effort a search may find later what an earlier one has left out. Says whether there was any.
        """
        root = self._root(position)
        if self._rest(root) <= self._cost(position):
            return False
        known = {*root.lexemes, END}
        more = [w for w in self.automaton.legal(self._positions[position]) if w not in known]
        for lexeme in more:
            self._places.insert(root, lexeme)
        if more:
            self._forget(position)
        return bool(more)

    def _forget(self, position: int) -> None:
        """Forgets what followed from the lexemes that were legal at a position; states keep their numbers."""
        self._bounds.pop(position, None)
        changed = {n for n, places in enumerate(self._states) if any(p.position == position for p in places)}
        for number in changed:
            # Of a lexeme that was only begun, a shorter one may now end here.
            places = self._states[number] = self._closed(self._states[number])
            self._known.setdefault(tuple(place.number for place in places), number)
            self._allowed.pop(number, None)
            self._most.pop(number, None)
        self._steps = {key: after for key, after in self._steps.items() if key[0] not in changed}

    # ------------------------------------------------------------ lexemes as tries

    def _walk(self, state: int) -> Iterator[tuple[Branch, list[Place]]]:
        """The branches of the vocabulary that can be written from a state, with the places where each leads."""
        pending = [(self.vocabulary.root, self._states[state])]
        while pending:
            branch, places = pending.pop()
            bytes_ = {byte for place in places for byte in place.children}
            for byte in sorted(bytes_ & branch.children.keys()):
                following, raw = branch.children[byte], advanced(places, byte)
                if raw:
                    if following.ids:
                        yield following, raw
                    if following.children:
                        pending.append((following, self._closed(raw)))

    def _may_end(self, place: Place) -> bool:
        is_root = self._roots.get(place.position) is place
        return is_root and self._ends[place.position]

    def _closed(self, places: Iterable[Place]) -> State:
        """The places, and those at the beginning of what may follow a lexeme that is complete."""
        found = {place.number: place for place in places}
        for place in list(found.values()):
            if place.lexeme is not None:
                root = self._root(self._following(place.position, place.lexeme))
                found[root.number] = root
        return tuple(found[number] for number in sorted(found))

    def _following(self, position: int, lexeme: str) -> int:
        after = self._after.get((position, lexeme))
        if after is None:
            automaton = self.automaton
            reached = automaton.start if position < 0 else automaton.step(self._positions[position], lexeme)
            after = self._after[position, lexeme] = self._intern(reached)
            if self._saved is not None:
                self._saved.follow(position, lexeme, after)
        return after

    def _intern(self, position: Any) -> int:
        """The number of a position, whatever of the budget is left: each completion has all of it."""
        key = self.automaton.key(position)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._positions)
            self._positions.append(self.automaton.renewed(position))
        return number

    def _root(self, position: int) -> Place:
        root = self._roots.get(position)
        if root is None:
            root = self._roots[position] = self._places.root(position)
            at, legal = self._positions[position], None
            if self._saved is not None:
                legal = self._saved.legal(position, at)
            if legal is None:
                legal = self.automaton.legal(at)
            self._ends[position] = END in legal
            for lexeme in legal:
                if lexeme != END:
                    self._places.insert(root, lexeme)
        return root

    def _number(self, places: State) -> int:
        key = tuple(place.number for place in places)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._states)
            self._states.append(places)
        return number
