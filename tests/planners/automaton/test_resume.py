"""Compositions written in part are continued, or refused with the line that is to blame."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.planners import END, Automaton, RandomPlanner, SearchPlanner
from p2c_dsl.planners.automaton.resume import NoContinuation, resume
from p2c_dsl.planners.random import walk
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton, automaton_in_tokens
from tests.planners.forms import EXAMPLES, at_most, domain, form_of_text
from tests.planners.tokens.test_token_automaton import sampled, vocabulary

WHOLE = """\
compose book_dinner(users):
    table = {}
    for user in users:
        table[user] = ask_preference(user)
    restaurant = identify_overlap(table)
    book_table(restaurant)
"""
OWN = """\
compose book_dinner(users):
    # Ask them all first.
    prefs = {}
    for u in users:
        prefs[u] = ask_preference(u)
"""
NESTED = OWN.replace("        prefs[u]", "        for v in users:\n            prefs[v]")
STEPS = {"dinner": 6, "deletion": 6, "refunds": 5}


def automaton_of(name: str) -> Automaton:
    loaded, task = domain(name)
    return Automaton(loaded.spec, task, 120, [at_most(STEPS[name])], effort=300)


def finished(automaton: Automaton, text: str) -> str:
    """A text continued in some way."""
    start = resume(automaton, text)
    return "".join((start.text, *automaton.completion(start.position)))


@pytest.mark.parametrize("name", sorted(STEPS))
def test_what_a_planner_writes_can_be_start_between_any_two_words(name: str) -> None:
    automaton = automaton_of(name)
    for seed in range(3):
        position, text, random = automaton.start, automaton.header, Random(seed)
        while not position.ended:
            start = resume(automaton, text)
            assert start.text == text and start.position == position
            lexeme = random.choice(automaton.legal(position))
            position, text = automaton.step(position, lexeme), text + lexeme
        assert lexeme == END


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/accepted/*.p2c")), ids=lambda p: p.stem)
def test_accepted_compositions_with_names_of_their_own_are_start_after_any_line(path: Path) -> None:
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
    turned = (i for i, line in enumerate(words) if line[:1] == ["if"] and ("not" in line[:2] or line[-1] == "None:"))
    return min(words.index(["else:"]), next(turned, len(lines)))


def test_names_nested_calls_and_comments_come_back_in_canonical_form() -> None:
    text = (
        "compose book_dinner(users):\n    prefs = {}  # by guest\n\n    for u in users:\n"
        "        prefs[u] = ask_preference(user=u)\n    book_table(identify_overlap(prefs))\n"
    )
    assert resume(automaton_of("dinner"), text).text == (
        "compose book_dinner(users):\n    table = {}\n    for user in users:\n"
        "        table[user] = ask_preference(user)\n"
        "    restaurant = identify_overlap(table)\n    book_table(restaurant)"
    )


def test_a_block_that_has_just_been_opened_is_continued() -> None:
    start = resume(automaton_of("dinner"), "compose book_dinner(users):\n    m = {}\n    for guest in users:\n")
    assert start.text.endswith("\n    for user in users:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "compose book_dinner(users):\n    table = {}\n    for user in users:\n        book_table(user)",
            "line 4: ",
        ),
        ("compose book_dinner(users):\n    restaurant = identify_overlap(users)\n    x = {}\n", "line 2: "),
        ("compose book_dinner(users):\n    table = {}\n    for user in uze", "line 3: "),
        ("compose book_lunch(users):\n    table = {}\n", "line 1: .*compose book_dinner"),
        ("compose book_dinner(users, day):\n    table = {}\n", "line 1: .*compose book_dinner"),
    ],
)
def test_what_nothing_accepted_begins_with_is_refused(text: str, message: str) -> None:
    with pytest.raises(NoContinuation, match=message):
        resume(automaton_of("dinner"), text)


def test_the_first_line_that_nothing_goes_on_from_is_named() -> None:
    text = (
        "compose book_dinner(users):\n    table = {}\n    for user in users:\n"
        "        restaurants = ask_preference(user)\n        table[user] = user\n        table[user] = user\n"
    )
    loaded, task = domain("dinner")
    with pytest.raises(NoContinuation, match=r"line 5: .*`table\[user\] = user`"):
        resume(Automaton(loaded.spec, task, 80, [at_most(9)]), text)


def test_a_budget_that_is_spent_is_no_continuation() -> None:
    loaded, task = domain("dinner")
    text = "compose book_dinner(users):\n    table = {}\n    items = []\n"
    resume(Automaton(loaded.spec, task, 40), text)
    with pytest.raises(NoContinuation, match="line 3"):
        resume(Automaton(loaded.spec, task, 20), text)


def test_tokens_go_on_from_there() -> None:
    loaded, task = domain("dinner")
    words = vocabulary()
    automaton = automaton_in_tokens(loaded.spec, task, words, 300, [at_most(6)], 300)
    tokens = TokenAutomaton.over(automaton, words)
    start = resume(automaton, "compose book_dinner(users):\n    m = {}\n    for guest in users:\n")
    state = tokens.at(start.position)
    for path in sampled(tokens, 10, tokens.needed(state), state):
        rest = b"".join(words.tokens[token] for token in path).decode()
        form_of_text(loaded.spec, start.text + rest)


def test_a_walk_that_has_ended_can_be_start_again() -> None:
    automaton = automaton_of("dinner")
    text = walk(automaton, Random(3))
    report = lint_text(
        f"{(EXAMPLES / 'dinner' / 'dinner.p2c').read_text()}\n{finished(automaton, text)}\n", "x", Path()
    )
    assert report.accepted


@pytest.mark.parametrize("end", [0, *range(27, len(WHOLE), 7), len(WHOLE)])
def test_the_cheapest_plan_is_found_again_wherever_it_is_cut_off(end: int) -> None:
    loaded, task = domain("dinner")
    assert SearchPlanner(60).plan(loaded.spec, task, WHOLE[:end]) == WHOLE


def test_random_plans_go_on_from_every_place() -> None:
    loaded, task = domain("dinner")
    random = Random(3)
    for seed in range(6):
        cut = WHOLE[: random.randrange(27, len(WHOLE))]
        plan = RandomPlanner(seed, budget=40).plan(loaded.spec, task, cut)
        assert plan.startswith(cut.rstrip())
        form_of_text(loaded.spec, plan)


def test_other_names_and_comments_are_read_and_come_back_in_the_planners_form() -> None:
    loaded, task = domain("dinner")
    assert SearchPlanner().plan(loaded.spec, task, OWN) == WHOLE


def test_further_plans_differ_after_the_beginning() -> None:
    loaded, task = domain("deletion")
    first, second = SearchPlanner().plans(loaded.spec, task, 2)
    head = first.split("\n")[0]
    again = list(SearchPlanner().plans(loaded.spec, task, 2, head))
    assert again == [first, second]


@pytest.mark.parametrize(
    ("partial", "message"),
    [
        (WHOLE[:89] + "    for restaurants in table:\n        book_table(", "line 4"),
        (NESTED, "line 5: .*\n  P2C303: .*loops <= 1"),
        (OWN + "    book_table(prefs)\n", r"(?s)line 6: .*\n  P2C230: "),
        (OWN + "    book_table(nothing)\n", r"(?s)line 6: .*\n  P2C161: "),
        (OWN + "    book_table(\n", "line 6: "),
        ("compose lunch(users):\n", "line 1: expected one composition, starting with"),
        ("compose book_dinner(guests):\n    x = ask(", "line "),
        ("book", "line 1"),
    ],
)
def test_a_beginning_that_nothing_goes_on_from_is_refused_with_the_reason(partial: str, message: str) -> None:
    loaded, task = domain("dinner")
    for planner in (SearchPlanner(), RandomPlanner()):
        with pytest.raises(NoContinuation, match=message):
            planner.plan(loaded.spec, task, partial)


def test_a_beginning_that_cannot_be_finished_is_refused() -> None:
    loaded, task = domain("dinner")
    booked = WHOLE + "    book_table(rest"
    with pytest.raises(NoContinuation, match="line 7"):
        SearchPlanner().plan(loaded.spec, task, booked)


def test_nothing_is_the_beginning_of_everything() -> None:
    loaded, task = domain("dinner")
    automaton = Automaton(loaded.spec, task)
    for nothing in ("", "\n  \n"):
        start = resume(automaton, nothing)
        assert (start.text, start.position, start.rest) == (automaton.header, automaton.start, "")
