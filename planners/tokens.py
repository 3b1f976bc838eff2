"""The automaton seen token by token, for any vocabulary: which tokens keep a composition completable.

A token is a string of bytes. It may end inside a lexeme, span several, or straddle a line's end. A state is what
has been written of the current lexeme, in each way in which the bytes so far can be read as lexemes; there are
mostly one or two. States are numbered as they are met, and what follows from them is remembered.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from p2c_dsl.planners.automaton import END, Automaton, Position


@dataclass(slots=True)
class Branch:
    """A node of the vocabulary's trie: the tokens that end here, and what goes on."""

    ids: list[int] = field(default_factory=list)
    children: dict[int, Branch] = field(default_factory=dict)


class Vocabulary:
    """Tokens as bytes. Tokens without bytes (special ones) are never allowed, but for `end`.

    Raises `ValueError` when some byte that compositions need is no token of its own, or for an `end` out of range.
    """

    def __init__(self, tokens: Sequence[bytes], end: int) -> None:
        if not 0 <= end < len(tokens):
            raise ValueError(f"the end-of-sequence token {end} is none of {len(tokens)} tokens")
        self.tokens = tuple(tokens)
        self.end = end
        self.root = Branch()
        for number, token in enumerate(tokens):
            if token and number != end:
                branch = self.root
                for byte in token:
                    branch = branch.children.setdefault(byte, Branch())
                branch.ids.append(number)

    def split(self, text: bytes) -> tuple[int, ...] | None:
        """A text as tokens, the longest first at each place; `None` where no token fits."""
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
                return None
            found.append(best[0])
            at = best[1]
        return tuple(found)


@dataclass(slots=True, eq=False)
class Place:
    """A point in the trie of the lexemes that are legal at a position; `lexeme` where one ends here."""

    number: int
    position: int
    children: dict[int, Place] = field(default_factory=dict)
    lexeme: str | None = None


State = tuple[Place, ...]


