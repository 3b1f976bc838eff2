"""Estimates where loops are open: what rules forbid in them, and what they give to the accumulators that wait."""

from __future__ import annotations

import pytest

from p2c_dsl.planners.lines.pattern import NEVER
from tests.planners.anytime.test_goals_guidance import about, at, named

ONCE_EACH = """\
type Visit
type Member
type Car
subtask greet(member: Member)
subtask choose(visit: Visit) -> Car
task job(members: Set[Member], visits: Set[Visit] <= 20) -> Map[Visit, Car]:
    at most {limit}
    at least 1 greet per Member in members
"""


@pytest.mark.parametrize("limit", ["1 choose per visit", "20 choose"])
def test_what_may_not_happen_in_an_open_loop_does_not_fill_its_accumulator(limit: str) -> None:
    text = ONCE_EACH.format(limit=limit)
    # In the loop over the members, the same visit would get a car for each of them.
    space, node = at(text, "    table = {}", "    for member in members:")
    view, _ = space.relaxed_plans.at(node)
    assert view.situation.barred == {"choose"}
    wrong = about(text, "    table = {}", "    for member in members:", "        greet(member)")
    right = about(text, "    for member in members:", "        greet(member)", "    table = {}")
    assert wrong > right


def test_a_loop_over_what_differs_bars_nothing() -> None:
    space, node = at(ONCE_EACH.format(limit="1 choose per visit"), "    table = {}", "    for visit in visits:")
    assert space.relaxed_plans.at(node)[0].situation.barred == frozenset()


def test_the_loop_that_gives_something_for_an_accumulator_comes_first() -> None:
    loops = [line for line in named(ONCE_EACH.format(limit="1 choose per visit"), "    table = {}") if "for " in line]
    assert loops == ["    for visit in visits:", "    for member in members:"]


TWO_COLLECTIONS = """\
type Ticket
type Answer
type Survey
type Score
subtask read(ticket: Ticket) -> Answer
subtask sum_up(answers: Map[Ticket, Answer]) -> Survey
subtask rate(answer: Answer, survey: Survey) -> Score
task job(tickets: Set[Ticket]) -> Map[Ticket, Score]:
    loops <= 1
"""


def test_one_collection_is_filled_in_the_open_loop_and_the_other_later() -> None:
    # Both are maps, and what is open can become either, but not both.
    assert about(TWO_COLLECTIONS, "    table = {}", "    for ticket in tickets:") < about(TWO_COLLECTIONS)


UNDER_A_KEY = """\
type Farm
type Crop
type Field
subtask list_crops(farm: Farm) -> Map[{key}, Crop]
subtask sow(crop: Crop)
task job(farm: Farm):
    at least 1 sow
"""


def test_a_look_up_needs_a_key() -> None:
    space, node = at(UNDER_A_KEY.format(key="Farm"))
    assert space.relaxed_plans.of(node).calls == {"list_crops", "sow"}
    # The fields are only known in a loop over the map, which may be empty.
    assert about(UNDER_A_KEY.format(key="Field")) == NEVER


SAME_KEY = """\
type File
subtask back_up(file: File)
subtask erase(file: File)
task job(file: File, files: Set[File]):
    back_up before erase per File
    at least 1 erase per File in files
"""


def test_what_comes_before_is_done_with_the_key_that_is_due() -> None:
    # The file is none of those that are to be erased.
    assert about(SAME_KEY, "    back_up(file)") == about(SAME_KEY)
    in_the_loop = "    for file2 in files:", "        back_up(file2)"
    assert about(SAME_KEY, *in_the_loop) < about(SAME_KEY, in_the_loop[0])


NOT_IN_ONE_LOOP = """\
type Sample
subtask tag(sample: Sample)
subtask is_done(sample: Sample) -> Bool
subtask publish(sample: Sample)
task job(samples: Set[Sample]):
    no tag after publish
    exactly 1 tag per Sample in samples
    exactly 1 is_done per Sample in samples
    is_done(sample) then publish
"""


def test_what_is_tested_in_a_loop_where_it_cannot_be_acted_on_is_lost() -> None:
    # A sample that is published forbids to tag the next one, and the answer is not known in another loop.
    tagged = "    for sample in samples:", "        tag(sample)"
    assert about(NOT_IN_ONE_LOOP, *tagged, "        answer = is_done(sample)") > about(NOT_IN_ONE_LOOP, *tagged)


FORBIDS_ITSELF = """\
type Part
effect deliver
subtask make() -> Part
subtask ship(part: Part):
    does deliver
task job(parts: Set[Part] >= 1 <= 8):
    at least 1 deliver
    no ship after deliver
"""


def test_a_call_that_forbids_itself_takes_nothing_that_is_in_a_loop() -> None:
    # In a loop over the parts, it would happen again.
    space, node = at(FORBIDS_ITSELF)
    assert space.relaxed_plans.of(node).calls == {"make", "ship"}


UNRELATED = """\
type Guest
type Room
subtask greet(guest: Guest)
subtask clean(room: Room)
subtask rooms_of(guest: Guest) -> Set[Room] >= 1
task job(guests: Set[Guest] >= 1, rooms: Set[Room] >= 1):
    at least 1 greet
    at least 1 clean
"""


def test_a_loop_in_a_loop_that_has_nothing_to_do_with_it_looks_worse() -> None:
    greeted = "    for guest in guests:", "        greet(guest)"
    beside = about(UNRELATED, *greeted, "    for room in rooms:")
    inside = about(UNRELATED, *greeted, "        for room in rooms:")
    assert inside > beside
    own = about(UNRELATED, *greeted, "        rooms2 = rooms_of(guest)", "        for room in rooms2:")
    assert own < inside


ONE_FIRST = """\
type Mail
type Alarm
subtask file(mail: Mail)
subtask ring(mail: Mail) -> Alarm
subtask report(alarms: List[Alarm] >= 1)
task job(mails: Set[Mail] >= 1):
    {rule}at least 1 file
    at least 1 report
"""


def test_what_waits_for_calls_that_others_come_before_is_not_begun_too_early() -> None:
    free, ordered = ONE_FIRST.format(rule=""), ONE_FIRST.format(rule="no file after ring\n    ")
    # The loop that fills the list has to be the next one, and then nothing could be filed any more.
    assert about(free, "    items = []") < about(free)
    assert about(ordered, "    items = []") > about(ordered)
    filed = "    for mail in mails:", "        file(mail)"
    assert about(ordered, *filed, "    items = []") < about(ordered, *filed)
