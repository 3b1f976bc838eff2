"""A run under the monitor, of a composition whose rules may well reject it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import indent
from typing import Any

from p2c_dsl.runtime.interpreter import Outcome, Run, run
from p2c_dsl.runtime.monitor import RuleMonitor
from tests.runtime.texts import program

SPEC = """
type User
type Note
effect contact(User)
effect publish()
effect alarm()
subtask ask(user: User) -> Note:
    does contact(user)
    cost 3
subtask remind(user: User, urgent: Bool = False):
    may contact(user)
subtask allowed(user: User) -> Bool
subtask edit(note: Note) -> Note
subtask hash_of(note: Note) -> Int
subtask is_dull(note: Note) -> Bool
subtask post(note: Note, count: Int = 1):
    does publish()
subtask ring():
    may alarm()
"""


def watched(rules: str, body: str, inputs: Mapping[str, object], **tools: Callable[..., Any]) -> tuple[Run, list[str]]:
    """A run of a composition whose rules may well reject it, and the calls that took place."""
    names = ", ".join(inputs)
    declared = {"users": "List[User]", "user": "User", "notes": "Map[User, Note]"}
    parameters = ", ".join(f"{name}: {declared[name]}" for name in inputs)
    text = f"{SPEC}\ntask t({parameters}):\n{indent(rules, '    ')}\ncompose t({names}):\n{indent(body, '    ')}\n"
    made: list[str] = []
    plain: dict[str, Callable[..., Any]] = {
        "ask": lambda user: f"note of {user}",
        "remind": lambda user, urgent: Outcome(),
        "allowed": lambda user: user != "eve",
        "edit": lambda note: note,
        "hash_of": lambda note: len(note),
        "is_dull": lambda note: False,
        "post": lambda note, count: None,
        "ring": lambda: Outcome(),
    }

    def noted(name: str, tool: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: object) -> Any:
            made.append(name)
            return tool(*arguments)

        return call

    found = program(text)
    bound = {name: noted(name, tool) for name, tool in {**plain, **tools}.items()}
    return run(found, inputs, bound, RuleMonitor(found)), made


ASK_ALL = "for u in users:\n    note = ask(u)\n    post(note)"
