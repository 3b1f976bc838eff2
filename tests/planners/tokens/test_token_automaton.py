"""P3 and P4 at the level of tokens: masked token by token, exactly the accepted compositions can be written."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from random import Random

import pytest

from p2c_dsl.planners import Automaton
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.tokens.canonical import CanonicalTokens
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from tests.planners.forms import accepted, at_most, domain, emitted
from tests.properties.soundness import random_case

BYTES = [bytes([b]) for b in range(256)]
STRADDLING = [
    *(b"compose ", b"ers):\n", b"s):\n    ", b"\n        ", b"):\n    for user in u", b" = ", b"(user", b"_"),
    *(
        b":\n        table[user] = ask_preference(",
        b"ask_",
        b"overlap(table)\n    book_table(",
        b"tab",
        b"le",
    ),
    *(b"user)\n", b"s)\n    "),
]


def vocabulary(*more: bytes) -> Vocabulary:
    tokens = [b"", *BYTES, *STRADDLING, *more]
    return Vocabulary(tokens, end=0)


def walks(tokens: TokenAutomaton, start: int | None = None) -> Iterator[bytes]:
    """All texts that can be written from a state, at first the start, in whatever tokens."""
    seen = {(tokens.start if start is None else start, b"")}
    pending = list(seen)
    while pending:
        state, text = pending.pop()
        allowed = tokens.allowed(state)
        assert allowed, f"dead end after {text!r}"
        for token in allowed:
            if token == tokens.vocabulary.end:
                yield text
                continue
            after = (tokens.step(state, token), text + tokens.vocabulary.tokens[token])
            if after not in seen:
                seen.add(after)
                pending.append(after)


def written(automaton: Automaton) -> set[bytes]:
    """All texts that the lexemes can make."""
    found, pending = set(), [(automaton.start, automaton.header)]
    while pending:
        position, text = pending.pop()
        for lexeme in automaton.legal(position):
            after = automaton.step(position, lexeme)
            if after.ended:
                found.add(text.encode())
            else:
                pending.append((after, text + lexeme))
    return found


def tokens_of(name: str, steps: int, words: Vocabulary | None = None) -> TokenAutomaton:
    loaded, task = domain(name)
    return TokenAutomaton(loaded.spec, task, words or vocabulary(), 400, [at_most(steps)])


@pytest.mark.parametrize(("name", "steps"), [("dinner", 5), ("deletion", 4), ("refunds", 2)])
def test_tokens_write_exactly_what_lexemes_do(name: str, steps: int) -> None:
    loaded, task = domain(name)
    expected = written(Automaton(loaded.spec, task, 200, [at_most(steps)]))
    assert expected and set(walks(tokens_of(name, steps))) == expected


def test_tokens_may_span_lexemes_and_lines() -> None:
    tokens = tokens_of("dinner", 5)
    texts = {tokens.vocabulary.tokens[token] for path in sampled(tokens, 40) for token in path}
    assert any(b"\n" in text.strip() for text in texts) and any(len(text) > 1 and text[-1:] == b"_" for text in texts)


def sampled(tokens: TokenAutomaton, count: int, left: int = 400, start: int | None = None) -> Iterator[list[int]]:
    """Random walks within a number of tokens."""
    for seed in range(count):
        random, path = Random(seed), list[int]()
        state = tokens.start if start is None else start
        while not path or path[-1] != tokens.vocabulary.end:
            allowed = tokens.within(state, left - len(path))
            assert allowed, "a dead end"
            path.append(random.choice(allowed))
            if path[-1] != tokens.vocabulary.end:
                state = tokens.step(state, path[-1])
        yield path


@pytest.mark.parametrize("name", ["dinner", "deletion"])
@pytest.mark.parametrize("spare", [0, 1, 7])
def test_a_number_of_tokens_is_a_promise(name: str, spare: int) -> None:
    tokens = tokens_of(name, 6)
    least = tokens.needed(tokens.start)
    for path in sampled(tokens, 10, least + spare):
        assert len(path) <= least + spare


def test_what_is_said_to_be_enough_is_enough() -> None:
    tokens = tokens_of("dinner", 6)
    state, left = tokens.start, tokens.needed(tokens.start)
    while not tokens.may_end(state):
        following = [tokens.step(state, token) for token in tokens.allowed(state)]
        state = min(following, key=tokens.needed)
        assert tokens.needed(state) < left
        left = tokens.needed(state)


@dataclass(frozen=True)
class Late:
    """Texts of which a short one is found only after the first search for what is legal was given up."""

    long: str
    short: str
    found: list[str] = field(default_factory=list)
    header: str = "a"
    start: str = ""

    def legal(self, position: str) -> tuple[str, ...]:
        return (END,) if position else tuple(sorted({self.long, *self.found}))

    def step(self, position: str, lexeme: str) -> str:
        return position + lexeme

    def cost(self, position: str) -> int:
        return 0 if position else min(len(lexeme) for lexeme in self.legal(position))

    def key(self, position: str) -> Hashable:
        return position

    def renewed(self, position: str) -> str:
        return position


@pytest.mark.parametrize("kind", [TokenAutomaton, CanonicalTokens])
@pytest.mark.parametrize("short", ["xy", "yz", "x"])
@pytest.mark.parametrize("straddling", [[], [b"ax", b"xy", b"xyx"]])
def test_what_is_found_later_is_let_in_where_the_promise_needs_it(
    kind: type[TokenAutomaton], short: str, straddling: list[bytes]
) -> None:
    """`relief` without its rules ran into this: 87 tokens left, 49 needed, and nothing to say."""
    automaton = Late("xyxyxyxy", short)
    tokens = kind.over(automaton, vocabulary(*straddling))
    before = set(walks(tokens))
    begun = tokens.after(tokens.step(tokens.start, tokens.allowed(tokens.start)[0]), b"")
    automaton.found.append(short)
    least = tokens.needed(begun)
    for walk in sampled(tokens, 8, least, start=begun):
        assert len(walk) <= least
    assert set(walks(tokens)) == before | {b"a" + short.encode()}


def test_states_are_met_once() -> None:
    tokens = tokens_of("dinner", 5)
    list(walks(tokens))
    met = len(tokens)
    list(walks(tokens))
    assert len(tokens) == met


def test_a_token_that_is_not_allowed_is_refused() -> None:
    tokens = tokens_of("dinner", 5)
    for token in (tokens.vocabulary.tokens.index(b"z"), tokens.vocabulary.end):
        with pytest.raises(KeyError):
            tokens.step(tokens.start, token)


def test_a_vocabulary_that_cannot_write_it_is_refused() -> None:
    poor = Vocabulary([b"", *(b for b in BYTES if b != b"p")], end=0)
    with pytest.raises(ValueError, match="lacks that byte"):
        tokens_of("dinner", 5, poor)
    with pytest.raises(ValueError, match="end-of-sequence"):
        Vocabulary([b"a"], end=1)


@pytest.mark.parametrize("seed", range(6))
def test_tokens_write_exactly_what_lint_accepts_on_generated_specs(seed: int) -> None:
    """The words of the spec, cut and glued at random, are the tokens: they straddle lexemes and lines."""
    case = random_case(seed, rules=3)
    texts = {text.encode() for text in emitted(case.spec, case.task, 1).values()}
    assert emitted(case.spec, case.task, 1).keys() == accepted(case.spec, case.task, 1).keys()
    if texts:
        random, pieces = Random(seed), list[bytes]()
        for text in sorted(texts)[:40]:
            first, last = sorted(random.sample(range(len(text)), 2))
            pieces += (text[first:last], text[last : last + 9])
        tokens = TokenAutomaton(case.spec, case.task, vocabulary(*pieces), 400, [at_most(1)])
        assert set(walks(tokens)) == texts
        least = tokens.needed(tokens.start)
        assert all(len(path) <= least + 1 for path in sampled(tokens, 10, least + 1))
