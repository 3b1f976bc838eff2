"""What is known to complete one node completes another, without what is no longer needed there."""

from __future__ import annotations

from itertools import pairwise

import pytest

from p2c_dsl.planners import Automaton
from p2c_dsl.planners.completion.adapt import Adaptation, Completion, Planned
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import NEVER, Line
from tests.planners.tiny import spec_of

SPEC = """
type User
type Note
effect asked(User)
effect told
subtask ask(user: User) -> Note:
    does asked(user)
subtask guess(user: User) -> Note:
    does asked(user)
subtask recall(user: User) -> Note
subtask tell(user: User):
    does told
subtask keep(notes: Map[User, Note])
task gather(users: Set[User], user: User):
    at most 1 asked per User
    at most 1 told
"""
IN_LOOP = ("table = {}", "for user2 in users:")


@pytest.fixture
def automaton() -> Automaton:
    return Automaton(*spec_of(SPEC), 60)


def written(automaton: Automaton, node: Node, *texts: str) -> list[Line]:
    """Some lines after a node."""
    lines = list[Line]()
    for text in texts:
        lines.append(next(line for line in automaton.completions.lines.after(node) if show(line) == text))
        node = lines[-1].node
    return lines


def show(line: Line) -> str:
    return "".join(line.words).strip()


def after(automaton: Automaton, *texts: str) -> Node:
    """The node after the first lines of a composition."""
    return [automaton.start.node, *(line.node for line in written(automaton, automaton.start.node, *texts))][-1]


def completion(automaton: Automaton, node: Node, *texts: str) -> Completion:
    """Some lines as the known completion of a node."""
    lines = written(automaton, node, *texts)
    nodes = (node, *(line.node for line in lines))
    pairs = zip(pairwise(nodes), lines, strict=True)
    return tuple(Planned(here.depth - of.closes, of.move, of.words[0], of.cost) for (here, _), of in pairs)


def adapted(automaton: Automaton, node: Node, text: str, known: Completion, limit: int = NEVER) -> list[str] | None:
    """The first words of the completion after a line, made from the one that is known before it."""
    (line,) = written(automaton, node, text)
    lines = Adaptation(automaton.machine, automaton.completions.lines).adapted(node, line, known, limit)
    return None if lines is None else [planned.opening.strip() for planned in lines]


def test_a_write_into_what_is_filled_by_now_is_left_out(automaton: Automaton) -> None:
    node = after(automaton, *IN_LOOP)
    known = completion(automaton, node, "table[user2] = ask(user2)", "keep(table)")
    assert adapted(automaton, node, "table[user2] = guess(user2)", known) == ["keep("]


def test_what_follows_a_write_that_is_left_out_finds_its_own_variables(automaton: Automaton) -> None:
    node = after(automaton, *IN_LOOP)
    lines = ("table[user2] = ask(user2)", "note = recall(user2)", "table[user] = note", "keep(table)")
    known = completion(automaton, node, *lines)
    found = adapted(automaton, node, "table[user2] = guess(user2)", known)
    assert found == ["note =", "table[", "keep("]


def test_a_write_that_is_still_needed_is_made_in_another_way(automaton: Automaton) -> None:
    node = after(automaton, *IN_LOOP)
    known = completion(automaton, node, "table[user2] = ask(user2)", "keep(table)")
    found = adapted(automaton, node, "note = ask(user2)", known)
    assert found is not None and found[0] == "table["


def test_a_call_without_a_result_that_is_objected_to_is_left_out(automaton: Automaton) -> None:
    known = completion(automaton, automaton.start.node, "tell(user)", "note = recall(user)")
    assert adapted(automaton, automaton.start.node, "tell(user)", known) == ["note ="]
    once_more = completion(automaton, automaton.start.node, "note = recall(user)", "tell(user)")
    assert adapted(automaton, automaton.start.node, "tell(user)", once_more) == ["note ="]


