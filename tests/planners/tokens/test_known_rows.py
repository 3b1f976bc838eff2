"""Rows are known by their ids: where a prompt ends does not depend on a row's place, its length or its neighbours."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

pytest.importorskip("llguidance")

from p2c_dsl.planners.tokens import known_rows
from p2c_dsl.planners.tokens.bitmask import tokens_of
from p2c_dsl.planners.tokens.known_rows import KnownRows
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks, RequestState
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.tiny import domain_of

PAD = 1


@pytest.fixture(scope="module")
def masks() -> RequestMasks:
    tokens = TokenAutomaton(*domain_of("dinner"), vocabulary_of(tiny.tokenizer()), 256, effort=300)
    return RequestMasks(SemanticMask(tokens), 120)


def composition(masks: RequestMasks, seed: int) -> tuple[list[int], list[RequestState]]:
    """A composition's tokens, and the states before each of them and at the end."""
    choose, states, ids = Random(seed), [masks.begin], list[int]()
    while not states[-1].ended:
        ids.append(choose.choice(tokens_of(masks.words(states[-1])).tolist()))
        states.append(masks.after(states[-1], ids[-1]))
    return ids, states


def padded(rows: list[list[int]]) -> np.ndarray:
    width = max(map(len, rows))
    return np.array([[PAD] * (width - len(row)) + row for row in rows])


def test_rows_with_prompts_of_any_length_beside_each_other(masks: RequestMasks) -> None:
    written = [composition(masks, seed) for seed in range(3)]
    prompts, rows = [[9], [9, 8, 7], [9, 8]], KnownRows(masks)
    for time in range(min(len(ids) for ids, _ in written)):
        batch = padded([prompt + ids[:time] for prompt, (ids, _) in zip(prompts, written, strict=True)])
        assert rows.states(batch) == [states[time] for _, states in written]


def test_rows_that_join_later_and_are_padded_anew(masks: RequestMasks) -> None:
    """The second request comes when the first has been under way for 10 tokens, with a longer prompt."""
    (first, on_first), (second, on_second) = composition(masks, 1), composition(masks, 2)
    rows, prompt = KnownRows(masks, PAD), [9, 8, *range(30, 80)]
    for time in range(10):
        assert rows.states(np.array([[7, *first[:time]]])) == [on_first[time]]
    for time in range(10, min(len(first), len(second))):
        batch = padded([prompt + second[: time - 10], [7, *first[:time]]])
        assert rows.states(batch) == [on_second[time - 10], on_first[time]]


def test_rows_that_change_places_are_copied_and_left_out(masks: RequestMasks) -> None:
    (first, on_first), (second, on_second) = composition(masks, 1), composition(masks, 2)
    choose, rows = Random(0), KnownRows(masks)
    for time in range(min(len(first), len(second))):
        known = [([5, *first[:time]], on_first[time]), ([5, *second[:time]], on_second[time])]
        chosen = known + choose.choices(known, k=2)
        choose.shuffle(chosen)
        assert rows.states(np.array([ids for ids, _ in chosen])) == [at for _, at in chosen]


def test_rows_one_at_a_time_in_any_order(masks: RequestMasks) -> None:
    compositions = [composition(masks, seed) for seed in range(3)]
    going, choose, rows = {n: 0 for n in range(3)}, Random(0), KnownRows(masks)
    while going:
        number = choose.choice(list(going))
        (ids, states), time = compositions[number], going[number]
        assert rows.states(np.array([[40 + number] * (number + 1) + ids[:time]])) == [states[time]]
        going[number] += 1
        if going[number] > len(ids):
            del going[number]


def test_the_same_prompt_again_and_one_that_begins_like_it(masks: RequestMasks) -> None:
    ids, states = composition(masks, 1)
    rows = KnownRows(masks)
    for prompt in ([9, 8], [9, 8], [9, 8, 7], [9, 8, 7, 6, 5], [9]):
        for time in range(len(ids)):
            assert rows.states(np.array([prompt + ids[:time]])) == [states[time]]


def test_a_conversation_that_goes_on_after_a_whole_composition(masks: RequestMasks) -> None:
    ids, states = composition(masks, 1)
    rows = KnownRows(masks)
    for prompt in ([9], [9, *ids, 8, 7]):
        for time in range(len(ids)):
            assert rows.states(np.array([prompt + ids[:time]])) == [states[time]]


def test_going_back_as_speculation_does(masks: RequestMasks) -> None:
    """Candidates are asked about one by one; the first that is not taken is replaced, and candidates begin again."""
    (ids, states), (other, _) = composition(masks, 1), composition(masks, 2)
    apart = next(time for time, (a, b) in enumerate(zip(ids, other, strict=False)) if a != b)
    rows = KnownRows(masks)
    for time in range(apart + 4):
        rows.states(np.array([[9, *other[:time]]]))
    for time in range(len(ids)):
        assert rows.states(np.array([[9, *ids[:time]]])) == [states[time]]


def test_a_token_that_is_not_allowed_leaves_nothing_but_the_end(masks: RequestMasks) -> None:
    """Where beam search keeps a row of probability 0, or speculation asks what comes after a rejected candidate."""
    rows = KnownRows(masks)
    rows.states(np.array([[9]]))
    wrong = next(n for n in range(len(tiny.tokenizer())) if n not in tokens_of(masks.words(masks.begin)))
    assert rows.states(np.array([[9, wrong]]))[0].ended
    assert rows.states(np.array([[9, wrong, wrong]]))[0].ended


def test_an_unfinished_row_that_has_grown_by_several_tokens_is_refused(masks: RequestMasks) -> None:
    ids, _ = composition(masks, 1)
    rows = KnownRows(masks)
    rows.states(np.array([[9, 8]]))
    rows.states(np.array([[9, 8, *ids[:1]]]))
    with pytest.raises(ValueError, match="grown by 3 tokens"):
        rows.states(np.array([[9, 8, *ids[:4]]]))


def test_what_is_remembered_has_a_limit(masks: RequestMasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_rows, "_KEPT", 50)
    monkeypatch.setattr(known_rows, "_CALLS", 2)
    ids, states = composition(masks, 1)
    rows = KnownRows(masks)
    for prompt in range(30):
        for time in range(len(ids)):
            assert rows.states(np.array([[100 + prompt, *ids[:time]]])) == [states[time]]
    assert len(rows) == 50


def test_what_is_asked_for_is_not_forgotten(masks: RequestMasks, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that waits while many others are written, and is asked for beside them."""
    monkeypatch.setattr(known_rows, "_KEPT", 50)
    monkeypatch.setattr(known_rows, "_CALLS", 2)
    ids, states = composition(masks, 1)
    rows, waiting = KnownRows(masks), [9, *ids[:3]]
    for time in range(4):
        rows.states(np.array([waiting[: time + 1]]))
    for other in range(200):
        assert rows.states(np.array([[60 + other, 3, 4, 5], waiting]))[1] == states[3]
