"""Rule lines that cannot be read: what is wrong, where, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_text
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules
from p2c_dsl.rules.provenance import Provenance

SPEC = """\
type User
type Place
effect contact(User)
effect link(User, User)
subtask ask(user: User):
    does contact(user)
subtask sure(user: User) -> Bool
subtask book(place: Place)
subtask find() -> Place
task dine(users: Set[User], user: User):
    {rule}
"""


def read(rule: str) -> list[tuple[str, str]]:
    found = lint_text(SPEC.format(rule=rule), "spec.p2c", Path()).diagnostics
    return [(d.code, d.message) for d in found if d.severity is Severity.ERROR]


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
        "contact only if sure(user) or not sure(_)",
        "book.place from ask",
        "book.place from ask, inputs, constants, users",
        "*.place from ask",
        "no flow from User to book",
        "no flow from users to book.place except via ask",
        "not both contact, book",
        "cost <= 7",
        "ask before contact per User",
        "ask before contact per user",
        "no ask after contact per user = User",
        "not both ask, contact per User",
        "ask then ask per user",
        "contact then ask per User unless sure",
        "sure(user) then contact",
        "at least 1 book unless ask",
        "at least 2 contact per User in users unless book",
        "exactly 1 ask per user in users unless sure",
    ],
)
def test_a_rule_is_read_and_shown_as_it_is_written(rule: str) -> None:
    assert read(rule) == []
    spec = load_text(SPEC.format(rule=rule), "spec.p2c", Path()).spec
    rules, wrong = read_rules(spec, spec.tasks["dine"])
    assert wrong == ()
    # A line of two halves is read as two rules, each of which shows the whole line.
    assert {r.text for r in rules} == {rule}
    assert len(rules) == 1 + rule.startswith("exactly 1 ask per")


@pytest.mark.parametrize(
    ("rule", "code", "says"),
    [
        ("never contact", "P2C145", "`never contact` is not a rule"),
        ("at most contact", "P2C146", "expected a whole number"),
        ("at most 1", "P2C146", "expected a name"),
        ("at most -1 contact", "P2C146", "expected a whole number"),
        ("at most 1.5 contact", "P2C146", "expected a whole number"),
        ("at most 1 contact par User", "P2C146", "the end of the line"),
        ("no flow from User", "P2C146", "expected `to`"),
        ("at most 1 contct", "P2C147", "there is no effect or subtask `contct`"),
        ("at most 1 contact per Place", "P2C147", "`Place`"),
        ("at most 1 link per User", "P2C147", "2 of the keys have this type"),
        ("contact only if ask(user)", "P2C147", "a check must return Bool"),
        ("contact only if sure(usr)", "P2C147", "`usr`"),
        ("contact only if sure(user) or", "P2C146", "expected a check such as"),
        ("contact only if sure(user) or book", "P2C146", "expected a check such as"),
        ("contact only if sure(user) not sure(user)", "P2C146", "the end of the line"),
        ("contact only if sure(user) or ask(user)", "P2C147", "a check must return Bool"),
        ("book.plaec from ask", "P2C147", "`plaec`"),
        ("*.plaec from ask", "P2C147", "there is no subtask with a parameter `plaec`"),
        ("*.place from asc", "P2C147", "`asc`"),
        ("*.place frm ask", "P2C145", "`*.place frm ask` is not a rule"),
        ("*.place from", "P2C146", "expected a name"),
        ("* before ask", "P2C147", "expected a parameter behind `*`"),
        ("*.", "P2C147", "expected a parameter behind `*`"),
        ("at most 1 *", "P2C146", "expected a name, but found `*`"),
        ("no flow from User to *.place", "P2C146", "expected a name"),
        ("book from ask", "P2C147", "expected a parameter of the subtask"),
        ("book.place from asc", "P2C147", "`asc`"),
        ("no flow from Usr to book", "P2C147", "`Usr`"),
        ("not both contact", "P2C147", "two different events"),
        ("shape round", "P2C147", "there is no shape `round`"),
        ("ask before contact per", "P2C146", "the name or type of a key"),
        ("ask before contact per Place", "P2C147", "`ask` has no key `Place`"),
        ("ask before book per user = place", "P2C147", "can never equal"),
        ("ask before link per User", "P2C147", "`User` is ambiguous for `link`"),
        ("ask before book unless sure", "P2C146", "the end of the line"),
        ("at most 1 ask unless book", "P2C146", "the end of the line"),
        ("contact then", "P2C146", "expected a name"),
        ("contact then ask per User unless link", "P2C147", "`User` is ambiguous for `link`"),
        ("ask(user) then book", "P2C147", "a check must return Bool"),
        ("sure(place) then ask", "P2C147", "`ask` has no key `place`"),
        ("at least 0 ask per user in users", "P2C147", "this asks for nothing"),
        ("at least 1 ask per user", "P2C146", "expected `in`"),
        ("at least 1 ask per place in users", "P2C147", "`ask` has no key `place`"),
        ("at least 1 book per place in users", "P2C147", "the elements of `users` are of type User"),
        ("at least 1 ask per user in usrs", "P2C147", "there is no task input or subtask `usrs`"),
        ("at least 1 ask per user in users.name", "P2C147", "there is no field of Set[User] `name`"),
        ("at least 1 ask per user in ask.place", "P2C147", "not a field of it"),
        ("at least 1 ask per user in book", "P2C147", "`book` has no result"),
        ("return from ask", "P2C147", "`dine` has no result"),
        ("find then book per Place", "P2C147", "Place is what `find` returns, and a key is a parameter"),
        ("book only if sure(place.owner)", "P2C147", "there is no field of Place `owner`"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_once(rule: str, code: str, says: str) -> None:
    ((found, message),) = read(rule)
    assert found == code
    assert says in message


@pytest.mark.parametrize(
    "rule",
    [
        "at least 1 contact per user.id in users",
        "contact then ask per user.account.id",
        "ask before ask per a = user.id",
    ],
)
def test_a_key_is_named_without_a_path(rule: str) -> None:
    (found,) = lint_text(SPEC.format(rule=rule), "spec.p2c", Path()).diagnostics
    assert found.code == "P2C146"
    assert found.help is not None and found.help.endswith("named without a path: write `per id`")


@pytest.mark.parametrize("number", ["-1", "0.25", "-2.5", "-1e-3"])
def test_a_number_in_a_rule_may_be_negative_or_a_fraction(number: str) -> None:
    text = f"subtask heat(to: literal Float)\ntask job():\n    heat.to >= {number}\ncompose job():\n    heat("
    assert not lint_text(f"{text}{float(number) + 0.1})\n", "spec.p2c", Path()).diagnostics
    (found,) = lint_text(f"{text}{float(number) - 0.1})\n", "spec.p2c", Path()).diagnostics
    assert (found.code, found.rule) == ("P2C604", f"heat.to >= {number}")


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


def test_a_rule_about_any_subtask_is_one_rule_for_each_that_has_the_parameter() -> None:
    rule = "*.user from inputs"
    spec = load_text(SPEC.format(rule=rule), "spec.p2c", Path()).spec
    rules, wrong = read_rules(spec, spec.tasks["dine"])
    assert wrong == ()
    assert [(r.sink, r.text) for r in rules if isinstance(r, Provenance)] == [("ask", rule), ("sure", rule)]


def test_a_rule_lists_at_most_six_checks() -> None:
    checks = "".join(f"subtask c{n}(user: User) -> Bool\n" for n in range(7))
    rule = "contact only if " + " or ".join(f"c{n}(user)" for n in range(7))
    text = checks + SPEC.format(rule=rule)
    (found,) = [d for d in lint_text(text, "spec.p2c", Path()).diagnostics if d.severity is Severity.ERROR]
    assert (found.code, found.message) == ("P2C147", "the rule lists 7 checks, but 6 are the most")
    fewer = text.replace(" or c6(user)", "")
    assert not [d for d in lint_text(fewer, "spec.p2c", Path()).diagnostics if d.severity is Severity.ERROR]


def test_a_tool_that_may_do_anything_is_named_where_it_lacks_a_checked_parameter() -> None:
    spec = SPEC.format(rule="contact only if sure(user)") + "subtask search(text: Text):\n    may anything\n"
    (found,) = [d for d in lint_text(spec, "spec.p2c", Path()).diagnostics if d.severity is Severity.ERROR]
    assert found.message == "`search` may do anything, so also this, and has no parameter `user`"
    assert found.help == "say what it does: `override subtask search:` with `pure` or its effects"


@pytest.mark.parametrize(
    ("rule", "syntax"),
    [
        ("ask.user.name from find", "f.p from g, h"),
        ("contact and ask before book", "A before B [per K]"),
        ("nevr flwo User", "no flow from A to B [except via C]"),
    ],
)
def test_a_line_that_is_no_rule_is_told_the_one_whose_words_it_has(rule: str, syntax: str) -> None:
    (found,) = lint_text(SPEC.format(rule=rule), "spec.p2c", Path()).diagnostics
    assert found.code == "P2C145"
    assert found.help == f"did you mean `{syntax}`?"