def test_what_waits_for_a_write_is_filled_at_the_end_of_a_known_loop(automaton: Automaton) -> None:
    node = after(automaton, "table = {}")
    known = completion(automaton, node, "for user2 in users:", "table[user2] = ask(user2)", "keep(table)")
    found = adapted(automaton, node, "items = []", known)
    assert found == ["for user2 in", "table[", "items.append(", "keep("]


def test_a_loop_that_was_there_for_writes_that_are_made_by_now_is_left_out(automaton: Automaton) -> None:
    first = after(automaton, "table = {}")
    known = completion(automaton, first, "for user2 in users:", "table[user2] = user2", "tell(user)")
    (loop, write) = written(automaton, first, "for user2 in users:", "table[user2] = user")
    adaptation = Adaptation(automaton.machine, automaton.completions.lines)
    rest = adaptation._repeated(write.node, Node(first.state, False), known)
    assert loop.node.depth == 1
    assert rest is not None and [planned.opening.strip() for planned in rest] == ["tell("]


def test_what_is_not_needed_is_left_out_where_there_is_no_room_for_it(automaton: Automaton) -> None:
    node = after(automaton, *IN_LOOP)
    known = completion(automaton, node, "table[user2] = user2", "tell(user)")
    assert adapted(automaton, node, "table[user2] = user", known) == ["table[", "tell("]
    assert adapted(automaton, node, "table[user2] = user", known, limit=4) == ["tell("]


def test_a_sibling_s_completion_serves(automaton: Automaton) -> None:
    node = after(automaton, *IN_LOOP)
    (line,), (sibling,) = (written(automaton, node, f"table[user2] = {name}(user2)") for name in ("guess", "ask"))
    (other,) = written(automaton, automaton.start.node, "tell(user)")
    known = completion(automaton, sibling.node, "keep(table)")
    adaptation = Adaptation(automaton.machine, automaton.completions.lines)
    assert adaptation.of_sibling(sibling.node, line, known) == known
    assert adaptation.of_sibling(sibling.node, other, known) is None, "it stands in another block"


LOOK_UP = """\
type User
type Place
type Note
subtask find(place: Place) -> Note
task t(users: Set[User] >= 1 <= 3, place: Place) -> Note:
    return from find
    steps <= 8
"""


def test_a_look_up_is_not_repeated_where_the_map_has_other_keys() -> None:
    automaton = Automaton(*spec_of(LOOK_UP), 60)
    node = after(automaton, "table = {}", "for user in users:")
    known = completion(automaton, node, "table[place] = find(place)", "return table[place]")
    (same,) = written(automaton, node, "table[place] = find(place)")
    (other,) = written(automaton, node, "table[user] = find(place)")
    adaptation = Adaptation(automaton.machine, automaton.completions.lines)
    assert adaptation.adapted(node, same, known) is not None
    assert adaptation.adapted(node, other, known) is None


IDLE = """\
type User
type Place
type Note
subtask find(place: Place) -> Note
task t(users: Set[User] >= 1 <= 3, place: Place) -> Map[User, Place]:
    steps <= 8
"""


def test_whether_a_loop_is_idle_is_asked_of_the_accumulators_of_this_place() -> None:
    automaton = Automaton(*spec_of(IDLE), 60)
    known = completion(
        automaton, after(automaton), "table = {}", "for user in users:", "table[user] = place", "return table"
    )
    found = adapted(automaton, after(automaton), "note = find(place)", known)
    assert found == ["table =", "for user in", "table[", "return"]


def test_what_was_an_accumulator_behind_another_line_need_not_be_one_here() -> None:
    automaton = Automaton(*spec_of(IDLE), 60)
    (sibling,), (line,) = (written(automaton, after(automaton), t) for t in ("table = {}", "note = find(place)"))
    known = completion(automaton, sibling.node, "for user in users:", "table[user] = place", "return table")
    assert Adaptation(automaton.machine, automaton.completions.lines).of_sibling(sibling.node, line, known) is None
