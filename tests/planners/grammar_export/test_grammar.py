"""The exported grammar: every accepted composition is in it, and what it can tell apart is kept out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("llguidance")

from llguidance import LLMatcher, LLTokenizer

from p2c_dsl.planners import Automaton, RandomPlanner, SearchPlanner, Unplannable
from p2c_dsl.planners.grammar_export.grammar import spec_to_gbnf, spec_to_lark
from p2c_dsl.planners.random import walk
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from tests.planners.forms import at_most, domain, emitted
from tests.properties.soundness import random_case

BYTES = LLTokenizer("byte")
Writes = Callable[[str], bool]

ALIGNED = """\
compose book_dinner(users):
    table = {}
    for user in users:
        table[user] = ask_preference(user)
    restaurant = identify_overlap(table)
    book_table(restaurant)
"""
# Stems and subtasks that begin like keywords and like each other; names in other scripts; quotes in docstrings.
HOSTILE = '''
type A
type A2
type For
type ForThe
type Straße = Text
type Name名
enum Näher:
    """An "enum" with \\\\ in it."""
    é
constant größe: Straße = "\\"x\\" \\\\ // |"
subtask for_each(a: A) -> A2:
    """Say \\"hi\\" // or "a" | /b/ \\\\n."""
subtask else_if(a2: A2) -> For
subtask return_it(for_2: For) -> A
subtask 取る(n: Name名, s: Straße, k: Näher = Näher.é) -> Name名
subtask if_not(f: ForThe)
task t(a: A, n: Name名, fs: Set[ForThe])
'''


def writer(grammar: str) -> Writes:
    """Whether llguidance lets a text be written, whole."""
    compiled = LLMatcher.grammar_from_lark(grammar)
    assert LLMatcher.validate_grammar_with_warnings(compiled) == (False, [])

    def writes(text: str) -> bool:
        matcher, ids = LLMatcher(BYTES, compiled), list(text.encode())
        return bool(matcher.try_consume_tokens(ids) == len(ids) and matcher.is_accepting())

    return writes


def writer_of(name: str) -> Writes:
    loaded, task = domain(name)
    return writer(spec_to_lark(loaded.spec, task))


def resolved(text: str) -> tuple[Spec, Task]:
    loaded = load_text(text, "<spec>", Path())
    assert not loaded.diagnostics, loaded.diagnostics
    return loaded.spec, next(iter(loaded.spec.tasks.values()))


def with_rules(*rules: str) -> Writes:
    """Of a task with a truth, an optional and a collection, under some rules."""
    lines = "".join(f"    {rule}\n" for rule in rules)
    text = f"type A\nsubtask f(a: A)\ntask t(ok: Bool, maybe: Optional[A], xs: Set[A]){':' if rules else ''}\n"
    return writer(spec_to_lark(*resolved(text + lines)))


# ---------------------------------------------------------------- what is accepted is in it


@pytest.mark.parametrize(("name", "steps"), [("dinner", 6), ("deletion", 4), ("refunds", 3)])
def test_every_accepted_composition_of_a_domain_can_be_written(name: str, steps: int) -> None:
    loaded, task = domain(name)
    writes = writer_of(name)
    for text in emitted(loaded.spec, task, steps).values():
        assert writes(text) and writes(text + "\n"), text


@pytest.mark.parametrize("name", ["dinner", "deletion", "refunds"])
def test_longer_ones_too(name: str) -> None:
    loaded, task = domain(name)
    writes = writer_of(name)
    plans = [RandomPlanner(seed, budget=30, effort=20).plan(loaded.spec, task) for seed in range(3)]
    for text in (*plans, *islice(SearchPlanner().plans(loaded.spec, task), 10)):
        assert writes(text), text


def walks(seed: int, steps: int, count: int) -> list[str]:
    """Random accepted compositions of a generated spec, and the spec's own grammar, checked against each other."""
    case = random_case(seed, rules=3)
    writes = writer(spec_to_lark(case.spec, case.task, deepest=steps))
    try:
        automaton = Automaton(case.spec, case.task, 10 * steps, [at_most(steps)], effort=20)
    except Unplannable:
        return []
    found = [walk(automaton, Random(number)) for number in range(count)]
    for text in found:
        assert writes(text), f"seed {seed}:\n{text}"
    return found


def test_accepted_compositions_of_generated_specs_can_be_written() -> None:
    assert sum(len(walks(seed, steps=4, count=3)) for seed in range(8)) >= 18


@pytest.mark.slow
def test_accepted_compositions_of_200_generated_specs_can_be_written() -> None:
    assert sum(len(walks(seed, steps=5, count=5)) for seed in range(200)) >= 800


def test_whatever_names_a_spec_has() -> None:
    spec, task = resolved(HOSTILE)
    writes = writer(spec_to_lark(spec, task))
    assert all(map(writes, emitted(spec, task, 2).values()))
    assert writes(
        "compose t(a, n, fs):\n    a22 = for_each(a)\n    for2 = else_if(a22)\n    a3 = return_it(for2)\n"
        "    items = []\n    name名 = 取る(n, größe, Näher.é)\n    for for_the in fs:\n        if_not(for_the)\n"
    )


def test_literals_stand_where_a_parameter_takes_them() -> None:
    text = (
        "type N = Text\nsubtask f(a: literal Text, b: literal Int, c: literal Bool, d: Optional[N], e: N)\n"
        "task t(n: N)\n"
    )
    writes = writer(spec_to_lark(*resolved(text)))
    assert writes('compose t(n):\n    f("größer, (als)", -3, True, None, n)\n')
    for wrong in (
        '"a", 3, True, None, "b"',
        '"a", "3", True, None, n',
        '"a", 3, True, 1, n',
        '"a"b", 3, n, n, n',
    ):
        assert not writes(f"compose t(n):\n    f({wrong})\n"), wrong


# ---------------------------------------------------------------- what it tells apart


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("ask_preference(", "ask_preferences("),
        ("ask_preference(user)", "ask_preference()"),
        ("ask_preference(user)", "ask_preference(user, user)"),
        ("book_table(restaurant)", "book_table(identify_overlap(table))"),
        ("restaurant = ", ""),
        ("    book_table(", "    restaurant2 = book_table("),
        ("restaurant = ", "place = "),
        ("restaurant = ", "restaurant1 = "),
        ("(users)", "(guests)"),
        ("book_dinner", "book_lunch"),
        ("        table", "       table"),
        ("        table", "    table"),
        ("    book_table", "        book_table"),
        ("    restaurant = ", "  restaurant = "),
        (" = {}", "={}"),
        ("user in", "users in"),
        ("table[user] = ", "for restaurant in users:\n            table[user] = "),
        ("    book_table", "\n    book_table"),
        ("book_table(restaurant)\n", "book_table(restaurant)\n    return\n"),
        ("book_table(restaurant)\n", "book_table(restaurant"),
        ("    table = {}\n", "    # a table\n    table = {}\n"),
    ],
)
def test_what_is_kept_out(right: str, wrong: str) -> None:
    writes, altered = writer_of("dinner"), ALIGNED.replace(right, wrong)
    assert writes(ALIGNED) and altered != ALIGNED and not writes(altered)


def nested(openings: int, line: str) -> str:
    """A composition of `with_rules` with so many blocks around an innermost call."""
    lines = [f"{'    ' * (depth + 1)}{line}" for depth in range(openings)]
    return "\n".join(["compose t(ok, maybe, xs):", *lines, f"{'    ' * (openings + 1)}f(ok)\n"])


@pytest.mark.parametrize("line", ["for a in xs:", "if ok:", "if maybe is None:"])
@pytest.mark.parametrize("most", [0, 1, 2])
def test_blocks_nest_as_deep_as_the_rules_let_them(line: str, most: int) -> None:
    writes = with_rules(f"{'loops' if line.startswith('for') else 'branches'} <= {most}")
    assert [writes(nested(depth, line)) for depth in range(4)] == [depth <= most for depth in range(4)]


def test_where_no_rule_bounds_them_they_nest_three_deep() -> None:
    writes = with_rules()
    for line in ("for a in xs:", "if ok:"):
        assert [writes(nested(depth, line)) for depth in (3, 4)] == [True, False]


def test_a_sequence_has_no_branches() -> None:
    assert not with_rules("shape sequence")(nested(1, "if ok:"))
    assert with_rules("shape sequence")(nested(1, "for a in xs:"))


def test_an_else_stands_behind_a_positive_test_whose_arm_goes_on() -> None:
    writes, head = with_rules(), "compose t(ok, maybe, xs):\n"
    for condition, then, expected in (
        ("ok", "f(a)", True), ("maybe is not None", "f(a)", True), ("not ok", "f(a)", False),
        ("maybe is None", "f(a)", False), ("ok", "return", False),
    ):  # fmt: skip
        text = f"{head}    if {condition}:\n        {then}\n    else:\n        return\n    f(a)\n"
        assert writes(text) == expected, text


def test_a_task_with_a_result_ends_with_its_return() -> None:
    writes = writer(spec_to_lark(*resolved("type A\nsubtask f() -> A\ntask t() -> Optional[A]\n")))
    head = "compose t():\n"
    assert writes(f"{head}    a = f()\n    return a\n") and writes(f"{head}    return None\n")
    for body in ("    a = f()\n", "    return\n", "    return a\n    a = f()\n"):
        assert not writes(head + body), body


def test_nothing_is_left_where_no_subtask_can_be_called() -> None:
    with pytest.raises(ValueError, match="no subtask can be called"):
        spec_to_lark(*resolved("type A\nsubtask f(a: A)\ntask t()\n"))


def test_a_rule_that_cannot_be_read_is_not_left_out() -> None:
    loaded = load_text("subtask f()\ntask t():\n    loop <= 1\n", "<spec>", Path())
    with pytest.raises(ValueError, match="`loop <= 1` is not a rule"):
        spec_to_lark(loaded.spec, loaded.spec.tasks["t"])


# ---------------------------------------------------------------- the other dialect


def as_pattern(gbnf: str) -> re.Pattern[str]:
    """A grammar in GBNF as one regular expression: no rule of ours leads back to itself."""
    rules = dict(line.split(" ::= ", 1) for line in gbnf.splitlines())

    def replaced(part: re.Match[str]) -> str:
        if part["text"] is not None:
            return re.escape(json.loads(part["text"]))
        return part["set"] or (f"(?:{expanded(part['name'])})" if part["name"] else part["other"].strip(" "))

    def expanded(name: str) -> str:
        return re.sub(
            r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<set>\[[^]]*\])|(?P<name>[A-Za-z]\w*)|(?P<other>.)',
            replaced,
            rules[name],
        )

    return re.compile(expanded("root"))


@pytest.mark.parametrize("spec", ["dinner", "deletion", HOSTILE])
def test_gbnf_says_the_same_as_lark(spec: str) -> None:
    resolved_spec, task = resolved(spec) if spec == HOSTILE else (domain(spec)[0].spec, domain(spec)[1])
    writes = writer(spec_to_lark(resolved_spec, task, deepest=1))
    pattern = as_pattern(spec_to_gbnf(resolved_spec, task, deepest=1))
    random = Random(0)
    for text in islice(SearchPlanner().plans(resolved_spec, task), 2):
        cut = (text[:at] + text[at + random.randrange(1, 5) :] for at in range(0, len(text), 2))
        for candidate in (text, text[:-1], *cut):
            assert (pattern.fullmatch(candidate) is not None) == writes(candidate), candidate
        assert writes(text)


@pytest.mark.parametrize("name", ["dinner", "deletion", "refunds"])
def test_the_two_dialects_differ_in_patterns_alone(name: str) -> None:
    loaded, task = domain(name)
    lark, gbnf = spec_to_lark(loaded.spec, task), spec_to_gbnf(loaded.spec, task)
    as_lark = gbnf.replace("root ::=", "start:").replace(" ::=", ":")
    differing = [a for a, b in zip(lark.splitlines(), as_lark.splitlines(), strict=True) if a != b]
    assert differing == ["NUMBER: /[2-9]|[1-9][0-9]/"]


def test_the_python_on_the_page_about_grammars_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[3]
    monkeypatch.chdir(root)
    blocks = re.findall(r"^```python\n(.*?)^```", (root / "docs/grammar.md").read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "grammar.md", "exec"), names)
    assert len(blocks) == 3
