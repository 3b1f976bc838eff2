"""Rule lines that cannot be read: what is wrong, where, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules

SPEC = """\
type User
type Place
effect contact(User)
effect link(User, User)
subtask ask(user: User) -> Place:
    does contact(user)
subtask sure(user: User) -> Bool
subtask book(place: Place)
task dine(users: Set[User], user: User):
    {rule}
"""


def read(rule: str) -> list[tuple[str, str]]:
    found = lint_text(SPEC.format(rule=rule), "spec.p2c", Path()).diagnostics
    return [(d.code, d.message) for d in found]


@pytest.mark.parametrize(
    "rule",
    [
        "shape tree",
        "loops <= 1",
        "branches <= 0",
        "steps <= 9",
        "at most 2 contact",
        "at most 1 contact per User",
        "at most 1 ask per user",
        "at least 1 book",
        "exactly 1 contact",
        "ask before book",
        "no contact after book",
        "book only if sure(_)",
        "contact only if sure(user)",
        "book.place from ask",
        "book.place from ask, inputs, constants, users",
        "no flow from User to book",
        "no flow from users to book.place except via ask",
        "not both contact, book",
        "cost <= 7",
    ],
)
def test_a_rule_is_read_and_shown_as_it_is_written(rule: str) -> None:
    assert read(rule) == []
    spec = load_text(SPEC.format(rule=rule), "spec.p2c", Path()).spec
    rules, wrong = read_rules(spec, spec.tasks["dine"])
    assert wrong == ()
    assert [r.text for r in rules] == [rule]


@pytest.mark.parametrize(
    ("rule", "code", "says"),
    [
        ("never contact", "P2C145", "`never contact` is not a rule"),
        ("at most contact", "P2C146", "expected a number"),
        ("at most 1", "P2C146", "expected a name"),
        ("at most 1 contact par User", "P2C146", "the end of the line"),
        ("no flow from User", "P2C146", "expected `to`"),
        ("at most 1 contct", "P2C147", "there is no effect or subtask `contct`"),
        ("at most 1 contact per Place", "P2C147", "`Place`"),
        ("at most 1 link per User", "P2C147", "2 of the keys have this type"),
        ("contact only if ask(user)", "P2C147", "a check must return Bool"),
        ("contact only if sure(usr)", "P2C147", "`usr`"),
        ("book.plaec from ask", "P2C147", "`plaec`"),
        ("book from ask", "P2C147", "expected a parameter of the subtask"),
        ("book.place from asc", "P2C147", "`asc`"),
        ("no flow from Usr to book", "P2C147", "`Usr`"),
        ("not both contact", "P2C147", "two different events"),
        ("shape round", "P2C147", "there is no shape `round`"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_once(rule: str, code: str, says: str) -> None:
    ((found, message),) = read(rule)
    assert found == code
    assert says in message


@pytest.mark.parametrize(
    ("declared", "given", "rule"),
    [
        ("type secret", "secret: User", "no flow from secret to book"),
        ("", "Text: User", "no flow from Text to book"),
        ("", "ask: User", "book.place from ask"),
        ("", "inputs: User", "book.place from inputs"),
        ("subtask constants() -> Place", "user: User", "book.place from constants"),
        ("effect pay(User: Place, place: User)", "user: User", "at most 1 pay per User"),
    ],
    ids=["a type", "a base type", "a subtask", "all inputs", "all constants", "a key's type"],
)
def test_a_name_that_means_two_things_is_refused(declared: str, given: str, rule: str) -> None:
    text = SPEC.format(rule=rule).replace("users: Set[User]", given).replace("type Place", f"type Place\n{declared}")
    found = lint_text(text, "spec.p2c", Path()).diagnostics
    assert ("P2C147", True) in [(d.code, "rename" in (d.help or "")) for d in found], found