class TokenAutomaton:
    """The compositions of an automaton as sequences of tokens.

    The automaton's budget bounds each completion (in lexemes) and not the whole: what bounds the whole is
    the number of tokens, or a rule such as `steps <= n`. Raises `ValueError` for a vocabulary in which some
    composition cannot be written.
    """

    def __init__(self, automaton: Automaton, vocabulary: Vocabulary) -> None:
        self.automaton, self.vocabulary = automaton, vocabulary
        self._reach = automaton.start.left
        self._positions: list[Position] = []
        self._numbers: dict[Hashable, int] = {}
        self._roots: dict[int, Place] = {}
        self._ends: dict[int, bool] = {}
        self._places = 0
        self._states: list[State] = []
        self._known: dict[tuple[int, ...], int] = {}
        self._allowed: dict[int, tuple[int, ...]] = {}
        self._steps: dict[tuple[int, int], int] = {}
        self._completions: dict[int, tuple[int, ...]] = {}
        header = self._place(-1)
        self._insert(header, automaton.header)
        self.start = self._number((header,))

    # ------------------------------------------------------------ what may come next

    def allowed(self, state: int) -> tuple[int, ...]:
        """The tokens that may come next, in order; the end token where the composition may end."""
        found = self._allowed.get(state)
        if found is None:
            ids: list[int] = []
            pending = [(self.vocabulary.root, self._states[state])]
            while pending:
                branch, places = pending.pop()
                for byte, following in branch.children.items():
                    raw = _advanced(places, byte)
                    if raw:
                        ids += following.ids
                        if following.children:
                            pending.append((following, self._closed(raw)))
            if self.may_end(state):
                ids.append(self.vocabulary.end)
            found = self._allowed[state] = tuple(sorted(ids))
        return found

    def step(self, state: int, token: int) -> int:
        """The state after a token. Raises `KeyError` for one that is not allowed."""
        after = self._steps.get((state, token))
        if after is None:
            places = self._states[state]
            for byte in self.vocabulary.tokens[token]:
                places = self._closed(_advanced(places, byte))
            if not places or token == self.vocabulary.end:
                raise KeyError(f"token {token} is not allowed here")
            after = self._steps[state, token] = self._number(places)
        return after

    def may_end(self, state: int) -> bool:
        """Whether the composition may end here."""
        return any(self._may_end(place) for place in self._states[state])

    def __len__(self) -> int:
        """How many states have been met."""
        return len(self._states)

    # ------------------------------------------------------------ within a number of tokens

    def within(self, state: int, left: int) -> tuple[int, ...]:
        """The tokens after which the composition can be ended within `left` tokens, this one and the end included.

        It may leave some out that could be finished, but there is always one where `needed(state) <= left`, and
        after any of them again.
        """
        kept = []
        for token in self.allowed(state):
            if token == self.vocabulary.end or self.needed(self.step(state, token)) < left:
                kept.append(token)
        return tuple(kept)

    def needed(self, state: int) -> int:
        """How many tokens are enough to end the composition, the end token included."""
        return len(self.completion(state))

    def completion(self, state: int) -> tuple[int, ...]:
        """Tokens that end the composition."""
        found = self._completions.get(state)
        if found is None:
            found = (*self._shortest(self._states[state]), self.vocabulary.end)
            # What is left of it completes the states on its way, so that following it never gets longer.
            self._remember(state, found)
        return self._completions[state]

    def _remember(self, state: int, tokens: tuple[int, ...]) -> None:
        while True:
            known = self._completions.get(state)
            if known is not None and len(known) <= len(tokens):
                return
            self._completions[state] = tokens
            if len(tokens) == 1:
                return
            state, tokens = self.step(state, tokens[0]), tokens[1:]

    def _shortest(self, places: State) -> tuple[int, ...]:
        texts = (self._rest(place) for place in places)
        split = (self.vocabulary.split(text.encode()) for text in texts)
        ways = [tokens for tokens in split if tokens is not None]
        if not ways:
            raise ValueError("the vocabulary cannot write what completes this composition: it lacks a byte")
        return min(ways, key=len)

    def _rest(self, place: Place) -> str:
        """What completes a composition from a place, by the fewest lexemes."""
        if self._may_end(place):
            return ""
        written, lexeme = self._shortest_lexeme(place)
        position = self._positions[self._following(place.position, lexeme)]
        words = [lexeme[written:]]
        while not position.ended:
            legal = self.automaton.legal(position)
            steps = [self.automaton.step(position, word) for word in legal]
            distances = [self.automaton.distance(step) for step in steps]
            nearest = min((d, i) for i, d in enumerate(distances) if d is not None)[1]
            words.append(legal[nearest])
            position = steps[nearest]
        return "".join(words)

    def _shortest_lexeme(self, place: Place) -> tuple[int, str]:
        """The shortest lexeme that begins with what is written, and how much of it that is, in characters."""
        level, depth = [place], 0
        while True:
            ends = [p.lexeme for p in level if p.lexeme is not None]
            if ends:
                whole = min(ends)
                return len(whole.encode()[: len(whole.encode()) - depth].decode(errors="ignore")), whole
            level = [child for p in level for child in p.children.values()]
            depth += 1

    # ------------------------------------------------------------ lexemes as tries

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
        if position < 0:
            return self._intern(self.automaton.start)
        return self._intern(self.automaton.step(self._positions[position], lexeme))

    def _intern(self, position: Position) -> int:
        """The number of a position, whatever of the budget is left: each completion has all of it."""
        key = (self.automaton.key(position), position.words)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._positions)
            self._positions.append(replace(position, left=self._reach))
        return number

    def _root(self, position: int) -> Place:
        root = self._roots.get(position)
        if root is None:
            root = self._roots[position] = self._place(position)
            legal = self.automaton.legal(self._positions[position])
            self._ends[position] = END in legal
            for lexeme in legal:
                if lexeme != END:
                    self._insert(root, lexeme)
        return root

    def _place(self, position: int) -> Place:
        self._places += 1
        return Place(self._places, position)

    def _insert(self, root: Place, lexeme: str) -> None:
        place = root
        for byte in lexeme.encode():
            following = place.children.get(byte)
            if following is None:
                following = place.children[byte] = self._place(root.position)
            place = following
        place.lexeme = lexeme

    def _number(self, places: State) -> int:
        key = tuple(place.number for place in places)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._states)
            self._states.append(places)
        return number


def _advanced(places: Iterable[Place], byte: int) -> list[Place]:
    return [place.children[byte] for place in places if byte in place.children]
