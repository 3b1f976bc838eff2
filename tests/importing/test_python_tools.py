"""Python functions as tools, by their hints and docstrings."""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, NewType, Required, TypedDict

import pytest
from pydantic import BaseModel, Field

from p2c_dsl.importing import ImportProblem, spec_of
from p2c_dsl.importing.python_tools import functions_at, list_at, tool_of, tools_at
from p2c_dsl.importing.python_types import schema_of_text
from p2c_dsl.types import INT, show
from p2c_dsl.types import NewType as TypeOver
from tests.importing.tools import spec


class Color(enum.Enum):
    RED = "red"
    DARK_BLUE = "dark-blue"


@dataclass
class Point:
    x: float
    tag: str | None = None


class Order(BaseModel):
    items: list[str]
    at: Point


class Secret:
    pass


def paint(order: Order, color: Color, mode: Literal["a", "b"] = "a", n: int = 3) -> list[Point]:
    """Paint it.

    Args:
        order: What.
    """
    raise AssertionError(order, color, mode, n)


UserId = NewType("UserId", str)
Count = NewType("Count", int)


class Node(TypedDict, total=False):
    label: Required[str]
    owner: UserId
    next: Node


@dataclass
class Team:
    lead: UserId
    nodes: list[Node] = field(default_factory=list)


class Channel(enum.Enum):
    MAIL = "mail"
    CHAT = "chat"


class Medium(enum.Enum):
    MAIL = "mail"
    CHAT = "chat"


def known(team: Team, user: UserId, count: Count, few: Annotated[list[int], Field(max_length=3)]) -> Node:
    raise AssertionError(team, user, count, few)


def told(channel: Channel = Channel.CHAT, medium: Medium | None = None, color: Color = Color.DARK_BLUE) -> None:
    raise AssertionError(channel, medium, color)


def loose(pair: tuple[int, str], many: tuple[int, ...], by_number: dict[int, str], any_list: list) -> None:  # type: ignore[type-arg]
    raise AssertionError(pair, many, by_number, any_list)


def forget(day: date, tags: set[str], secret: Secret, rest) -> None:  # type: ignore[no-untyped-def]
    raise AssertionError(day, tags, secret, rest)


def any_number(*args: int) -> int:
    raise AssertionError(args)


def signature(function: Callable[..., Any]) -> str:
    subtask = spec(tool_of(function.__name__, function)).subtasks[function.__name__]
    result = "" if subtask.result is None else f" -> {show(subtask.result)}"
    return f"({', '.join(f'{p.name}: {show(p.type)}' for p in subtask.parameters)}){result}"


def test_hints_become_types() -> None:
    assert signature(paint) == "(order: Order, color: Color, mode: Mode, n: Int) -> List[Point]"
    found = spec(tool_of("paint", paint))
    assert {n: show(t) for n, t in found.records["Order"].items()} == {"items": "List[Text]", "at": "Point"}
    assert found.originals[("Color", "dark_blue")] == "dark-blue"
    assert found.subtasks["paint"].doc.startswith("Paint it.")


def test_new_types_keep_their_names_wherever_they_stand() -> None:
    assert signature(known) == "(team: Team, user: UserId, count: Count, few: List[Int] <= 3) -> Node"
    found = spec(tool_of("known", known))
    assert {n: show(t) for n, t in found.records["Team"].items()} == {"lead": "UserId", "nodes": "List[Node]"}
    assert {n: show(t) for n, t in found.records["Node"].items()} == {
        "label": "Text",
        "owner": "Optional[UserId]",
        "next": "Optional[Node]",
    }
    assert found.types["Count"] == TypeOver("Count", INT)


def test_classes_with_equal_fields_or_members_are_types_of_their_own() -> None:
    assert signature(told) == "(channel: Channel, medium: Optional[Medium], color: Color)"


def test_a_member_of_an_enum_is_a_default() -> None:
    text = spec_of([tool_of("told", told)], "a test").text
    assert "channel: Channel = Channel.chat" in text and "color: Color = Color.dark_blue" in text


def test_containers_that_the_language_has_not_are_opaque() -> None:
    assert signature(loose) == "(pair: Pair, many: List[Int], by_number: ByNumber, any_list: List[AnyList])"


def test_what_hints_do_not_say_is_opaque() -> None:
    assert signature(forget) == "(day: Date, tags: Set[Text], secret: Secret, rest: Rest)"


def test_any_number_of_arguments_is_no_subtask() -> None:
    with pytest.raises(ImportProblem, match="any number of arguments"):
        tool_of("any_number", any_number)


def test_it_costs_that_function_and_not_the_module(folder_on_path: Path) -> None:
    (folder_on_path / "one_is_odd.py").write_text("def f(x: int) -> int: ...\ndef g(*args: int) -> int: ...\n")
    found = list_at("one_is_odd")
    assert [tool.name for tool in found.tools] == ["f"] and [r.tool for r in found.refused] == ["g"]


@pytest.fixture
def module() -> Any:
    made = ModuleType("tools_for_a_test")
    code = """
import os
def f(x: int) -> int: ...
def _g(): ...
class Box:
    def put(self, x: str) -> None: ...
box = Box()
"""
    exec(code, made.__dict__)
    sys.modules["tools_for_a_test"] = made
    yield made
    del sys.modules["tools_for_a_test"]


def test_a_module_s_own_public_functions_are_its_tools(module: ModuleType) -> None:
    assert list(functions_at("tools_for_a_test")) == ["f"]


def test_a_module_that_ends_the_process_is_told(folder_on_path: Path) -> None:
    (folder_on_path / "ends_the_process.py").write_text("import sys; sys.exit(0)")
    with pytest.raises(ImportProblem, match="cannot be imported: SystemExit"):
        tools_at("ends_the_process")


@pytest.fixture
def folder_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_an_object_s_methods_are_tools(module: ModuleType) -> None:
    (tool,) = tools_at("tools_for_a_test:box")
    assert tool.name == "put" and list(tool.input["properties"]) == ["x"]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("tools_for_a_test:nope", "`nope` was not found"),
        ("tools_for_a_test:Box", "is a class"),
        ("no.such.module", "cannot be imported"),
        ("tools_for_a_test:box.put.x", "`x` was not found"),
    ],
)
def test_what_holds_no_tools(module: ModuleType, target: str, told: str) -> None:
    with pytest.raises(ImportProblem, match=told):
        tools_at(target)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<class 'str'>", ({"type": "string"}, "text")),
        ("<class 'NoneType'>", (None, "nothing")),
        ("None", (None, "nothing")),
        ("str | None", ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text")),
        (
            "list[a.b.Email]",
            ({"type": "array", "items": {"$ref": "#/$defs/Email"}, "uniqueItems": False}, "text"),
        ),
        ("dict[str, float]", ({"type": "object", "additionalProperties": {"type": "number"}}, "text")),
        ("dict[int, float]", ({}, "text")),
        ("dict", ({"type": "object"}, "text")),
        (
            "dict[str, list]",
            ({"type": "object", "additionalProperties": {"type": "array", "uniqueItems": False}}, "text"),
        ),
        ("a | b | None", ({"anyOf": [*({"$ref": f"#/$defs/{n}"} for n in "ab"), {"type": "null"}]}, "text")),
        ("not a type", (None, "anything")),
    ],
)
def test_result_types_that_are_only_text(text: str, expected: Any) -> None:
    assert schema_of_text(text) == expected
