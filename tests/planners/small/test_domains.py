"""Generated tasks: each can be planned, its reference does what its docstring asks for, and few other plans do."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("llguidance")

from p2c_dsl.lint import lint_text
from p2c_dsl.planners import RandomPlanner, SearchPlanner
from p2c_dsl.planners.automaton.automaton import Automaton
from p2c_dsl.planners.automaton.resume import lexemes
from p2c_dsl.planners.small.domains import GeneratedDomain, domain, draw_families, unseen_domain
from p2c_dsl.planners.small.generator.families import FIRST, LAST, MAIN, RESULT
from p2c_dsl.planners.small.generator.fields import THEMES, UNSEEN_THEMES
from p2c_dsl.planners.small.generator.wording import Words
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_source

SOME = 24
FEW, LONGEST = 5, 1000
BYTES = Vocabulary([bytes([number]) for number in range(256)] + [b""], 256)


@pytest.fixture(scope="module")
def domains() -> list[GeneratedDomain]:
    return [domain(seed) for seed in range(SOME)]


@pytest.fixture(scope="module")
def more() -> list[GeneratedDomain]:
    return [domain(seed) for seed in range(SOME, SOME + 300)]


@pytest.fixture(scope="module")
def many(more: list[GeneratedDomain]) -> list[str]:
    return [f"{made.text}\n{made.reference}" for made in more]


@pytest.fixture(scope="module")
def unseen() -> list[GeneratedDomain]:
    return [unseen_domain(seed) for seed in range(SOME)]


def test_equal_seeds_give_equal_domains(domains: list[GeneratedDomain]) -> None:
    again = domain(7)
    assert (again.text, again.reference) == (domains[7].text, domains[7].reference)
    assert len({made.text for made in domains}) == SOME


def test_the_generator_is_frozen(domains: list[GeneratedDomain], unseen: list[GeneratedDomain]) -> None:
    """A change is for a new training: take the new digest, and say in the documentation what was trained on which."""
    drawn = "\n".join(f"{made.text}\n{made.reference}" for made in (*domains, *unseen))
    assert sha256(drawn.encode()).hexdigest()[:16] == "964052552472ee88"


def test_specs_and_references_lint_clean(domains: list[GeneratedDomain], unseen: list[GeneratedDomain]) -> None:
    for made in (*domains, *unseen):
        report = lint_text(f"{made.text}\n{made.reference}", "domain.p2c", Path())
        assert report.diagnostics == (), made.text


def test_the_rules_of_every_spec_can_be_read() -> None:
    """Of this seed the first draft has a check of what a subtask that may do anything does not take."""
    made = domain(5056)
    assert lint_text(made.text, "domain.p2c", Path()).diagnostics == ()


def test_references_are_verified_in_every_world(domains: list[GeneratedDomain], unseen: list[GeneratedDomain]) -> None:
    for made in (*domains, *unseen):
        assert made.problem(made.reference) is None


def test_references_are_canonical(more: list[GeneratedDomain], unseen: list[GeneratedDomain]) -> None:
    """Also where a record is made beside many subtasks, which must not return one."""
    making = [made for made in more if "fill_and_submit" in made.families and len(made.spec.subtasks) > 10]
    assert len(making) >= 3
    for made in (*making, *more[:SOME], *unseen):
        automaton = Automaton(made.spec, made.task, LONGEST)
        automaton.learn(replace(automaton.start, left=LONGEST), lexemes(automaton, made.reference.rstrip("\n")))


def test_references_are_legal_byte_by_byte(domains: list[GeneratedDomain]) -> None:
    short = [made for made in domains if len(made.spec.subtasks) <= FEW]
    for made in short[:8]:
        text = made.reference.rstrip("\n").encode()
        tokens = TokenAutomaton(made.spec, made.task, BYTES, 1000)
        state = tokens.start
        for byte in text:
            assert byte in tokens.allowed(state), made.reference
            state = tokens.step(state, byte)
        assert tokens.may_end(state)


def test_references_are_laid_out_as_fmt_does(domains: list[GeneratedDomain]) -> None:
    for made in domains:
        assert format_source(Source("domain.p2c", made.reference)) == made.reference


@pytest.mark.parametrize(
    ("construct", "pattern"),
    [
        ("a goal for each element", r" 1 \w+ per \w+ in \w+$"),
        ("an exact goal", r"^    exactly 1 \w+ per "),
        ("what follows an event", r"^    \w+ then \w+"),
        ("what follows a check", r"^    \w+\(\w+\) then \w+"),
        ("what waives a goal", r" unless \w+$"),
        ("a check before an effect", r" only if \w+\("),
        ("where a result comes from", r"^    return from \w+$"),
        ("where an argument comes from", r"^    \w+\.\w+ from \w+$"),
        ("a number's limit", r"^    \w+\.\w+\.\w+ [<>]= m\w+$"),
        ("an enum's member", r"^    \w+\.\w+\.\w+ [!=]= \w+\.\w+$"),
        ("approval", r"^    \w+ needs approval$"),
        ("a record made", r"^    +\w+ = [A-Z]\w+\(\w+="),
        ("a result", r"^    return \w+$"),
        ("a parameter that may be left out", r"^subtask .* = None\)"),
        ("a tool that may do anything", r"^    may anything$"),
        ("an imported tool's prose", r'^    """[A-Z]\w+s .*\. \w+'),
        ("parameters that are texts", r"^subtask \w+\(\w+: Text"),
    ],
)
def test_constructs_of_the_whole_language_are_drawn(construct: str, pattern: str, many: list[str]) -> None:
    """Each in at least one of a hundred tasks."""
    assert sum(re.search(pattern, text, re.MULTILINE) is not None for text in many) >= len(many) / 100, construct


