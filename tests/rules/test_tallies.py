"""Rules that count alike share what they count, and each keeps its own limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.machine.facts import Fact
from p2c_dsl.machine.identity import slot
from p2c_dsl.rules.event_keys import EventKey
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.history import NO_EVENTS, PastEvent, PastEvents, _least, _plus
from p2c_dsl.rules.tallies import Tallying, tallying
from p2c_dsl.types import TEXT as TEXT_TYPE
from tests.properties.test_bounded import counted

TEXT = """
type User
effect contact(User)
subtask mail(user: User):
    does contact(user)
subtask likes(user: User) -> Bool
task t(user: User, users: Set[User] <= 3):
{rules}

compose t(user, users):
    mail(user)
    for u in users:
        if likes(u):
            mail(u)
        else:
            mail(user)
    mail(user)
"""


def text(limits: range) -> str:
    return TEXT.format(rules="\n".join(f"    at most {limit} contact per User" for limit in limits))


def messages(limits: range) -> set[tuple[str, int]]:
    """What is reported as too often for one key, each with how far from the end of the text it is."""
    whole = text(limits)
    found = lint_text(whole, "t.p2c", Path(), counterexamples=False).diagnostics
    return {(d.message, len(whole) - d.location.span.start) for d in found if d.code == "P2C404"}


def test_each_of_many_limits_is_kept_as_if_it_stood_alone() -> None:
    alone = [messages(range(limit, limit + 1)) for limit in range(8)]
    assert alone[1] and not alone[7]
    assert messages(range(8)) == set().union(*alone)


def test_further_rules_that_count_alike_cost_little() -> None:
    calls = []
    for many in (1, 11, 21):
        with counted() as steps:
            lint_text(text(range(100, 100 + many)), "t.p2c", Path(), counterexamples=False)
        calls.append(steps.moves)
    one, eleven, more = calls
    assert more - eleven == eleven - one < 10 * one


def test_a_move_is_worked_out_once_for_the_same_objects() -> None:
    tallies = Tallying(Event("contact", True), (0,))
    asked: list[object] = []

    def moved(tally: object, by: object) -> tuple[object, object]:
        asked.append(tally)
        return tally, by

    one, equal, by = [1], [1], object()
    assert tallies.once(moved, one, by) is tallies.once(moved, one, by)
    assert len(asked) == 1
    assert tallies.once(moved, equal, by)[0] is equal
    assert tallies.once(moved, one, object()) != tallies.once(moved, one, by)


def test_only_rules_about_one_event_and_the_same_keys_count_alike() -> None:
    pay = Event("pay", True)
    assert tallying(pay, (0,)) is tallying(Event("pay", True), (0,))
    assert len({tallying(e, p) for e, p in [(pay, (0,)), (pay, (1,)), (pay, (0, 1)), (Event("pay", False), (0,))]}) == 4


@pytest.mark.parametrize("keys", [1, 5, 127, 128, 129, 200])
def test_one_more_record_is_held_against_those_of_its_keys_alone(keys: int) -> None:
    records: PastEvents = NO_EVENTS
    for number in range(3 * keys):
        tests: frozenset[Fact] = frozenset(("eq", ("x", i), ("y", i)) for i in range(number % 4))
        new = PastEvent("e", (EventKey(slot(number % keys), TEXT_TYPE),), tests)
        assert _plus(records, new) == _least(records | {new})
        records = _plus(records, new)
