"""Specs that no composition satisfies: each kind of conflict, and its smallest set of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.feasibility.conflict import Conflict, find_conflict
from p2c_dsl.lint import lint_text
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules

HOSTS = """\
type Host
type Key
effect migrate(Host)
effect note
"""


def conflict(text: str) -> Conflict | None:
    loaded = load_text(text, "spec.p2c", Path())
    assert not loaded.diagnostics, loaded.diagnostics
    (task,) = loaded.spec.tasks.values()
    rules, wrong = read_rules(loaded.spec, task)
    assert not wrong
    return find_conflict(loaded.spec, task, rules)


def rules_of(text: str) -> list[str] | None:
    found = conflict(text)
    return None if found is None else [rule.text for rule in found.rules]


SURE = "subtask go(host: Host):\n    does migrate(host)\n"
CHECKED = "subtask ok(host: Host) -> Bool\n" + SURE
LOCKED = "subtask go(host: Host, key: Key):\n    does migrate(host)\n"

TYPES = {
    "checks say no": (
        CHECKED + "task t(fleet: Set[Host] >= 1):\n    migrate only if ok(host)\n    at least 1 migrate\n",
        ["migrate only if ok(host)", "at least 1 migrate"],
    ),
    "the set may be empty": (CHECKED + "task t(fleet: Set[Host]):\n    at least 1 migrate\n", ["at least 1 migrate"]),
    "nothing gives the key": (
        LOCKED + "task t(fleet: Set[Host] >= 1):\n    at least 1 migrate\n",
        ["at least 1 migrate"],
    ),
    "the key may be None": (
        LOCKED + "task t(host: Host, key: Optional[Key]):\n    at least 1 migrate\n",
        ["at least 1 migrate"],
    ),
    "nothing gives the result": (SURE + "task t(host: Host) -> Key\n", []),
    "the result may be missing": (SURE + "task t(keys: Set[Key]) -> Key\n", []),
    "no set is at hand": (
        "subtask add(files: Set[Key] >= 1):\n    does note\ntask t(key: Key):\n    at least 1 note\n",
        ["at least 1 note"],
    ),
    "a list needs a loop": (
        "subtask add(hosts: List[Host] >= 1):\n    does note\n"
        "task t(hosts: Set[Host] >= 1):\n    at least 1 note\n    loops <= 0\n",
        ["at least 1 note", "loops <= 0"],
    ),
    "only may": ("subtask go():\n    may note\ntask t():\n    at least 1 note\n", ["at least 1 note"]),
}

COUNTS = {
    "at least and at most": (
        SURE + "task t(host: Host):\n    at least 2 migrate\n    at most 1 migrate\n",
        ["at least 2 migrate", "at most 1 migrate"],
    ),
    "exactly and at most": (
        SURE + "task t(host: Host):\n    exactly 3 migrate\n    at most 2 go\n",
        ["exactly 3 migrate", "at most 2 go"],
    ),
    "large numbers": (
        SURE + "task t(host: Host):\n    at least 1000000 migrate\n    at most 999999 migrate\n",
        ["at least 1000000 migrate", "at most 999999 migrate"],
    ),
    "two effects of one subtask": (
        "subtask both():\n    does note\n    does other\neffect other\n"
        "task t():\n    at least 2 note\n    at most 1 other\n",
        ["at least 2 note", "at most 1 other"],
    ),
    "every round of a loop": (
        SURE + "task t(fleet: Set[Host] >= 2):\n    exactly 1 migrate\n",
        ["exactly 1 migrate"],
    ),
    "loops in steps of two": (
        SURE + "task t(fleet: Set[Host] >= 2 <= 2):\n    exactly 3 migrate\n",
        ["exactly 3 migrate"],
    ),
    "too few keys": (
        SURE + "task t(fleet: Set[Host] >= 2, host: Host):\n    at least 3 migrate\n    at most 1 migrate per Host\n",
        ["at least 3 migrate", "at most 1 migrate per Host"],
    ),
    "too dear": (
        "subtask look() -> Key:\n    cost 3\nsubtask go(key: Key):\n    does note\n    cost 3\n"
        "task t():\n    at least 1 note\n    cost <= 5\n",
        ["at least 1 note", "cost <= 5"],
    ),
    "too many steps": (
        "subtask look() -> Key\nsubtask go(key: Key) -> Host:\n    does note\ntask t() -> Host:\n    steps <= 2\n",
        ["steps <= 2"],
    ),
    "steps of a prerequisite": (
        "subtask look()\nsubtask go():\n    does note\n"
        "task t():\n    look before note\n    at least 1 note\n    steps <= 1\n",
        ["look before note", "at least 1 note", "steps <= 1"],
    ),
}

TWO = "subtask a()\nsubtask b()\nsubtask c()\ntask t():\n"
ORDER = {
    "a circle": (
        TWO + "    a before b\n    b before a\n    at least 1 b\n",
        ["a before b", "b before a", "at least 1 b"],
    ),
    "a long circle": (
        TWO + "    a before b\n    at most 9 c\n    b before c\n    c before a\n    at least 1 c\n",
        ["a before b", "b before c", "c before a", "at least 1 c"],
    ),
    "before, and not after": (
        TWO + "    a before b\n    no b after a\n    exactly 1 b\n",
        ["a before b", "no b after a", "exactly 1 b"],
    ),
    "not both": (
        TWO + "    at least 1 a\n    not both a, b\n    at least 1 b\n",
        ["at least 1 a", "not both a, b", "at least 1 b"],
    ),
    "not both prerequisites": (
        TWO + "    a before c\n    b before c\n    not both a, b\n    at least 1 c\n",
        ["a before c", "b before c", "not both a, b", "at least 1 c"],
    ),
    "one call is both": (
        "effect x\neffect y\nsubtask a():\n    does x\n    does y\ntask t():\n    not both x, y\n    at least 1 y\n",
        ["not both x, y", "at least 1 y"],
    ),
    "never": (
        TWO + "    at most 0 a\n    a before b\n    at least 1 b\n",
        ["at most 0 a", "a before b", "at least 1 b"],
    ),
    "neither first": (
        TWO + "    no a after b\n    no b after a\n    at least 1 a\n    at least 1 b\n",
        ["no a after b", "no b after a", "at least 1 a", "at least 1 b"],
    ),
}

VALUES = {
    "from a subtask without its input": (
        "subtask g(key: Key) -> Host\n" + SURE + "task t(host: Host):\n    go.host from g\n    at least 1 migrate\n",
        ["go.host from g", "at least 1 migrate"],
    ),
    "from inputs": (
        "subtask g() -> Host\n" + SURE + "task t(key: Key):\n    go.host from inputs\n    at least 1 migrate\n",
        ["go.host from inputs", "at least 1 migrate"],
    ),
    "the only source is secret": (
        "subtask read() -> Key\nsubtask make(key: Key) -> Host\n" + SURE
        + "task t():\n    no flow from read to migrate\n    at least 1 migrate\n",
        ["no flow from read to migrate", "at least 1 migrate"],
    ),
    "from where it must not come": (
        "subtask read(key: Key) -> Host\nsubtask clean(host: Host) -> Host\n" + SURE
        + "task t(key: Key):\n    go.host from read\n    no flow from read to go except via clean\n    at least 1 go\n",
        ["go.host from read", "no flow from read to go except via clean", "at least 1 go"],
    ),
    "the way through is closed": (
        "subtask clean(key: Key) -> Host\nsubtask raw(key: Key) -> Host\n" + SURE
        + "task t(key: Key):\n    no flow from key to go except via clean\n    at most 0 clean\n    at least 1 go\n",
        ["no flow from key to go except via clean", "at most 0 clean", "at least 1 go"],
    ),
}  # fmt: skip

SENT = """\
subtask ok(host: Host) -> Bool
subtask look() -> Set[Host]
subtask tell():
    does note
