"""How large, how distinct and how typed an accumulator is after what was written into it."""

from __future__ import annotations

from pathlib import Path

from rpds import HashTrieMap

from p2c_dsl.lint import lint_text
from p2c_dsl.machine.accumulators import rounds_of
from p2c_dsl.machine.facts import Facts
from p2c_dsl.machine.state import LoopFrame, State, Value
from p2c_dsl.types import BOTTOM, Size

SPEC = """
type User
type Vip < User
subtask ok(user: User) -> Bool
subtask vip(user: User) -> Vip
subtask friends(user: User) -> Set[User] <= 4
subtask use(xs: List[User])
subtask look(m: Map[User, Bool])
task t(users: Set[User] >= 2 <= 3, more: Set[User]):
"""


def told(body: str, rule: str = "shape dag") -> list[str]:
    """The codes that lint finds in a composition of the spec."""
    text = f"{SPEC}    {rule}\ncompose t(users, more):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return [d.code for d in lint_text(text, "t.p2c", Path(), counterexamples=False).diagnostics]


def calls_at_most(number: int, body: str) -> bool:
    """Whether `ok` is proved to be called no more often than that."""
    return told(body, f"at most {number} ok") == []


def test_a_list_has_as_many_elements_as_its_loop_has_rounds() -> None:
    body = "xs = []\nfor u in users:\n    xs.append(u)\nfor x in xs:\n    ok(x)"
    assert calls_at_most(3, body) and not calls_at_most(2, body)


def test_two_writes_a_round_make_twice_as_many() -> None:
    body = "xs = []\nfor u in users:\n    xs.append(u)\n    xs.append(u)\nfor x in xs:\n    ok(x)"
    assert calls_at_most(6, body) and not calls_at_most(5, body)


def test_nested_loops_multiply() -> None:
    body = "xs = []\nfor u in users:\n    for f in friends(u):\n        xs.append(f)\nfor x in xs:\n    ok(x)"
    assert calls_at_most(12, body) and not calls_at_most(11, body)


def test_a_write_in_one_arm_adds_to_the_most_and_not_to_the_least() -> None:
    body = "xs = []\nfor u in users:\n    if ok(u):\n        xs.append(u)\nfor x in xs:\n    vip(x)"
    assert told(body, "at least 1 vip") == ["P2C402"]
    assert told(body, "at most 3 vip") == []


def test_a_map_s_keys_differ_whatever_is_written() -> None:
    body = "m = {}\nfor u in users:\n    m[vip(u)] = ok(u)\nfor k in m:\n    friends(k)"
    assert told(body, "at most 1 friends per user") == []


def test_a_list_s_elements_differ_only_where_each_is_written_once() -> None:
    once = "xs = []\nfor u in users:\n    xs.append(u)\nfor x in xs:\n    vip(x)"
    again = "xs = []\nfor u in users:\n    xs.append(u)\n    xs.append(u)\nfor x in xs:\n    vip(x)"
    assert told(once, "at most 1 vip per user") == []
    assert told(again, "at most 1 vip per user") == ["P2C404"]


def test_reading_freezes() -> None:
    filled = "xs = []\nfor u in users:\n    xs.append(u)\n"
    assert told(filled + "use(xs)\nuse(xs)") == []
    assert told(filled + "use(xs)\nfor u in more:\n    xs.append(u)") != []


def test_the_rounds_of_nested_loops() -> None:
    def frame(low: int, high: int | None) -> LoopFrame:
        entry = State(HashTrieMap(), HashTrieMap(), (), 0, Facts(), (), ())
        return LoopFrame(entry, Value(0, BOTTOM, Size(low, high), False, ()), 0, None)

    assert rounds_of([]) == Size(1, 1)
    assert rounds_of([frame(2, 3), frame(0, 4)]) == Size(0, 12)
    assert rounds_of([frame(2, None), frame(3, 3)]) == Size(6, None)
    assert rounds_of([frame(0, 0), frame(0, None)]) == Size(0, 0)
