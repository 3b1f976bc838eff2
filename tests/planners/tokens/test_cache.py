"""What was found out about a task can be saved and loaded; no file leads to a wrong mask."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.completion.completions import Completions
from p2c_dsl.planners.tokens.cache import UnusableCache, load, save
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from p2c_dsl.rules import RULES, Rule
from tests.planners.forms import at_most, domain
from tests.planners.tiny import spec_of
from tests.planners.tokens.test_token_automaton import BYTES, sampled, vocabulary, walks

ALL_KINDS_OF_RULES = """
type Order
effect pay(Order)
effect note(Order)
effect close(Order)
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
    cost 2
subtask write(order: Order):
    does note(order)
subtask shut(order: Order):
    does close(order)
task check(order: Order):
    shape tree
    loops <= 1
    branches <= 2
    steps <= 9
    cost <= 40
    at most 3 pay
    at most 1 pay per Order
    at least 1 note
    exactly 1 note
    note before pay
    no note after pay
    pay only if approved(order)
    no flow from Bool to note
    not both pay, close
    refund.order from inputs
"""


RULES_SINCE = {
    "approval",
    "at-least-per",
    "check-then",
    "exactly-per",
    "return-from",
    "then",
    "value",
}
"""The rules that version 0.1.0 did not have."""


def tokens_of(name: str = "dinner", steps: int = 5, budget: int = 400) -> TokenAutomaton:
    loaded, task = domain(name)
    return TokenAutomaton(loaded.spec, task, vocabulary(), budget, [at_most(steps)], effort=50)


@pytest.fixture(params=["dinner", "deletion"])
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, TokenAutomaton, Path]:
    tokens = tokens_of(request.param)
    list(sampled(tokens, 6))
    save(tokens, tmp_path / "cache")
    return request.param, tokens, tmp_path / "cache"


def test_masks_are_the_same_and_nothing_is_searched_for(
    saved: tuple[str, TokenAutomaton, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, before, path = saved
    tokens = tokens_of(name)
    load(tokens, path)

    def searched(*_: object) -> bool:
        raise AssertionError("a search for what was known")

    monkeypatch.setattr(Completions, "complete", searched)
    for walk in sampled(before, 6):
        one, other = before.start, tokens.start
        for token in walk:
            assert tokens.allowed(other) == before.allowed(one)
            if token != before.vocabulary.end:
                one, other = before.step(one, token), tokens.step(other, token)


@pytest.mark.parametrize("spare", [0, 3])
def test_a_number_of_tokens_is_still_a_promise_and_other_ways_are_found(
    saved: tuple[str, TokenAutomaton, Path], spare: int
) -> None:
    name, before, path = saved
    tokens = tokens_of(name)
    load(tokens, path)
    least = tokens.needed(tokens.start)
    assert least <= before.needed(before.start)
    for walk in [*sampled(tokens, 5, least + spare), *sampled(tokens, 4)]:
        assert walk[-1] == tokens.vocabulary.end


def test_what_was_loaded_can_be_saved_again(saved: tuple[str, TokenAutomaton, Path], tmp_path: Path) -> None:
    name, _, path = saved
    tokens, again = tokens_of(name), tmp_path / "again"
    load(tokens, path)
    tokens.allowed(tokens.start)
    save(tokens, again)
    assert steps_in(path) <= steps_in(again)


def steps_in(path: Path) -> int:
    with np.load(path) as file:
        return len(file["steps"])


def test_all_texts_can_still_be_written(tmp_path: Path) -> None:
    before, after = tokens_of(steps=5), tokens_of(steps=5)
    list(sampled(before, 3))
    save(before, tmp_path / "cache")
    load(after, tmp_path / "cache")
    assert set(walks(after)) == set(walks(before))


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    save(tokens_of(), path)
    for other in (tokens_of("deletion"), tokens_of(steps=6), tokens_of(budget=300)):
        with pytest.raises(UnusableCache, match="another spec"):
            load(other, path)
    loaded, task = domain("dinner")
    other = TokenAutomaton(loaded.spec, task, vocabulary(b"dinner"), 400, [at_most(5)], effort=50)
    with pytest.raises(UnusableCache, match="vocabulary"):
        load(other, path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path, tokens = tmp_path / "cache", tokens_of()
    list(sampled(tokens, 2))
    save(tokens, path)
    whole = path.read_bytes()
    for damaged in (b"", b"no cache", whole[: len(whole) // 2], whole[:-40]):
        path.write_bytes(damaged)
        with pytest.raises(UnusableCache, match="make a new one"):
            load(tokens_of(), path)
    with pytest.raises(FileNotFoundError):
        load(tokens_of(), tmp_path / "none")


def test_pickled_objects_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "cache.npz"
    np.savez(path, meta=np.array([{"format": 1}], dtype=object))
    with pytest.raises(UnusableCache):
        load(tokens_of(), path)


@pytest.mark.parametrize("lexeme", ["\n    book_table(users)", END])
def test_what_the_machine_does_not_say_is_refused(lexeme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose hash and checksum are right, but which lies."""
    path, tokens = tmp_path / "cache", tokens_of()
    list(sampled(tokens, 1))
    explored = TokenAutomaton.explored
    monkeypatch.setattr(
        TokenAutomaton,
        "explored",
        lambda self: ((p, legal and (*legal, lexeme), cost) for p, legal, cost in explored(self)),
    )
    save(tokens, path)
    liar = tokens_of()
    load(liar, path)
    with pytest.raises(UnusableCache, match="contradicts the rules"):
        list(sampled(liar, 5))


def test_it_is_loaded_before_anything_is_asked(tmp_path: Path) -> None:
    tokens = tokens_of()
    save(tokens, tmp_path / "cache")
    tokens.allowed(tokens.start)
    with pytest.raises(ValueError, match="before anything is asked"):
        load(tokens, tmp_path / "cache")


def test_older_files_can_still_be_used(tmp_path: Path) -> None:
    spec, task = spec_of(ALL_KINDS_OF_RULES)
    tokens = TokenAutomaton(spec, task, Vocabulary([b"", *BYTES], end=0), 60, effort=50)
    kinds = {facet.name for facet in tokens.automaton.machine.facets if isinstance(facet, Rule)}
    assert {rule.name for rule in RULES} - RULES_SINCE <= kinds
    save(tokens, tmp_path / "cache")
    with np.load(tmp_path / "cache") as file:
        key = json.loads(bytes(file["meta"]))["key"]
    # The key of this task in a file saved by version 0.1.0: it must not change when a class is renamed.
    assert key == "7437e76f1b8ee7de9a4c828149576b05e4bf794f29fce26e099d5912fa56b8bb"