"""
GOALS = {
    "for each, but checked": (
        SENT
        + SURE
        + "task t(fleet: Set[Host]):\n    exactly 1 migrate per Host in fleet\n    migrate only if ok(host)\n",
        ["exactly 1 migrate per Host in fleet", "migrate only if ok(host)"],
    ),
    "for each, and nobody does it": (
        SENT + "task t(fleet: Set[Host]):\n    at least 1 migrate per Host in fleet\n",
        ["at least 1 migrate per Host in fleet"],
    ),
    "for each of what is returned": (
        SENT + "task t():\n    at least 1 look\n    at least 1 migrate per Host in look\n",
        ["at least 1 look", "at least 1 migrate per Host in look"],
    ),
    "for one that may be missing": (
        SENT + "task t(host: Optional[Host]):\n    at least 1 migrate per Host in host\n",
        ["at least 1 migrate per Host in host"],
    ),
    "then, but never": (
        SENT + SURE + "task t(host: Host):\n    at least 1 go\n    go then note\n    at most 0 note\n",
        ["at least 1 go", "go then note", "at most 0 note"],
    ),
    "what the yes asks for is never done": (
        SENT + "task t(fleet: Set[Host]):\n    at least 1 ok per host in fleet\n    ok(host) then migrate\n",
        ["at least 1 ok per host in fleet", "ok(host) then migrate"],
    ),
    "a debt that only makes another": (
        SENT + "task t(host: Host):\n    at least 1 tell\n    tell then tell\n",
        ["at least 1 tell", "tell then tell"],
    ),
    "returned from where nothing is": (
        SENT + "subtask make(key: Key) -> Host\ntask t(host: Host) -> Host:\n    return from make\n",
        ["return from make"],
    ),
}

ALL = {**TYPES, **COUNTS, **ORDER, **VALUES, **GOALS}


@pytest.mark.parametrize("name", ALL)
def test_the_smallest_set_is_found(name: str) -> None:
    text, rules = ALL[name]
    assert rules_of(HOSTS + text) == rules


FINE = {
    "for each, checked and waived": (
        SENT + SURE + "subtask hold(host: Host):\n    does keep(host)\neffect keep(Host)\n"
        "task t(fleet: Set[Host]):\n    exactly 1 migrate per Host in fleet unless keep\n    migrate only if ok(host)\n"
    ),
    "for each of what is empty": SENT + "task t(fleet: Set[Host] <= 0):\n    at least 1 migrate per Host in fleet\n",
    "one waiver for many events": (
        SENT + SURE + "task t(host: Host):\n    at least 3 migrate unless note\n    at most 1 note\n    steps <= 1\n"
    ),
    "a yes with what it asks for": (
        SENT + SURE + "task t(fleet: Set[Host]):\n    at least 1 ok per host in fleet\n"
        "    ok(host) then migrate\n    migrate only if ok(host)\n"
    ),
    "what a yes and what a no asks for": (
        SENT + SURE + "task t(host: Host):\n    at least 1 ok\n    ok(host) then migrate\n    not ok(_) then note\n"
        "    not both migrate, note\n"
    ),
    "an unpaid debt is not made": (
        SENT + "task t(fleet: Set[Host]):\n    look then migrate\n    ok(host) then migrate\n"
    ),
    "a loop over a set that is not empty": SURE + "task t(fleet: Set[Host] >= 1):\n    at least 1 migrate\n",
    "a key from a map": LOCKED + "task t(keys: Map[Host, Key], host: Host):\n    at least 1 migrate\n",
    "a look-up in a map of another run": SURE + "task t(fleet: Set[Host], key: Key):\n    at least 1 migrate\n",
    "a list is made": (
        "record Pair:\n    key: Key\n    host: Optional[Host]\nsubtask add(files: List[Pair] >= 1):\n    does note\n"
        "task t(key: Key):\n    at least 1 note\n    loops <= 0\n"
    ),
    "two keys in one set": (
        SURE + "task t(fleet: Set[Host] >= 2):\n    at least 2 migrate\n    at most 1 migrate per Host\n"
    ),
    "none for an optional": "subtask go(key: Optional[Key]):\n    does note\ntask t():\n    at least 1 note\n",
    "a default": "subtask go(key: Optional[Key] = None):\n    does note\ntask t():\n    at least 1 note\n",
    "a literal": "subtask go(text: literal Text):\n    does note\ntask t():\n    at least 1 note\n",
    "an enum": "enum Way:\n    up\nsubtask go(way: Way):\n    does note\ntask t():\n    at least 1 note\n",
    "a field": "record R:\n    host: Host\n" + SURE + "task t(r: R):\n    at least 1 migrate\n",
    "a list from a list": (
        "subtask add(hosts: List[Host] >= 1 <= 4):\n    does note\n"
        "task t(hosts: Set[Host] >= 1 <= 4):\n    at least 1 note\n"
    ),
    "before, and then no more": TWO + "    a before b\n    no a after b\n    exactly 2 b\n",
    "another way": "subtask a()\nsubtask b():\n    does note\nsubtask c():\n    does note\n"
    "task t():\n    not both a, b\n    at least 1 a\n    at least 1 note\n",
    "through the permitted subtask": (
        "subtask clean(key: Key) -> Host\n" + SURE
        + "task t(key: Key):\n    no flow from key to go except via clean\n    at least 1 go\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_nothing_is_claimed_where_there_is_a_composition(name: str) -> None:
    assert conflict(HOSTS + FINE[name]) is None


def test_lint_warns_at_the_task_and_shows_the_rules() -> None:
    text = HOSTS + TYPES["checks say no"][0]
    report = lint_text(text, "spec.p2c", Path())
    (found,) = report.diagnostics
    assert (found.code, str(found.severity)) == ("P2C148", "warning")
    assert found.location.source.text[found.location.span.start : found.location.span.end] == "t"
    shown = [n.location.source.text[n.location.span.start : n.location.span.end] for n in found.notes]
    assert shown == TYPES["checks say no"][1]
    assert report.accepted


def test_a_task_with_an_accepted_composition_has_no_finding() -> None:
    spec = HOSTS + SURE + "task t(fleet: Set[Host]):\n    at least 1 migrate\n"
    plan = '\ncompose t(fleet):\n    m = {}\n    for h in fleet:\n        m["x"] = h\n    go(m["x"])\n'
    assert [d.code for d in lint_text(spec, "spec.p2c", Path()).diagnostics] == ["P2C148"]
    assert not lint_text(spec + plan, "spec.p2c", Path()).diagnostics
