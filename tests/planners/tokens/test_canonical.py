"""Each lexeme in one way: the same texts, in fewer decisions, and still without dead ends."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from p2c_dsl.planners import Automaton
from p2c_dsl.planners.tokens.canonical import CanonicalTokens, token_automaton
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from tests.planners.forms import at_most, domain, emitted
from tests.planners.tokens.test_token_automaton import sampled, vocabulary, walks, written
from tests.properties.soundness import random_case


def tokens_of(name: str, steps: int, words: Vocabulary | None = None) -> CanonicalTokens:
    loaded, task = domain(name)
    return CanonicalTokens(loaded.spec, task, words or vocabulary(), 400, [at_most(steps)])


def spelled(tokens: TokenAutomaton) -> Counter[bytes]:
    """All texts that can be written, and in how many ways."""
    found, pending = Counter[bytes](), [(tokens.start, b"")]
    while pending:
        state, text = pending.pop()
        for token in tokens.allowed(state):
            if token == tokens.vocabulary.end:
                found[text] += 1
            else:
                pending.append((tokens.step(state, token), text + tokens.vocabulary.tokens[token]))
    return found


@pytest.mark.parametrize(("name", "steps"), [("dinner", 5), ("deletion", 4), ("refunds", 2)])
def test_the_same_texts_can_be_written(name: str, steps: int) -> None:
    loaded, task = domain(name)
    expected = written(Automaton(loaded.spec, task, 200, [at_most(steps)]))
    assert expected and set(walks(tokens_of(name, steps))) == expected


@pytest.mark.parametrize(("name", "steps"), [("dinner", 5), ("deletion", 4)])
def test_each_text_is_written_in_one_way(name: str, steps: int) -> None:
    counts = spelled(tokens_of(name, steps))
    assert counts and set(counts.values()) == {1}


@pytest.mark.parametrize("seed", [3, 4, 5, 9])
def test_each_text_is_written_in_one_way_on_generated_specs(seed: int) -> None:
    """The words of the spec, cut at random, are the tokens."""
    case = random_case(seed, rules=3)
    texts = sorted(text.encode() for text in emitted(case.spec, case.task, 1).values())
    random, pieces = Random(seed), list[bytes]()
    for text in texts[:40]:
        first, last = sorted(random.sample(range(len(text)), 2))
        pieces += (text[first:last], text[last : last + 3])
    tokens = CanonicalTokens(case.spec, case.task, vocabulary(*pieces), 400, [at_most(1)])
    assert spelled(tokens) == Counter(texts)
    least = tokens.needed(tokens.start)
    assert all(len(path) <= least + 1 for path in sampled(tokens, 10, least + 1))


def test_few_tokens_choose() -> None:
    canonical = tokens_of("dinner", 6)
    loaded, task = domain("dinner")
    every = TokenAutomaton(loaded.spec, task, canonical.vocabulary, 400, [at_most(6)])

    def decisions(tokens: TokenAutomaton) -> int:
        found = 0
        for path in sampled(tokens, 8):
            state = tokens.start
            for token in path:
                found += len(tokens.allowed(state)) > 1
                state = state if token == tokens.vocabulary.end else tokens.step(state, token)
        return found

    assert decisions(canonical) * 4 < decisions(every)


@pytest.mark.parametrize("name", ["dinner", "deletion"])
@pytest.mark.parametrize("spare", [0, 1, 7])
def test_a_number_of_tokens_is_a_promise(name: str, spare: int) -> None:
    tokens = tokens_of(name, 6)
    least = tokens.needed(tokens.start)
    for path in sampled(tokens, 10, least + spare):
        assert len(path) <= least + spare


def test_a_token_that_is_not_allowed_is_refused() -> None:
    tokens = tokens_of("dinner", 5)
    (first,) = tokens.allowed(tokens.start)
    assert tokens.vocabulary.tokens[first] == b"c"
    for token in (tokens.vocabulary.tokens.index(b"compose "), tokens.vocabulary.end):
        with pytest.raises(KeyError):
            tokens.step(tokens.start, token)


def test_there_are_two_tokenizations() -> None:
    assert token_automaton("any") is TokenAutomaton and token_automaton("canonical") is CanonicalTokens
    with pytest.raises(ValueError, match="any or canonical"):
        token_automaton("some")
