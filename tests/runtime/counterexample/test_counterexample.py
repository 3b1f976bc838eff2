"""The smallest run that breaks a rule, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.analysis import analyze
from p2c_dsl.diagnostics.model import Counterexample
from p2c_dsl.program import Program
from p2c_dsl.resolve import load
from p2c_dsl.rules import read_rules
from p2c_dsl.runtime.counterexample import WORK, SearchResult, find
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.runtime.texts import program

UNALIGNED = Path(__file__).parents[3] / "examples" / "dinner" / "unaligned.p2c"


def broken(found: Program, text: str) -> Counterexample | None:
    """A run that breaks the rule of that text."""
    [rule] = [r for r in read_rules(found.spec, found.task)[0] if r.text == text]
    return find(found, rule).counterexample


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

    @pytest.mark.parametrize("rule", ["identify_overlap before reserve", "book_table.restaurant from identify_overlap"])
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
    example = broken(of("at most 1 erase per Item", "for x in xs:\n    delete(x)"), "at most 1 erase per Item")
    assert example is not None
    assert example.inputs == (("xs", "[item#1, item#1]"),)


def test_a_limit_is_exceeded_by_as_little_as_that_takes() -> None:
    example = broken(of("at most 9 erase", "for x in xs:\n    delete(x)"), "at most 9 erase")
    assert len(told(example)) == 10


def test_what_is_missing_at_the_end_is_told_there() -> None:
    example = broken(of("at least 1 erase", "for x in xs:\n    delete(x)"), "at least 1 erase")
    assert example is not None
    assert example.inputs == (("xs", "[]"),)
    assert told(example) == ["the run ends: `erase` has not happened, but the rule requires it at least once"]


def test_a_loop_can_be_what_offends() -> None:
    body = "ys = items()\nfor y in ys:\n    delete(y)\nfor y in ys:\n    delete(y)"
    example = broken(of("shape tree", body), "shape tree")
    *_, last = told(example)
    assert "would be consumed a second time" in last


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


class TestRecordsThatDiffer:
    """Two records of a run never look alike: people see where they differ, other tools see all of both."""

    EXAMPLE = """
record Ticket:
    id: Text
    title: Text
    body: Text
effect answer(Ticket)
subtask reply(ticket: Ticket):
    does answer(ticket)
task t(tickets: Set[Ticket]):
    at most 1 answer
compose t(tickets):
    for ticket in tickets:
        reply(ticket)
"""

    def test_in_short(self) -> None:
        example = broken(program(self.EXAMPLE), "at most 1 answer")
        assert example is not None and example.brief is not None
        one, other = told(example.brief)
        assert one != other and "…" in one and "…" in other

    def test_in_full(self) -> None:
        example = broken(program(self.EXAMPLE), "at most 1 answer")
        assert example is not None
        for text in (*told(example), *(value for _, value in example.inputs)):
            assert "id=" in text and "title=" in text and "body=" in text and "…" not in text


def shared(depth: int) -> str:
    """Records each of which holds the next one twice: 2 to the power of `depth` parts."""
    records = "".join(f"record R{i}:\n    a: R{i + 1}\n    b: R{i + 1}\n" for i in range(depth))
    return f"{records}record R{depth}:\n    item: Item\n"


def chain(length: int) -> str:
    """Records each of which holds the next one."""
    records = "".join(f"record R{i}:\n    a: R{i + 1}\n" for i in range(length))
    return f"{records}record R{length}:\n    item: Item\n"


class TestWorlds:
    """A search has a bound whatever the spec says, and tells how far it went."""

    @staticmethod
    def search(declarations: str, body: str, inputs: str = "", names: str = "", work: int = WORK) -> SearchResult:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        found = program(f"{SPEC}{declarations}task t({inputs}):\n    at most 0 erase\ncompose t({names}):\n{lines}\n")
        [rule] = read_rules(found.spec, found.task)[0]
        return find(found, rule, work)

    @pytest.mark.parametrize(
        ("declarations", "of"),
        [
            (shared(28), "R0"),
            (shared(15), "R0"),
            (chain(500), "R0"),
            ("", "List[Item] >= 200000"),
            ("", "Set[Item] >= 999999999"),
            ("", "Map[Item, Item] >= 999999999"),
            ("", "Set[Bool] >= 5000"),
            ("", "List[List[Item] >= 60] >= 60"),
        ],
        ids=["shared 28", "shared 15", "chain", "list", "set", "map", "set of two", "nested"],
    )
    @pytest.mark.parametrize("where", ["input", "result", "inner result"])
    def test_values_too_large_to_be_made_are_not_made(self, declarations: str, of: str, where: str) -> None:
        make = f"subtask make() -> {of}\nsubtask make_inner() -> Optional[List[{of}] >= 1]\n"
        body = {
            "input": "delete(i)",
            "result": "x = make()\ndelete(i)",
            "inner result": "x = make_inner()\ndelete(i)",
        }
        inputs, names = (f"i: Item, x: {of}", "i, x") if where == "input" else ("i: Item", "i")
        search = self.search(declarations + make, body[where], inputs, names)
        assert search.spent <= WORK + 2_000
        if where != "inner result":
            assert search.counterexample is None and search.tried == 0

    def test_a_lower_bound_within_reach_is_met(self) -> None:
        search = self.search("", "for x in xs:\n    delete(x)", "xs: List[Item] >= 50", "xs")
        assert search.counterexample is not None
        assert search.counterexample.inputs[0][1].count("item#") == 50

    def test_a_search_in_vain_counts_the_worlds_that_it_tried(self) -> None:
        search = self.search("", "ring()")
        assert search.counterexample is None
        assert search.tried > 0

    def test_less_work_is_fewer_worlds(self) -> None:
        few, none = self.search("", "ring()", work=40), self.search("", "ring()", work=0)
        assert 0 < few.tried < self.search("", "ring()").tried
        assert (none.tried, none.spent) == (0, 0)

    def test_a_run_without_end_in_sight_is_cut_short(self) -> None:
        calls = "\n".join("ring()" for _ in range(3_000))
        assert self.search("", calls).tried == 0
