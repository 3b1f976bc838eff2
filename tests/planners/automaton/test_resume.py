"""Compositions that somebody has begun are taken up where they stop, or refused with the line that is to blame."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.planners import END, Automaton
from p2c_dsl.planners.automaton.resume import NoContinuation, begun
from p2c_dsl.planners.random import walk
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton, automaton_in_tokens
from tests.planners.forms import EXAMPLES, at_most, domain, form_of_text
from tests.planners.tokens.test_token_automaton import sampled, vocabulary

STEPS = {"dinner": 6, "deletion": 6, "refunds": 5}


def automaton_of(name: str) -> Automaton:
    loaded, task = domain(name)
    return Automaton(loaded.spec, task, 120, [at_most(STEPS[name])], effort=300)


def finished(automaton: Automaton, text: str) -> str:
    """A text gone on with in some way."""
    taken_up = begun(automaton, text)
    return "".join((taken_up.text, *automaton.completion(taken_up.position)))


@pytest.mark.parametrize("name", sorted(STEPS))
def test_what_a_planner_writes_can_be_taken_up_between_any_two_words(name: str) -> None:
    automaton = automaton_of(name)
    for seed in range(3):
        position, text, random = automaton.start, automaton.header, Random(seed)
        while not position.ended:
            taken_up = begun(automaton, text)
            assert taken_up.text == text and taken_up.position == position
            lexeme = random.choice(automaton.legal(position))
            position, text = automaton.step(position, lexeme), text + lexeme
        assert lexeme == END


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/accepted/*.p2c")), ids=lambda p: p.stem)
def test_accepted_compositions_with_names_of_their_own_are_taken_up_after_any_line(path: Path) -> None:
    loaded, task = domain(path.parent.parent.name)
    automaton = Automaton(loaded.spec, task, 200, effort=300)
    lines = path.read_text().rstrip("\n").split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith("compose"))
    for count in range(first + 1, _canonical_until(lines) + 1):
        form_of_text(loaded.spec, finished(automaton, "\n".join(lines[first:count])))


def _canonical_until(lines: list[str]) -> int:
    """How many lines there are before an `else`, or before a negative test that one belongs to.

    In canonical form the arms of such a test change places, which a text that ends between them cannot.
    """
    words = [line.split() for line in lines]
    if ["else:"] not in words:
        return len(lines)
    turned = (
        i for i, line in enumerate(words) if line[:1] == ["if"] and ("not" in line[:2] or line[-1] == "None:")
    )
    return min(words.index(["else:"]), next(turned, len(lines)))


def test_names_nested_calls_and_comments_come_back_in_canonical_form() -> None:
    text = (
        "compose book_dinner(users):\n    prefs = {}  # by guest\n\n    for u in users:\n"
        "        prefs[u] = ask_preference(user=u)\n    book_table(identify_overlap(prefs))\n"
    )
    assert begun(automaton_of("dinner"), text).text == (
        "compose book_dinner(users):\n    table = {}\n    for user in users:\n"
        "        table[user] = ask_preference(user)\n"
        "    restaurant = identify_overlap(table)\n    book_table(restaurant)"
    )


def test_a_block_that_has_just_been_opened_is_gone_on_with() -> None:
    taken_up = begun(
        automaton_of("dinner"), "compose book_dinner(users):\n    m = {}\n    for guest in users:\n"
    )
    assert taken_up.text.endswith("\n    for user in users:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "compose book_dinner(users):\n    table = {}\n    for user in users:\n        book_table(user)",
            "line 4: ",
        ),
        ("compose book_dinner(users):\n    restaurant = identify_overlap(users)\n    x = {}\n", "line 2: "),
        ("compose book_dinner(users):\n    table = {}\n    for user in use", "line 3: "),
        ("compose book_lunch(users):\n    table = {}\n", "line 1: .*compose book_dinner"),
        ("compose book_dinner(users, day):\n    table = {}\n", "line 1: .*compose book_dinner"),
        ("", "line 1: one composition"),
    ],
)
def test_what_nothing_accepted_begins_with_is_refused(text: str, message: str) -> None:
    with pytest.raises(NoContinuation, match=message):
        begun(automaton_of("dinner"), text)


def test_the_first_line_that_cannot_be_gone_on_from_is_named() -> None:
    text = (
        "compose book_dinner(users):\n    table = {}\n    for user in users:\n"
        "        restaurants = ask_preference(user)\n        table[user] = user\n        table[user] = user\n"
    )
    loaded, task = domain("dinner")
    with pytest.raises(NoContinuation, match=r"line 5: .*`table\[user\] = user`"):
        begun(Automaton(loaded.spec, task, 80, [at_most(9)]), text)


def test_a_budget_that_is_spent_is_no_continuation() -> None:
    loaded, task = domain("dinner")
    text = "compose book_dinner(users):\n    table = {}\n    items = []\n"
    begun(Automaton(loaded.spec, task, 40), text)
    with pytest.raises(NoContinuation, match="line 3"):
        begun(Automaton(loaded.spec, task, 20), text)


def test_tokens_go_on_from_there() -> None:
    loaded, task = domain("dinner")
    words = vocabulary()
    automaton = automaton_in_tokens(loaded.spec, task, words, 300, [at_most(6)], 300)
    tokens = TokenAutomaton.over(automaton, words)
    taken_up = begun(automaton, "compose book_dinner(users):\n    m = {}\n    for guest in users:\n")
    state = tokens.at(taken_up.position)
    for path in sampled(tokens, 10, tokens.needed(state), state):
        rest = b"".join(words.tokens[token] for token in path).decode()
        form_of_text(loaded.spec, taken_up.text + rest)


def test_a_walk_that_has_ended_can_be_taken_up_again() -> None:
    automaton = automaton_of("dinner")
    text = walk(automaton, Random(3))
    report = lint_text(
        f"{(EXAMPLES / 'dinner' / 'dinner.p2c').read_text()}\n{finished(automaton, text)}\n", "x", Path()
    )
    assert report.accepted
