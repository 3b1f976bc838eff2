"""The smallest run that breaks a rule, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.analysis import analyze
from p2c_dsl.diagnostics.model import Counterexample
from p2c_dsl.program import Program
from p2c_dsl.resolve import load
from p2c_dsl.rules import read_rules
from p2c_dsl.runtime.counterexample import find
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.runtime.texts import program

UNALIGNED = Path(__file__).parents[2] / "examples" / "dinner" / "unaligned.p2c"


def broken(found: Program, text: str) -> Counterexample | None:
    """A run that breaks the rule of that text."""
    [rule] = [r for r in read_rules(found.spec, found.task)[0] if r.text == text]
    return find(found, rule)


def told(example: Counterexample | None) -> list[str]:
    assert example is not None
    return [step.text for step in example.steps]


class TestFigureOne:
    @staticmethod
    def unaligned() -> Program:
        loaded = load(UNALIGNED)
        [compose] = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
        found = analyze(loaded.spec, compose, loaded.root.source).program
        assert found is not None
        return found

    def test_one_guest_with_two_favourites_books_twice(self) -> None:
        example = broken(self.unaligned(), "exactly 1 reserve")
        assert example is not None
        assert example.inputs == (("users", "{user#1}"),)
        assert told(example) == [
            "ask_preference(user#1) -> {restaurant#1, restaurant#2}",
            "book_table(restaurant#1)",
            "book_table(restaurant#2)",
        ]

    @pytest.mark.parametrize(
        "rule", ["identify_overlap before reserve", "book_table.restaurant from identify_overlap"]
    )
    def test_one_guest_is_enough_for_order_and_provenance(self, rule: str) -> None:
        assert told(broken(self.unaligned(), rule)) == [
            "ask_preference(user#1) -> {restaurant#1}",
            "book_table(restaurant#1)",
        ]

    def test_the_last_step_offends_and_each_has_its_place(self) -> None:
        example = broken(self.unaligned(), "exactly 1 reserve")
        assert example is not None
        assert [s.offending for s in example.steps] == [False, False, True]
        places = [s.location for s in example.steps]
        lines = [p.source.position(p.span.start).line for p in places if p is not None]
        assert lines == [6, 8, 8]


SPEC = """
type Item
effect erase(Item)
effect alarm()
subtask items() -> List[Item]
subtask delete(item: Item):
    does erase(item)
subtask ring():
    may alarm()
"""


def of(rule: str, body: str, parameters: str = "xs: List[Item]") -> Program:
    name = parameters.split(":")[0]
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return program(f"{SPEC}\ntask t({parameters}):\n    {rule}\ncompose t({name}):\n{lines}\n")


def test_equal_elements_of_a_list_are_found() -> None:
    example = broken(
        of("at most 1 erase per Item", "for x in xs:\n    delete(x)"), "at most 1 erase per Item"
    )
    assert example is not None
    assert example.inputs == (("xs", "[item#1, item#1]"),)


def test_a_limit_is_exceeded_by_as_little_as_that_takes() -> None:
    example = broken(of("at most 9 erase", "for x in xs:\n    delete(x)"), "at most 9 erase")
    assert len(told(example)) == 10


def test_what_is_missing_at_the_end_is_told_there() -> None:
    example = broken(of("at least 1 erase", "for x in xs:\n    delete(x)"), "at least 1 erase")
    assert example is not None
    assert example.inputs == (("xs", "[]"),)
    assert told(example) == ["the run ends: `erase` has not happened, but the rule wants it at least once"]


def test_a_loop_can_be_what_offends() -> None:
    body = "ys = items()\nfor y in ys:\n    delete(y)\nfor y in ys:\n    delete(y)"
    example = broken(of("shape tree", body), "shape tree")
    *_, last = told(example)
    assert "has been consumed before" in last


def test_what_may_happen_is_shown_to_happen() -> None:
    assert told(broken(of("at most 1 alarm", "ring()\nring()"), "at most 1 alarm")) == ["ring()", "ring()"]


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("at most 1 erase per Item", "for x in xs:\n    delete(x)"),
        ("at least 0 erase", "ring()"),
        ("items before erase", "ys = items()\nfor x in xs:\n    delete(x)"),
    ],
)
def test_a_rule_that_no_run_breaks_has_none(rule: str, body: str) -> None:
    assert broken(of(rule, body, "xs: Set[Item]"), rule) is None


def test_a_search_gives_the_same_each_time() -> None:
    found = of("at most 3 erase", "for x in xs:\n    for y in xs:\n        delete(y)")
    assert broken(found, "at most 3 erase") == broken(found, "at most 3 erase")
