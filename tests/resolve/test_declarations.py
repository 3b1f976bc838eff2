"""From declarations to a spec. What is refused stands in `tests/mdtest/spec_*.md`; here is what comes out."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from p2c_dsl.resolve import Loaded, load_text
from p2c_dsl.resolve.types import MOST_CHAINED
from p2c_dsl.spec import EnumMember, KeyPath
from p2c_dsl.types import TEXT, UNKNOWN, Enum, ListOf, NewType, Nominal, Optional, Record, SetOf, Size


def loaded(text: str) -> Loaded:
    return load_text(text, "spec.p2c", Path())


def codes(text: str) -> list[str]:
    return [d.code for d in loaded(text).diagnostics]


# ---------------------------------------------------------------- what comes out


def test_types_are_resolved_whatever_their_order() -> None:
    spec = loaded("type Cafe < Bistro\ntype Bistro < Place\ntype Place\ntype Mail = literal Text\n").spec
    assert spec.types["Cafe"] == Nominal("Cafe", Nominal("Bistro", Nominal("Place")))
    assert spec.types["Mail"] == NewType("Mail", TEXT, literal=True)


def test_records_may_contain_themselves_through_a_collection() -> None:
    spec = loaded("record Tree:\n    children: List[Tree] <= 2\n    parent: Optional[Tree]\n").spec
    tree = Record("Tree")
    assert spec.records["Tree"] == {"children": ListOf(tree, Size(0, 2)), "parent": Optional(tree)}


def test_a_subtask_keeps_its_contract() -> None:
    spec = loaded(
        "type User\nenum Via:\n    mail\nrecord Order:\n    owner: User\neffect contact(User)\n"
        "subtask ask(orders: Set[User] >= 1, order: Order, via: Via = Via.mail, note: literal Text = 'a') -> Via:\n"
        "    'Ask.'\n    may contact(order.owner)\n    cost 4\n"
    ).spec
    ask = spec.subtasks["ask"]
    assert ask.parameters[0].type == SetOf(Nominal("User"), Size(1, None))
    assert (ask.required, ask.cost, ask.doc, ask.result) == (2, 4, "Ask.", Enum("Via", ("mail",)))
    assert ask.parameters[2].default == EnumMember("Via", "mail")
    assert [p.literal for p in ask.parameters] == [False, False, False, True]
    (use,) = ask.effects
    assert use.effect is spec.effects["contact"]
    assert (use.arguments, use.certain) == ((KeyPath(1, ("owner",)),), False)


def test_a_task_keeps_its_rules_and_constants_and_the_spec_its_own() -> None:
    spec = loaded("rules:\n    loops <= 1\ntask go():\n    constant most: Int = 3\n    steps <= 4\n").spec
    task = spec.tasks["go"]
    assert [[t.text for t in r.tokens] for r in spec.rules_of(task)] == [
        ["loops", "<=", "1"],
        ["steps", "<=", "4"],
    ]
    assert spec.constants_of(task)["most"].value == 3


# ---------------------------------------------------------------- one slip is told once


def test_an_unknown_type_is_not_told_again_where_it_is_used() -> None:
    text = "effect e(Usr)\nconstant c: Int = 1\nsubtask f(u: Int):\n    does e(u)\n"
    assert codes(text) == ["P2C138"]
    assert loaded(text).spec.effects["e"].keys == (UNKNOWN,)


@pytest.mark.parametrize(
    "text",
    [
        "type A = Txt\nconstant c: A = 3\n",
        "record R:\n    a: Txt\neffect e(Int)\nsubtask f(r: R):\n    does e(r.a.b.c)\n",
        "subtask f(x: List[Txt] <= 3, y: Map[Txt, Int], z: Optional[Txt] = 4)\n",
        "type A < B\ntype B < A\nsubtask f(a: A, b: B)\n",
    ],
    ids=["new type", "field", "arguments", "circle"],
)
def test_what_follows_from_an_error_is_not_told(text: str) -> None:
    assert len(set(loaded(text).diagnostics)) == len(codes(text))
    assert set(codes(text)) <= {"P2C138", "P2C206"}


def test_the_closest_name_is_suggested() -> None:
    (diagnostic,) = loaded("type Restaurant\neffect reserve(Restaurnt)\n").diagnostics
    assert diagnostic.help == "did you mean `Restaurant`?"


# ---------------------------------------------------------------- extremes


@pytest.mark.parametrize("order", [1, -1], ids=["parents first", "children first"])
@pytest.mark.parametrize("sign", ["<", "="])
def test_long_chains_of_types_are_told_once(sign: str, order: int) -> None:
    lines = [
        f"type T0{' = Text' * (sign == '=')}\n",
        *(f"type T{i} {sign} T{i - 1}\n" for i in range(1, 1000)),
    ]
    assert codes("".join(lines[::order])) == ["P2C207"]


def test_chains_up_to_the_bound_are_fine() -> None:
    lines = ["type T0\n", *(f"type T{i} < T{i - 1}\n" for i in range(1, MOST_CHAINED))]
    assert codes("".join(lines)) == codes("".join(lines[::-1])) == []


def test_a_circle_of_a_thousand_types_is_told() -> None:
    assert set(codes("".join(f"type T{i} < T{(i + 1) % 1000}\n" for i in range(1000)))) == {"P2C207"}


def test_a_circle_of_five_thousand_records_is_told_once() -> None:
    assert codes("".join(f"record R{i}:\n    r: R{(i + 1) % 5000}\n" for i in range(5000))) == ["P2C206"]


def test_deep_types_are_no_crash() -> None:
    assert codes(f"subtask f(x: {'List[' * 30}Int{']' * 30})\n") == []
    assert codes(f"subtask f(x: {'List[' * 3000}Int{']' * 3000})\n") == ["P2C109"]


def test_a_flood_of_unknown_names_is_quick() -> None:
    text = "".join(f"type Known{i}\nsubtask f{i}(x: Unknown{i})\n" for i in range(5000))
    started = time.perf_counter()
    assert len(codes(text)) == 5000
    assert time.perf_counter() - started < 5
