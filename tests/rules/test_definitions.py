"""What rules mean, event by event: several calls may be open at a time, may fail, or may not say what they did."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from p2c_dsl import program
from p2c_dsl.rules import definition as meaning
from p2c_dsl.rules.approval import AskedAbout
from p2c_dsl.rules.at_least_per import ForEachElement
from p2c_dsl.rules.at_most_per import HowOftenPerKey
from p2c_dsl.rules.before import HappensFirst
from p2c_dsl.rules.check_then import FollowsAnswer
from p2c_dsl.rules.checks import Alternative, OwnArgument, ReadFor
from p2c_dsl.rules.cost import Spent
from p2c_dsl.rules.counted import HowOften
from p2c_dsl.rules.definition import (
    AnyDefinition,
    Approved,
    Broken,
    Completed,
    Failed,
    Given,
    Keys,
    Resulted,
    RunCall,
    RunEvent,
    Started,
)
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.no_after import HappensNoMore
from p2c_dsl.rules.not_both import NeverBoth
from p2c_dsl.rules.only_if import FoundOut
from p2c_dsl.rules.parts import Range, Waiver
from p2c_dsl.rules.then import HappensLater
from p2c_dsl.runtime.traced import Traced
from p2c_dsl.spec import Effect, EffectUse, KeyPath, Parameter, Subtask
from p2c_dsl.types import BOOL, TEXT
from tests.generators.specs import HERE

TO = Parameter("to", TEXT, HERE)
PAY, LOG = Effect("pay", (TEXT,), True, HERE), Effect("log", (), False, HERE)
DOES, MAY = EffectUse(PAY, (KeyPath(0),), True), EffectUse(PAY, (KeyPath(0),), False)
SEND = Subtask("send", (TO,), None, (DOES,), 2, "", HERE)
TRY = Subtask("try", (TO,), None, (MAY,), 0, "", HERE)
NOTE = Subtask("note", (), None, (EffectUse(LOG, (), True),), 0, "", HERE)
CHECK = Subtask("check", (TO,), BOOL, (), 0, "", HERE)
GET = Subtask("get", (TO,), TEXT, (), 0, "", HERE)
PAYS, LOGS = Event("pay", True), Event("log", True)


def datum(value: Hashable, answers: RunCall | None = None) -> Traced:
    return Traced(value, (value,), TEXT, answers=answers)


def call(number: int, subtask: Subtask, to: str | None = None) -> RunCall:
    keys: tuple[Keys | None, ...] = tuple((to,) if use.arguments else () for use in subtask.effects)
    return RunCall(number, subtask, () if to is None else (datum(to),), keys)


def start(of: RunCall) -> Started:
    return Started(of, frozenset())


def did(of: RunCall) -> Completed:
    return Completed(of, frozenset(range(len(of.subtask.effects))))


def did_not(of: RunCall) -> Completed:
    return Completed(of, frozenset())


def unreported(of: RunCall) -> Completed:
    return Completed(of, frozenset(), frozenset(range(len(of.subtask.effects))))


ONE, TWO = call(1, SEND, "ada"), call(2, SEND, "ada")
BEN, MAYBE, AGAIN, LOGGED = call(3, SEND, "ben"), call(4, TRY, "ada"), call(5, TRY, "ada"), call(6, NOTE)
ASKED = call(7, CHECK, "ada")
ONCE, ONCE_EACH = HowOften(PAYS, 0, 1), HowOftenPerKey(PAYS, 1, (0,))
FIRST, NO_MORE = HappensFirst(PAYS, LOGS), HappensNoMore(PAYS, LOGS)
ASKED_ABOUT = AskedAbout(PAYS)
CHECKED = FoundOut(PAYS, (Alternative("check", (0,), (OwnArgument("to"),)),))
CHECKED_READ = FoundOut(PAYS, (Alternative("check", (0,), (ReadFor("get", (0,), (OwnArgument("to"),)),)),))
READ, OTHER_READ = Resulted(call(8, GET, "ada"), datum("his")), Resulted(call(9, GET, "ben"), datum("his"))
HIS, ADA_S = (meaning.Tested(datum(True, call(10, CHECK, of)), program.Test.TRUE) for of in ("his", "ada"))


def keeps(definition: AnyDefinition, *events: RunEvent, completes: bool = False) -> bool:
    state = definition.start()
    try:
        for event in events:
            state = definition.step(state, event)
        if completes:
            definition.end(state)
    except Broken:
        return False
    return True


@pytest.mark.parametrize(
    ("definition", "events", "kept"),
    [
        (ONCE, (start(ONE), start(TWO)), False),
        (ONCE, (start(ONE), did(ONE)), True),
        (ONCE, (start(MAYBE), start(ONE)), False),
        (ONCE, (start(MAYBE), did_not(MAYBE), start(ONE)), True),
        (ONCE, (start(MAYBE), unreported(MAYBE), start(ONE)), False),
        (ONCE, (start(MAYBE), Failed(MAYBE), start(ONE)), False),
        (ONCE_EACH, (start(ONE), start(BEN)), True),
        (ONCE_EACH, (start(ONE), start(TWO)), False),
        (ONCE_EACH, (start(MAYBE), did_not(MAYBE), start(AGAIN)), True),
        (ONCE_EACH, (start(MAYBE), Failed(MAYBE), start(AGAIN)), False),
        (FIRST, (start(ONE), start(LOGGED)), False),
        (FIRST, (start(ONE), did(ONE), start(LOGGED)), True),
        (FIRST, (start(ONE), Failed(ONE), start(LOGGED)), False),
        (FIRST, (start(MAYBE), unreported(MAYBE), start(LOGGED)), False),
        (FIRST, (start(MAYBE), did(MAYBE), start(LOGGED)), True),
        (NO_MORE, (start(ONE), start(LOGGED)), False),
        (NO_MORE, (start(MAYBE), did_not(MAYBE), start(LOGGED)), True),
        (NO_MORE, (start(MAYBE), unreported(MAYBE), start(LOGGED)), False),
        (NO_MORE, (start(LOGGED), start(ONE)), True),
        (NeverBoth(PAYS, LOGS), (start(LOGGED), start(ONE)), False),
        (NeverBoth(PAYS, LOGS), (start(MAYBE), did_not(MAYBE), start(LOGGED)), True),
        (Spent(4), (start(ONE), start(TWO)), True),
        (Spent(3), (start(ONE), start(TWO)), False),
        (CHECKED, (start(ONE),), False),
        (ASKED_ABOUT, (start(ONE),), False),
        (ASKED_ABOUT, (start(MAYBE),), False),
        (ASKED_ABOUT, (start(LOGGED),), True),
        (ASKED_ABOUT, (Approved(ONE), start(ONE)), True),
        (ASKED_ABOUT, (Approved(ONE), start(TWO)), False),
        (ASKED_ABOUT, (Approved(ONE), start(call(1, SEND, "ben"))), False),
        (ASKED_ABOUT, (Approved(ONE), start(ONE), did(ONE), start(ONE)), False),
        (ASKED_ABOUT, (Approved(ONE), Approved(BEN), start(BEN), start(ONE)), True),
        (CHECKED, (meaning.Tested(datum(True, ASKED), program.Test.TRUE), start(ONE)), True),
        (CHECKED, (meaning.Tested(datum(False, ASKED), program.Test.FALSE), start(ONE)), False),
        (CHECKED, (meaning.Tested(datum(True, ASKED), program.Test.TRUE), start(BEN)), False),
        (CHECKED, (meaning.Tested(datum(True), program.Test.TRUE), start(ONE)), False),
        (CHECKED_READ, (READ, HIS, start(ONE)), True),
        (CHECKED_READ, (HIS, READ, start(ONE)), True),
        (CHECKED_READ, (HIS, start(ONE)), False),
        (CHECKED_READ, (READ, ADA_S, start(ONE)), False),
        (CHECKED_READ, (OTHER_READ, HIS, start(ONE)), False),
    ],
)
def test_the_event_that_breaks_a_rule(definition: AnyDefinition, events: tuple[RunEvent, ...], kept: bool) -> None:
    assert keeps(definition, *events) is kept
    assert keeps(definition, *events[:-1])


@pytest.mark.parametrize(
    ("events", "kept"),
    [
        ((start(ONE), did(ONE)), True),
        ((start(MAYBE), did(MAYBE)), True),
        ((start(MAYBE), unreported(MAYBE)), False),
        ((start(ONE), Failed(ONE)), False),
        ((start(LOGGED), did(LOGGED)), False),
    ],
)
def test_what_has_to_happen_is_looked_for_where_the_run_completes(events: tuple[RunEvent, ...], kept: bool) -> None:
    assert keeps(HowOften(PAYS, 1), *events)
    assert keeps(HowOften(PAYS, 1), *events, completes=True) is kept


def test_a_key_that_nobody_knows_may_be_any() -> None:
    anything = Subtask("x", (), None, (EffectUse(PAY, (None,), False, True),), 0, "", HERE)
    some, other = RunCall(8, anything, (), (None,)), RunCall(9, anything, (), (None,))
    assert not keeps(ONCE_EACH, start(some), start(ONE)) and not keeps(ONCE_EACH, start(some), start(other))
    assert not keeps(ONCE_EACH, start(ONE), start(some))
    assert keeps(HowOftenPerKey(PAYS, 2, (0,)), start(ONE), start(BEN), start(some))
    assert keeps(ONCE_EACH, start(some), did_not(some), start(ONE))


def resulted(of: RunCall, value: Hashable) -> Resulted:
    return Resulted(of, datum(value, of))


OWES = HappensLater(PAYS, asked=Event("note", False))
OWES_EACH = HappensLater(PAYS, (0,), asked=Event("send", False), places=(0,))
COVERED = ForEachElement(PAYS, 1, (0,), Range("who", TEXT, 0), None)
FOUND = ForEachElement(PAYS, 1, (0,), Range("check", TEXT), None)
AFTER_YES = FollowsAnswer("check", (0,), True, asked=PAYS, places=(0,))


@pytest.mark.parametrize(
    ("definition", "events", "kept"),
    [
        (OWES, (), True),
        (OWES, (did(ONE),), False),
        (OWES, (did(ONE), did(LOGGED)), True),
        (OWES, (did(LOGGED), did(ONE)), False),
        (OWES, (did_not(MAYBE),), True),
        (OWES, (unreported(MAYBE),), False),
        (OWES_EACH, (did(ONE),), False),
        (OWES_EACH, (did(MAYBE), did(TWO), did(BEN)), False),
        (COVERED, (Given("who", datum("ada")), did(ONE)), True),
        (COVERED, (Given("who", datum("ada")), did(BEN)), False),
        (COVERED, (Given("who", datum("ada")), unreported(MAYBE)), False),
        (COVERED, (Given("other", datum("ada")),), True),
        (FOUND, (did(ONE), did(ASKED), resulted(ASKED, "ada")), True),
        (FOUND, (did(ASKED), resulted(ASKED, "ben"), did(ONE)), False),
        (AFTER_YES, (did(ASKED), resulted(ASKED, True)), False),
        (AFTER_YES, (did(ASKED), resulted(ASKED, False)), True),
        (AFTER_YES, (did(ONE), did(ASKED), resulted(ASKED, True)), False),
        (AFTER_YES, (did(ASKED), resulted(ASKED, True), did(BEN), did(ONE)), True),
    ],
)
def test_what_is_owed_where_the_run_completes(
    definition: AnyDefinition, events: tuple[RunEvent, ...], kept: bool
) -> None:
    assert keeps(definition, *events)
    assert keeps(definition, *events, completes=True) is kept


def test_what_waives_does_so_for_its_key_or_for_the_run() -> None:
    def owes(waiver: Waiver) -> HappensLater:
        return HappensLater(PAYS, (0,), asked=Event("check", False), places=(0,), waiver=waiver)

    for_the_key, for_the_run = owes(Waiver(Event("try", False), (0,))), owes(Waiver(LOGS))
    assert keeps(for_the_key, did_not(MAYBE), did(ONE), completes=True)
    assert not keeps(for_the_key, did_not(MAYBE), did(BEN), completes=True)
    assert keeps(for_the_run, did(ONE), did(LOGGED), did(BEN), completes=True)