def test_specs_have_two_to_thirty_subtasks(many: list[str]) -> None:
    sizes = [len(re.findall("^subtask ", text, re.MULTILINE)) for text in many]
    assert sum(size < 2 for size in sizes) < len(sizes) / 10
    assert max(sizes) >= 30 and sum(size >= 12 for size in sizes) >= len(sizes) / 10


def test_a_docstring_can_begin_with_what_comes_last(many: list[str]) -> None:
    assert sum("Before that: " in text for text in many) >= len(many) / 50


def test_the_rules_alone_do_not_say_what_to_do(domains: list[GeneratedDomain]) -> None:
    """Planners that know only the rules write accepted plans that mostly do something else."""
    for planner in (SearchPlanner(), RandomPlanner()):
        short = [made for made in domains if len(made.spec.subtasks) <= FEW][:5]
        plans = [planner.plan(made.spec, made.task) for made in short]
        problems = [made.problem(text) for made, text in zip(short, plans, strict=True)]
        accepted = [made.problem(text, worlds=()) is None for made, text in zip(short, plans, strict=True)]
        assert all(accepted) and sum(problem is not None for problem in problems) >= 3


def test_all_families_are_drawn() -> None:
    drawn = {family for seed in range(300) for family in draw_families(Random(seed), held_out=False)}
    assert drawn == {*FIRST, *MAIN, *LAST, *RESULT}


def test_the_test_set_has_words_and_combinations_of_its_own(unseen: list[GeneratedDomain]) -> None:
    fields = {theme.name for theme in UNSEEN_THEMES}
    assert not fields & {theme.name for theme in THEMES}
    assert all(made.task.name.rpartition("_")[2] in fields for made in unseen)
    trained = {draw_families(Random(seed), held_out=False) for seed in range(3000)}
    names = {tuple(family.__name__ for family in families) for families in trained}
    assert all(made.families not in names for made in unseen[::2])


def test_no_noun_is_drawn_twice() -> None:
    words = Words(Random(0), THEMES[0], invented=0.5)
    drawn = [words.thing() for _ in range(30)]
    assert len(set(drawn)) == len(drawn)


def test_a_world_names_unwanted_and_missing_calls() -> None:
    made = next(d for d in map(domain, range(100)) if d.families == ("act_on_each",))
    idle = made.world(0)
    assert "was not called" in str(idle.verify())
    eager = made.world(0)
    inputs, tools = eager.inputs(), eager.tools()
    for _ in range(2):
        run(made.program, inputs, tools)
    assert "should not have been called" in str(eager.verify())


def test_equal_seeds_give_equal_worlds() -> None:
    made = domain(3)
    assert made.world(5).inputs() == made.world(5).inputs()
    assert any(made.world(seed).inputs() != made.world(5).inputs() for seed in range(4))
