"""What `--check` tells when a server is no longer what its spec says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.importing import ImportProblem, drift, names_of, spec_of
from p2c_dsl.importing.mcp_tools import tools_of
from p2c_dsl.resolve import load_text
from p2c_dsl.source import Source
from tests.importing.tools import imported, tool

TEXT = {"type": "string"}
BEFORE = tool("send-mail", {"to": TEXT, "body": TEXT}, description="Send.", annotations={"idempotentHint": True})


def told(*after: dict[str, Any], edit: tuple[str, str] = ("", "")) -> list[str]:
    on_disk = imported(BEFORE).text.replace(*edit)
    return [d.message for d in drift(Source("tools.p2c", on_disk), imported(*after).text)]


def changed(**changes: Any) -> dict[str, Any]:
    return {**BEFORE, **changes}


def test_what_has_not_changed_has_not_drifted() -> None:
    assert told(BEFORE) == []


def parameters(**properties: Any) -> dict[str, Any]:
    return tool("send-mail", properties, description="Send.", annotations={"idempotentHint": True})


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([BEFORE, tool("g")], "the tool `g` has been added"),
        ([], "the tool `send_mail` has been removed"),
        ([changed(annotations={})], "it no longer claims to be idempotent"),
        ([changed(annotations={"readOnlyHint": True})], "it now claims to be read_only"),
        ([changed(description="Send it.")], "its description has changed"),
        ([parameters(to=TEXT)], "its parameter `body` has been removed"),
        ([parameters(to=TEXT, body=TEXT, cc=TEXT)], "its parameter `cc: Text` has been added"),
        ([parameters(to=TEXT, body={"type": "integer"})], "its parameter `body: Text` is now `body: Int`"),
        ([parameters(body=TEXT, to=TEXT)], "the order of its parameters has changed"),
    ],
)
def test_each_change_is_named(after: list[dict[str, Any]], expected: str) -> None:
    assert any(expected in message for message in told(*after))


def test_a_changed_result_is_named() -> None:
    assert any("name or result has changed" in t for t in told(changed(outputSchema={"type": "boolean"})))


def test_a_changed_enum_is_named() -> None:
    before = imported(tool("f", {"mode": {"enum": ["a", "b"]}})).text
    after = imported(tool("f", {"mode": {"enum": ["a", "c"]}})).text
    (found,) = drift(Source("tools.p2c", before), after)
    assert (
        found.message.startswith("the enum `Mode` has changed") and before.splitlines()[found.line - 1] == "enum Mode:"
    )


def test_facts_written_into_the_import_itself_are_drift() -> None:
    assert any("move them to an override" in t for t in told(BEFORE, edit=("may anything", "pure")))


def test_what_no_import_writes_is_drift() -> None:
    added = "\noverride subtask send_mail:\n    pure\n"
    (found,) = drift(Source("tools.p2c", imported(BEFORE).text + added), imported(BEFORE).text)
    assert "move it to a file that uses this one" in found.message


def test_narrower_types_in_the_import_itself_are_drift_and_in_another_file_are_not() -> None:
    page = tool("show", {"page": {"type": "object", "properties": {"title": TEXT}}})
    text = imported(page).text
    assert drift(Source("tools.p2c", text), text) == []
    for added in ("override subtask show(page: Page)", "override record Page:\n    required title"):
        (found,) = drift(Source("tools.p2c", f"{text}\n{added}\n"), text)
        assert "move it to a file that uses this one" in found.message


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ({"order": TEXT, "why": TEXT}, ""),
        ({"order": TEXT, "why": {"enum": ["late", "broken", "lost"]}}, ""),
        ({"order": TEXT, "why": {"enum": ["late", "lost"]}}, "P2C214"),
        ({"order": {"type": "integer"}, "why": TEXT}, "P2C214"),
        ({"order": TEXT}, "P2C137"),
    ],
)
def test_a_narrower_type_is_compared_with_each_new_import(after: dict[str, Any], code: str) -> None:
    narrowed = """
type OrderId = Text
enum Reason:
    late
    broken
override subtask cancel(order: OrderId, why: Reason):
    pure
"""
    found = load_text(imported(tool("cancel", after)).text + narrowed, "all.p2c", Path()).diagnostics
    assert [d.code for d in found] == ([code] if code else [])


def test_what_cannot_be_read_is_refused_with_its_line() -> None:
    with pytest.raises(ImportProblem, match=r"tools\.p2c:1: "):
        drift(Source("tools.p2c", "subtask ("), imported(BEFORE).text)


def test_a_new_tool_cannot_take_a_name_that_meant_another() -> None:
    """An override of `get_env` was signed for `get-env`, and for nothing that comes along under its name."""
    before = imported(tool("get-env"))
    known = names_of(Source("tools.p2c", before.text))
    for tools in ([tool("get_env"), tool("get-env")], [tool("get_env")]):
        after = spec_of(tools_of(tools), "a test", known)
        assert 'subtask get_env_2 as "get_env"()' in after.text
        told = [d.message for d in drift(Source("tools.p2c", before.text), after.text)]
        assert told[-1] == "the tool `get_env_2` has been added"
