"""Ten small specs whose accepted compositions can all be written down."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task

SPECS = {
    "two calls": "subtask ask()\nsubtask book()\ntask t():\n    steps <= 2\n",
    "order": "subtask ask()\nsubtask book()\nsubtask pay()\ntask t():\n    ask before pay\n    steps <= 2\n",
    "values": "type User\nsubtask find() -> User\nsubtask ask(user: User)\ntask t(user: User):\n    steps <= 2\n",
    "branch": "type User\nsubtask free(user: User) -> Bool\nsubtask call(user: User)\n"
    "task t(user: User):\n    call only if free(user)\n    steps <= 2\n",
    "loop": "type User\nsubtask ask(user: User)\ntask t(users: Set[User] <= 3):\n    steps <= 3\n",
    "once": "effect pay\nsubtask give():\n    does pay\nsubtask wait()\ntask t():\n    at most 1 pay\n    steps <= 3\n",
    "goal": "effect pay\nsubtask give():\n    does pay\nsubtask wait()\ntask t():\n    at least 1 pay\n"
    "    steps <= 3\n",
    "result": "type Day\nsubtask first() -> Day\nsubtask last() -> Day\ntask t() -> Day:\n    steps <= 2\n",
    "each": "type User\neffect tell(user: User)\nsubtask write(user: User):\n    does tell(user)\n"
    "task t(users: Set[User] <= 3):\n    at least 1 tell per user in users\n    steps <= 3\n",
    "enum": "enum Size:\n    small\n    large\nsubtask order(size: Size)\ntask t():\n    steps <= 1\n",
}


def spec_of(name: str) -> tuple[Spec, Task]:
    """One of the specs, and its task."""
    spec = load_text(SPECS[name], "spec.p2c", Path()).spec
    return spec, spec.tasks["t"]
