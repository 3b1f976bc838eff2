"""Generated tasks: each can be planned, its reference does what its docstring asks for, and few other plans do."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

pytest.importorskip("llguidance")

from p2c_dsl.lint import lint_text
from p2c_dsl.planners import RandomPlanner, SearchPlanner
from p2c_dsl.planners.small.domains import GeneratedDomain, domain, draw_families, unseen_domain
from p2c_dsl.planners.small.families import FIRST, LAST, MAIN
from p2c_dsl.planners.small.fields import THEMES, UNSEEN_THEMES
from p2c_dsl.planners.small.wording import Words
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_source

SOME = 24
BYTES = Vocabulary([bytes([number]) for number in range(256)] + [b""], 256)


@pytest.fixture(scope="module")
def domains() -> list[GeneratedDomain]:
    return [domain(seed) for seed in range(SOME)]


@pytest.fixture(scope="module")
def unseen() -> list[GeneratedDomain]:
    return [unseen_domain(seed) for seed in range(SOME)]


def test_equal_seeds_give_equal_domains(domains: list[GeneratedDomain]) -> None:
    again = domain(7)
    assert (again.text, again.reference) == (domains[7].text, domains[7].reference)
    assert len({made.text for made in domains}) == SOME


def test_specs_and_references_lint_clean(domains: list[GeneratedDomain], unseen: list[GeneratedDomain]) -> None:
    for made in (*domains, *unseen):
        report = lint_text(f"{made.text}\n{made.reference}", "domain.p2c", Path())
        assert report.diagnostics == (), made.text


def test_references_are_verified_in_every_world(domains: list[GeneratedDomain], unseen: list[GeneratedDomain]) -> None:
    for made in (*domains, *unseen):
        assert made.problem(made.reference) is None


def test_references_are_canonical(domains: list[GeneratedDomain]) -> None:
    for made in domains[:8]:
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


def test_the_rules_alone_do_not_say_what_to_do(domains: list[GeneratedDomain]) -> None:
    """Planners that know only the rules write accepted plans that mostly do something else."""
    for planner in (SearchPlanner(), RandomPlanner()):
        plans = [planner.plan(made.spec, made.task) for made in domains[:5]]
        problems = [made.problem(text) for made, text in zip(domains, plans, strict=False)]
        accepted = [made.problem(text, worlds=()) is None for made, text in zip(domains, plans, strict=False)]
        assert all(accepted) and sum(problem is not None for problem in problems) >= 3


def test_all_families_are_drawn() -> None:
    drawn = {family for seed in range(300) for family in draw_families(Random(seed), held_out=False)}
    assert drawn == {*FIRST, *MAIN, *LAST}


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
