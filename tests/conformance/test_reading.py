"""A page's traps are read, and what is not in the format is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import GivenWorld, Objection, TrapError, traps_of
from tests.conformance.test_conformance import breaches, judged

PAGE = """# A topic

```p2c spec
type User
subtask ask(user: User) -> Bool
```

## A trap

Nobody is asked.

```p2c spec
task t(user: User):
    at most 0 ask
```

```p2c plan
compose t(user):
    ok = ask(user)
```

**Reject** `at most 0 ask` (P2C401)

```json world
{"inputs": {"user": "ann"}, "calls": [{"call": "ask", "gives": true}]}
```
"""


def page(folder: Path, text: str) -> Path:
    path = folder / "topic.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_trap_has_the_declarations_of_its_page_and_its_own(tmp_path: Path) -> None:
    (trap,) = traps_of(page(tmp_path, PAGE))
    assert str(trap) == "topic: A trap"
    assert trap.words == "Nobody is asked."
    assert trap.spec.startswith("type User\n") and "task t" in trap.spec
    assert trap.objections == (Objection("at most 0 ask", "P2C401"),)
    assert not trap.accepted


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("**Reject** `at most 0 ask` (P2C401)", "", "Accept"),
        ("**Reject**", "**Accept**\n\n**Reject**", "Accept"),
        ("Nobody is asked.", "", "in words"),
        ("```p2c plan", "```p2c plans", "blocks"),
    ],
    ids=["no verdict", "two verdicts", "no words", "no plan"],
)
def test_what_is_not_in_the_format_is_refused(old: str, new: str, part: str, tmp_path: Path) -> None:
    with pytest.raises(TrapError, match=part):
        list(traps_of(page(tmp_path, PAGE.replace(old, new))))


@pytest.mark.parametrize("calls", [[], ["other"]], ids=["too few", "another"])
def test_a_world_lists_the_calls_of_its_run(calls: list[str], tmp_path: Path) -> None:
    (trap,) = traps_of(page(tmp_path, PAGE))
    case = judged(trap)
    with pytest.raises(TrapError, match="the run calls `ask`"):
        breaches(case, GivenWorld(case.spec, {"inputs": {"user": "ann"}, "calls": calls}))
