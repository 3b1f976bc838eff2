"""A text that holds one composition and nothing else is read in one way, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.analysis.read import NotAccepted, read_composition
from p2c_dsl.planners import Automaton, NoContinuation
from p2c_dsl.planners.automaton.resume import resume
from p2c_dsl.planners.preferences.features import Features
from p2c_dsl.planners.preferences.solution import solution_of
from p2c_dsl.planners.rl.environments.composition import Verifier
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules
from p2c_dsl.spec import Spec
from tests.runtime.texts import DINNER

_AT = DINNER.index("compose")
SPEC: Spec = load_text(DINNER[:_AT], "dinner.p2c", Path()).spec
TASK = SPEC.tasks["book_dinner"]
PLAN = DINNER[_AT:]
TWICE = PLAN.replace("    return r", "    book_table(r)\n    return r")


def test_its_program_is_read() -> None:
    program = read_composition(SPEC, PLAN)
    assert program.task is TASK and program.source.text == PLAN


def test_the_last_line_may_lack_its_end() -> None:
    assert read_composition(SPEC, PLAN.rstrip("\n")).body == read_composition(SPEC, PLAN).body


def test_its_tasks_rules_hold_unless_others_are_given() -> None:
    with pytest.raises(NotAccepted, match="reserve") as refused:
        read_composition(SPEC, TWICE)
    assert [d.code for d in refused.value.findings] == ["P2C401"]
    assert read_composition(SPEC, TWICE, ())
    rules, _ = read_rules(SPEC, TASK)
    with pytest.raises(NotAccepted):
        read_composition(SPEC, TWICE, rules)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not one composition"),
        ("type Zed\n", "not one composition"),
        (f"type Zed\n{PLAN}", "not one composition"),
        (f"{PLAN}type Zed\n", "not one composition"),
        (f"{PLAN}{PLAN}", "not one composition"),
        ("compose book_dinner(users):\n    ask_preference(\n", "never closed"),
        ("compose elsewhere():\n    return\n", "there is no task `elsewhere`"),
    ],
    ids=["nothing", "a type", "a type before", "a type behind", "two", "a slip", "another task"],
)
def test_other_texts_are_refused(text: str, why: str) -> None:
    with pytest.raises(NotAccepted, match=why):
        read_composition(SPEC, text)


WELCOME: Spec = load_text(
    "type User\nsubtask greet(user: User)\ntask welcome(user: User):\n    at most 2 greet\n",
    "welcome.p2c",
    Path(),
).spec
GREET = "compose welcome(user):\n    greet(user)\n"


def _verified(text: str) -> Any:
    world: Any = None
    found = Verifier(WELCOME, WELCOME.tasks["welcome"], lambda seed: world).program(text)
    if isinstance(found, str):
        raise ValueError(found)
    return found


READERS: dict[str, Callable[[str], Any]] = {
    "the core": lambda text: read_composition(WELCOME, text),
    "a solution": lambda text: solution_of(WELCOME, text, Features(WELCOME)),
    "the verifier": _verified,
    "a start": lambda text: resume(Automaton(WELCOME, WELCOME.tasks["welcome"], 30), text),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_all_readers_agree_on_what_one_composition_is(read: Callable[[str], Any]) -> None:
    read(GREET)
    for text in (f"type Zed\n{GREET}", f"{GREET}type Zed\n", f"{GREET}{GREET}"):
        with pytest.raises((ValueError, NoContinuation)):
            read(text)
