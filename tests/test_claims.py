"""An override in another file is named where it says less than what stands beside its subtask."""

import re
from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.lint import lint_file

TOOLS = """
type Email = Text
type Note = literal Text
record Order:
    id: Text
    note: Optional[Text]
effect send(to: Text) irreversible
effect back_up
subtask post(to: Text):
    does send(to)
    cost 3
subtask twice(to: Text):
    does send(to)
    does send(to)
subtask keep():
    may back_up
subtask look() -> Text:
    may anything
    claims read_only
subtask other():
    does back_up
"""
PLAN = """
use "facts.p2c"
task settle(to: Text):
    cost <= 9
compose settle(to):
    post(to)
    twice(to)
    keep()
    look()
"""


def notes(folder: Path, override: str, plan: str = PLAN) -> list[str]:
    """What lint says of overrides, in words."""
    return [d.message for d in found(folder, override, plan)]


def found(folder: Path, override: str, plan: str = PLAN) -> list[Diagnostic]:
    for name, text in (("tools", TOOLS), ("facts", f'use "tools.p2c"\n{override}'), ("plan", plan)):
        (folder / f"{name}.p2c").write_text(text)
    return [d for d in lint_file(folder / "plan.p2c").diagnostics if d.code == "P2C441"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("post:\n    pure", "`does send(to)` is removed"),
        ("post:\n    may send(to)", "`does send(to)` is removed"),
        ("post:\n    does send( to )\n    does back_up", "`does back_up` is added"),
        ("post:\n    cost 1", "the cost is 1 instead of 3"),
        ("post:\n    literal to", "free literals are allowed for `to`"),
        ("twice:\n    does send(to)", "`does send(to)` is removed"),
        ("keep:\n    does back_up", "`may back_up` is removed; `does back_up` is added"),
        ("keep:\n    pure", "`may back_up` is removed"),
        ("look:\n    pure", "`may anything` is removed; the claims read_only are signed off"),
        ("look -> Email", "the result is Email instead of Text"),
        ("post(to: Note)", "free literals are allowed for `to`"),
        ("post(to: literal Text)", "free literals are allowed for `to`"),
    ],
)
def test_it_is_named_with_what_it_changes(tmp_path: Path, body: str, told: str) -> None:
    (note,) = found(tmp_path, f"override subtask {body}\n")
    name = re.split(r"\W", body)[0]
    assert note.message == f"`{name}` is overridden here: {told}"
    assert note.severity is Severity.NOTE and note.location.source.name.endswith("facts.p2c")
    assert note.notes[0].location.source.name.endswith("tools.p2c")


@pytest.mark.parametrize(
    "body",
    [
        "post:\n    does send(to)\n    may back_up",
        "post:\n    cost 5",
        'post:\n    """Send it."""\n    cost 3',
        "other:\n    pure",
        "look -> Text",
        "post(to: Email)",
    ],
    ids=[
        *("more may happen", "it costs more", "it says the same", "nothing calls it"),
        *("the result is the same", "plans are told less of what they may pass"),
    ],
)
def test_what_weakens_nothing_here_is_not_named(tmp_path: Path, body: str) -> None:
    assert notes(tmp_path, f"override subtask {body}\n") == []


ORDERS = PLAN.replace("    look()\n", "    orders()\n")
LIST = "subtask orders() -> List[Order]\n"


def test_a_record_that_a_called_subtask_returns_is_named_where_it_is_narrowed(tmp_path: Path) -> None:
    override = "override record Order:\n    id: Email\n    note: Optional[Text]\n    required note\n"
    told = "`Order` is overridden here: `id` is Email instead of Text; `note` cannot be left out"
    assert notes(tmp_path, LIST + override, ORDERS) == [told]
    assert notes(tmp_path, LIST + override, PLAN) == []


def test_a_spec_without_compositions_is_told_of_all_of_them(tmp_path: Path) -> None:
    override = "override subtask other:\n    pure\n"
    assert len(notes(tmp_path, override, 'use "facts.p2c"\ntask settle()\n')) == 1


def test_a_subtask_of_the_file_itself_can_be_overridden_elsewhere(tmp_path: Path) -> None:
    own = "subtask own(to: Text):\n    does send(to)\n"
    plan = f'use "facts.p2c"\n{own}task settle(to: Text):\n    at most 0 send\ncompose settle(to):\n    own(to)\n'
    assert len(notes(tmp_path, "override subtask own:\n    pure\n", plan)) == 1


def test_an_override_in_the_file_that_is_linted_is_there_to_be_read(tmp_path: Path) -> None:
    plan = f"{PLAN}override subtask post:\n    pure\n"
    assert notes(tmp_path, "", plan) == []


def test_a_reviewed_one_is_silenced_where_it_stands_for_all_plans(tmp_path: Path) -> None:
    override = "override subtask post:  # p2c: ignore[P2C441] it only queues\n    pure\n"
    assert notes(tmp_path, override) == []
    assert lint_file(tmp_path / "facts.p2c").clean
